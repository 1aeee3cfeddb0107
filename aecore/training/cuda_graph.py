"""A training step as one CUDA graph, which the host launches at once instead of by kernels."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import torch
from torch import Tensor

_WARM_UPS = 3  # PyTorch asks for a few real steps on a side stream before a capture
_TOLERANCE = 0.01
"""Of a captured step, as a share of what the step changes: matrix products may sum in another
order, and Muon enlarges that difference."""

logger = logging.getLogger(__name__)


class Device(Protocol):
    """What runs work and captures it."""

    def run(self, work: Callable[[], None]) -> None:
        """Run work as it will be captured."""

    def capture(self, work: Callable[[], None]) -> Callable[[], None]:
        """Return a function that repeats work, which is not run yet; RuntimeError if it fails."""


class CudaDevice:
    """Runs and captures work on a side stream, with matrix products on tensor cores.

    Parameters
    ----------
    generator : torch.Generator
        The one that the work uses, on the CUDA device.
    """

    def __init__(self, generator: torch.Generator) -> None:
        self._generator = generator
        self._stream = torch.cuda.Stream(generator.device)

    def run(self, work: Callable[[], None]) -> None:
        """Run work on the side stream, after what is under way and before what follows."""
        current = torch.cuda.current_stream(self._stream.device)
        self._stream.wait_stream(current)
        with torch.cuda.stream(self._stream), tf32():
            work()
        current.wait_stream(self._stream)

    def capture(self, work: Callable[[], None]) -> Callable[[], None]:
        """Return the launch of a graph of work."""
        spare = self._generator.clone_state()
        graph = torch.cuda.CUDAGraph()
        try:
            graph.register_generator_state(self._generator)
            with tf32(), torch.cuda.graph(graph, stream=self._stream):
                work()
        except RuntimeError:
            self._generator.graphsafe_set_state(spare)  # the other one still counts as captured
            raise
        return graph.replay


class CapturedStep:
    """A step, captured as a graph after the first few calls, if the graph does what the step does.

    The call that captures takes the step in both ways and compares what they change. Where the
    capture fails or differs, all steps run uncaptured, after one warning in the log.

    Parameters
    ----------
    step : callable
        Takes a (B,) int64 tensor of indices. It may read and write only tensors that keep their
        memory, and never wait for the device.
    batch_size : int
        B; shorter batches run uncaptured.
    generator : torch.Generator
        The one that `step` uses.
    changed : sequence of Tensor
        Those in which a step leaves what the next one needs.
    device : Device, optional
        Default: that of the generator.
    """

    def __init__(
        self,
        step: Callable[[Tensor], None],
        batch_size: int,
        generator: torch.Generator,
        changed: Sequence[Tensor],
        *,
        device: Device | None = None,
    ) -> None:
        self._step = step
        self._generator = generator
        self._changed = changed
        self._device = device or CudaDevice(generator)
        self._indices = torch.zeros(batch_size, dtype=torch.int64, device=generator.device)
        self._warm_ups = 0
        self._replay: Callable[[], None] | None = None
        self._is_refused = False

    @torch.no_grad()
    def __call__(self, indices: Tensor) -> None:
        if len(indices) != len(self._indices) or self._warm_ups < _WARM_UPS or self._is_refused:
            self._device.run(lambda: self._step(indices))
            self._warm_ups += 1
            return
        self._indices.copy_(indices)
        if self._replay is None:
            self._capture()
        else:
            self._replay()

    def _capture(self) -> None:
        """Take a step uncaptured, then captured; stay with the first where they differ."""
        before = self._copy()
        self._device.run(lambda: self._step(self._indices))
        uncaptured = self._copy()
        try:
            replay = self._device.capture(lambda: self._step(self._indices))
            self._restore(before)
            replay()
            problem = self._compare(before, uncaptured)
        except RuntimeError as error:
            problem = f"it failed: {' '.join(str(error).split())[:200] or type(error).__name__}"
        if problem:
            logger.warning("The CUDA graph of a training step is not used, as %s", problem)
            self._restore(uncaptured)
            self._is_refused = True
        else:
            self._replay = replay

    def _copy(self) -> tuple[list[Tensor], Tensor]:
        return [each.clone() for each in self._changed], self._generator.get_state()

    def _restore(self, state: tuple[list[Tensor], Tensor]) -> None:
        tensors, generator = state
        for each, value in zip(self._changed, tensors, strict=True):
            each.copy_(value)
        self._generator.set_state(generator)

    def _compare(
        self, before: tuple[list[Tensor], Tensor], uncaptured: tuple[list[Tensor], Tensor]
    ) -> str:
        """Return how the step just taken differs from the same step uncaptured; empty if not."""
        if not torch.equal(self._generator.get_state(), uncaptured[1]):
            return "it draws other random numbers."
        for found, old, expected in zip(self._changed, before[0], uncaptured[0], strict=True):
            rounding = 4 * torch.finfo(expected.dtype).eps * expected.norm()
            allowed = _TOLERANCE * (expected - old).norm() + rounding
            difference = (found - expected).norm()
            diverges = not torch.isfinite(expected).all()  # so does the captured step, then
            if not (diverges or difference <= allowed):
                return f"it differs by {difference:.2g}, where {allowed:.2g} is rounding."
        return ""


@contextmanager
def tf32() -> Iterator[None]:
    """Compute matrix products on tensor cores, whose inputs have 10 bits of mantissa."""
    before = torch.backends.cuda.matmul.fp32_precision
    torch.backends.cuda.matmul.fp32_precision = "tf32"
    try:
        yield
    finally:
        torch.backends.cuda.matmul.fp32_precision = before
