"""The state from which a training run resumes as if it had never stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as parse_safetensors
from safetensors.torch import save as to_safetensors
from torch import Tensor

from aecore.config import ModelConfig
from aecore.errors import ConfigError, TrainingError
from aecore.models.autoencoder import Autoencoder
from aecore.system import atomic_file
from aecore.training.history import EpochRecord
from aecore.training.optimizers import Optimizer

FORMAT = "aecore training state 1"
MAX_BYTES = 1 << 30


@dataclass(frozen=True, kw_only=True, eq=False)
class ResumeState:
    """A run after a whole epoch, or before the first."""

    model: ModelConfig
    tensors: Mapping[str, Tensor]
    """`model.NAME`: the weights; `optimizer.I.NAME`: the state of optimizer I; `generator`: that of
    the random numbers."""
    device: str
    """cpu, cuda or mps, which draw different random numbers."""
    history: tuple[EpochRecord, ...]
    fingerprint: str = ""
    """Of the training digits."""

    @property
    def epoch(self) -> int:
        """Number of epochs done."""
        return len(self.history)

    @classmethod
    def of(
        cls,
        model: Autoencoder,
        optimizers: Sequence[Optimizer],
        generator: torch.Generator,
        history: Sequence[EpochRecord],
    ) -> Self:
        """Return the state of these; it changes with them until it is copied."""
        tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
        for i, optimizer in enumerate(optimizers):
            for name, value in optimizer.state_tensors().items():
                tensors[f"optimizer.{i}.{name}"] = value
        tensors["generator"] = generator.get_state()
        return cls(
            model=model.config,
            tensors=tensors,
            device=generator.device.type,
            history=tuple(history),
        )

    def copy(self) -> Self:
        """Return a copy that further training does not change."""
        return replace(self, tensors={name: value.clone() for name, value in self.tensors.items()})

    def restore(
        self,
        model: Autoencoder,
        optimizers: Sequence[Optimizer],
        generator: torch.Generator,
    ) -> None:
        """Set a new model, its optimizers and the generator to this state.

        Raises
        ------
        TrainingError
            If they do not fit the state, or something is missing in it.
        """
        if self.model != model.config:
            raise TrainingError("The saved state is that of a model of another shape.")
        if self.device != generator.device.type:
            raise TrainingError(
                f"The run began on {self.device}, whose random numbers {generator.device.type} "
                f"cannot go on with. Resume it on {self.device}."
            )
        try:
            model.load_state_dict(self.weights())
            for i, optimizer in enumerate(optimizers):
                for name, value in optimizer.state_tensors().items():
                    value.copy_(self.tensors[f"optimizer.{i}.{name}"])
            generator.set_state(self.tensors["generator"].cpu())
        except (KeyError, RuntimeError) as error:
            raise _damaged(" ".join(str(error).split())[:200]) from None

    def weights(self) -> dict[str, Tensor]:
        """Return the model's state dict."""
        return {
            name.removeprefix("model."): value
            for name, value in self.tensors.items()
            if name.startswith("model.")
        }

    def save(self, path: Path) -> None:
        """Write the state to a safetensors file, whole or not at all.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        tensors = {name: value.detach().cpu().contiguous() for name, value in self.tensors.items()}
        card = {
            "model": self.model.to_dict(),
            "device": self.device,
            "fingerprint": self.fingerprint,
            "history": [record.to_dict() for record in self.history],
        }
        text = json.dumps(card, allow_nan=False)
        metadata = {"format": FORMAT, "card": text, "sha256": _digest(text, tensors)}
        atomic_file.write(path, to_safetensors(tensors, metadata))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file written by `save`.

        Raises
        ------
        FileNotFoundError
            If there is none.
        TrainingError
            If it is damaged or of another version.
        """
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _damaged(f"it is larger than {MAX_BYTES >> 20} MB")
        try:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
            tensors = parse_safetensors(path.read_bytes())
        except FileNotFoundError:
            raise
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise _damaged(str(error)) from None
        if metadata.get("format") != FORMAT:
            raise _damaged(f"its format is {metadata.get('format')!r}, not {FORMAT!r}")
        if metadata.get("sha256") != _digest(metadata.get("card", ""), tensors):
            raise _damaged("its content is not what was written")
        try:
            card = json.loads(metadata["card"])
            return cls(
                model=ModelConfig.from_dict(card["model"]),
                tensors=tensors,
                device=str(card["device"]),
                history=tuple(EpochRecord.from_dict(record) for record in card["history"]),
                fingerprint=str(card["fingerprint"]),
            )
        except (ConfigError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise _damaged(str(error)) from None


def _digest(card: str, tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256(card.encode())
    for name in sorted(tensors):
        array = tensors[name].numpy()
        digest.update(f"{name}{array.dtype}{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _damaged(what: str) -> TrainingError:
    return TrainingError(f"The saved state of the run is damaged: {what}.")
