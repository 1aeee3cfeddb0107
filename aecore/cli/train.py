"""`python -m aecore train`: from the options to a checkpoint on disk."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aecore.checkpoints import catalog
from aecore.checkpoints import file as checkpoint_file
from aecore.cli.result import INTERRUPTED, Result, load_data, log, terminal_columns
from aecore.config import ModelConfig, TrainConfig
from aecore.errors import ConfigError, TrainingError
from aecore.presets import Preset, get_preset
from aecore.settings import settings_of
from aecore.training.history import EpochRecord

if TYPE_CHECKING:
    import torch

    from aecore.checkpoints.file import Checkpoint

_SETTINGS = settings_of(ModelConfig) | settings_of(TrainConfig)
OPTIONS = {
    name: _SETTINGS[name]
    for name in (
        *("epochs", "batch_size", "learning_rate", "optimizer", "latent_dim", "hidden_dims"),
        *("latent_dropout", "noise", "seed", "family", "activation"),
    )
}
"""The settings of a preset that options change."""
_OTHER_FILE = rf".*\.(?!{catalog.SUFFIX[1:]}$)[A-Za-z]\w*"
"""The path of a file that is no checkpoint of ours: `mine.pt`, unlike the folder `runs/v1.2`."""


def train(options: argparse.Namespace) -> Result:
    """Train a preset, changed as the options say, and save the checkpoint."""
    from aecore import experiment
    from aecore.training.device import pick_device

    preset = get_preset(options.preset)
    model_config, train_config = _configure(preset, options)
    device = pick_device(options.device)
    dataset = load_data(options.data)
    as_shipped = (model_config, train_config) == (preset.model, preset.train) and dataset.is_mnist
    path = _out_path(preset, options.out, as_shipped=as_shipped)
    checkpoint_file.require_writable(path)  # now, not after minutes of training

    stop = _StopOnInterrupt()
    with stop:
        try:
            checkpoint = _within_memory(
                train_config,
                device,
                lambda config: experiment.run(
                    path.stem,
                    preset.name,
                    model_config,
                    config,
                    dataset,
                    device=device,
                    on_epoch=_ProgressBar(config.epochs),
                    should_stop=stop,
                ),
            )
        except experiment.DivergedError as error:
            saved = checkpoint_file.save(error.kept, _unused(path))
            raise TrainingError(f"{error} They are in {saved.path}.") from None
        except TrainingError as error:
            if stop.requested:
                raise KeyboardInterrupt(str(error)) from None
            raise
        if stop.requested:
            path = _unused(path)
        saved = checkpoint_file.save(checkpoint, path)

    card = saved.card
    facts = {
        "path": str(path),
        "epochs": len(card.history),
        "seconds": card.seconds,
        "train_mse": card.metrics["train_mse"],
        "test_mse": card.metrics["test_mse"],
        "pca_test_mse": card.metrics["pca_test_mse"],
        "device": card.device,
        "stopped": stop.requested,
    }
    text = (
        f"{path}: test MSE {facts['test_mse']:.5f} (PCA of the same size "
        f"{facts['pca_test_mse']:.5f}) after {facts['epochs']} epochs in {card.seconds:.0f} s "
        f"on {card.device}" + (", stopped early" if stop.requested else "")
    )
    return Result(facts, text, INTERRUPTED if stop.requested else 0)


def _within_memory(
    config: TrainConfig, device: torch.device, run: Callable[[TrainConfig], Checkpoint]
) -> Checkpoint:
    """Train; where the device runs out of memory, train anew with half the batch size.

    The checkpoint holds that size, and `--batch-size` gives the same weights again.
    """
    import torch

    from aecore.training.device import halve_batches

    while True:
        try:
            return run(config)
        except torch.OutOfMemoryError:
            before = config  # the next attempt waits until the failed one's memory is free
        config = halve_batches(before, device)
        log(
            f"Batches of {before.batch_size} did not fit into the memory of {device.type}: "
            f"training starts again with --batch-size {config.batch_size}."
        )


def _configure(preset: Preset, options: argparse.Namespace) -> tuple[ModelConfig, TrainConfig]:
    given = {name: getattr(options, name) for name in OPTIONS}
    return preset.configure(
        {name: OPTIONS[name].read(text) for name, text in given.items() if text is not None}
    )


def _out_path(preset: Preset, out: str | None, *, as_shipped: bool) -> Path:
    """Return the file of the checkpoint.

    A changed preset, or one trained on other digits than MNIST, never replaces the built-in
    checkpoint unless `out` says so.
    """
    name = preset.name if as_shipped else f"{preset.name}-changed"
    path = Path(os.path.expanduser(out)) if out else catalog.models_dir()
    if re.fullmatch(_OTHER_FILE, out or "") and not os.path.isdir(path):
        raise ConfigError(
            f"--out names a {path.suffix} file, and a checkpoint's name ends in "
            f"{catalog.SUFFIX}: use {path.with_suffix(catalog.SUFFIX)}. A folder's name ends in /."
        )
    if path.suffix != catalog.SUFFIX:
        path /= f"{name}{catalog.SUFFIX}"
    return path if as_shipped or out else _unused(path)


def _unused(path: Path) -> Path:
    """Return `path`, with a number if that file exists."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in range(2, 10_000))
    return next(candidate for candidate in (path, *numbered) if not os.path.exists(candidate))


class _StopOnInterrupt:
    """A context in which Ctrl-C requests a stop; a second Ctrl-C interrupts at once.

    Call it to learn whether to stop. The signal's handler only takes a note: it may run in the
    middle of a print, and nothing can be printed there.
    """

    requested = False
    _told = False

    def __call__(self) -> bool:
        if self.requested and not self._told:
            self._told = True
            log("\nStopping: saving what was learned so far.")
        return self.requested

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGINT, self._request)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _request(self, *_: object) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True


class _ProgressBar:
    """A progress bar with loss and time left: one line of a terminal, else a line an epoch."""

    _WIDTH = 24

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def __call__(self, record: EpochRecord) -> None:
        columns = terminal_columns()
        line = self._line(record, sys.maxsize if columns is None else columns - 1)
        if columns is None:
            log(line)
        else:
            log(f"\r{line:{columns - 1}}", end="\n" if record.epoch == self.epochs else "")

    def _line(self, record: EpochRecord, width: int) -> str:
        """Return a line of at most so many characters: the bar goes first, then the last facts."""
        done = record.epoch / self.epochs
        left = record.seconds * (1 / done - 1)
        facts = [
            f"epoch {record.epoch}/{self.epochs}",
            f"loss {record.train_loss:.5f}",
            f"test MSE {record.test_mse:.5f}",
            f"{left // 60:.0f}:{left % 60:02.0f} left",
        ]
        while len(text := "  ".join(facts)) > width and len(facts) > 1:
            facts.pop()
        size = min(self._WIDTH, width - len(text) - len("[] "))
        if size < self._WIDTH // 4:
            return text[:width]
        return f"[{'#' * round(done * size):.<{size}}] {text}"
