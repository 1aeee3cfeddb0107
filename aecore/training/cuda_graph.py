"""A training step as one CUDA graph, which the host launches at once instead of by kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

_WARM_UPS = 3  # PyTorch asks for a few real steps on a side stream before a capture


class CapturedStep:
    """A step, captured as a graph after the first few calls.

    Parameters
    ----------
    step : callable
        Takes a (B,) int64 tensor of indices. It may read and write only tensors that keep their
        memory, and never wait for the device.
    batch_size : int
        B; shorter batches run uncaptured.
    generator : torch.Generator
        The one that `step` uses, on the CUDA device.
    """

    def __init__(
        self, step: Callable[[Tensor], None], batch_size: int, generator: torch.Generator
    ) -> None:
        self._step = step
        self._generator = generator
        self._indices = torch.zeros(batch_size, dtype=torch.int64, device=generator.device)
        self._stream = torch.cuda.Stream(generator.device)
        self._warm_ups = 0
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, indices: Tensor) -> None:
        if len(indices) != len(self._indices) or self._warm_ups < _WARM_UPS:
            self._run_uncaptured(indices)
            return
        if self._graph is None:
            self._graph = self._capture()
        self._indices.copy_(indices)
        self._graph.replay()

    def _run_uncaptured(self, indices: Tensor) -> None:
        current = torch.cuda.current_stream(self._indices.device)
        self._stream.wait_stream(current)
        with torch.cuda.stream(self._stream), tf32():
            self._step(indices)
        current.wait_stream(self._stream)
        self._warm_ups += 1

    def _capture(self) -> torch.cuda.CUDAGraph:
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self._generator)
        with tf32(), torch.cuda.graph(graph, stream=self._stream):
            self._step(self._indices)
        return graph


@contextmanager
def tf32() -> Iterator[None]:
    """Compute matrix products on tensor cores, whose inputs have 10 bits of mantissa."""
    before = torch.backends.cuda.matmul.fp32_precision
    torch.backends.cuda.matmul.fp32_precision = "tf32"
    try:
        yield
    finally:
        torch.backends.cuda.matmul.fp32_precision = before
