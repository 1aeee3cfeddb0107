"""Train one run, from its folder to its checkpoint, within the process that works on it."""

from __future__ import annotations

import dataclasses
import math
import threading
from pathlib import Path

import numpy as np
import torch

from aecore.analysis.evaluation import pca_error
from aecore.analysis.sampling import first_of_each_label
from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.assembly import pack, require_enough_digits
from aecore.data import sources
from aecore.data.dataset import Dataset
from aecore.data.noise import corrupt_fixed
from aecore.errors import TrainingError
from aecore.imaging.levels import to_unit
from aecore.jobs import snapshots
from aecore.jobs import store as run_store
from aecore.jobs.recorder import Recorder
from aecore.jobs.store import CHECKPOINT, STATE_FILE
from aecore.models import inference
from aecore.models.autoencoder import Autoencoder, new_model
from aecore.models.families import family_of
from aecore.models.pca import PCA
from aecore.training.device import halve_batches, pick_device
from aecore.training.loop import train
from aecore.training.resume_state import ResumeState


class Trainer:
    """The training of one run.

    Parameters
    ----------
    path : Path
        The run's folder; this process holds the lock on its file `alive`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.spec = run_store.read_spec(path)
        self.recorder = Recorder(path, self.spec)
        self.dataset: Dataset
        self.pca: PCA

    def prepare(self) -> None:
        """Read the digits and the state to continue from, and measure PCA's error, to compare.

        Raises
        ------
        AecoreError
            If the digits cannot be used, or are not those the run began with.
        """
        run_store.remove_leftovers(self.path)
        if self.spec.threads:
            torch.set_num_threads(self.spec.threads)
        self.recorder.update_status(phase="reading", state="running", message="")
        self.device = pick_device(self.spec.device)
        self.dataset = sources.load(self.spec.data, allow_download=False)
        require_enough_digits(self.dataset)
        self.recorder.fingerprint = self.dataset.fingerprint
        shape = self.dataset.spec.shape
        self.model = dataclasses.replace(self.spec.model, input_shape=shape)
        self.state = self._load_state()
        self.pca = PCA.baseline(self.dataset.train_images, self.model)
        self.train_images = torch.tensor(self.dataset.train_images, device=self.device)
        self.dataset = self.dataset.measured()
        clean = to_unit(self.dataset.test_images)
        self.test_images = torch.tensor(clean, device=self.device)
        noise = self.spec.train.noise
        self.noisy = corrupt_fixed(clean, noise)
        self.recorder.update_status(
            source=self.dataset.source,
            digits=len(self.train_images),
            device=self.device.type,
            pca_test_mse=pca_error(self.pca, noise, clean, self.noisy),
        )
        self._set_scene()

    def run(self) -> None:
        """Train to the plan, or until a stop is requested, and save the checkpoint.

        Raises
        ------
        AecoreError or OSError
            If that cannot be done; what was learned until then is kept as far as the disk allows.
        """
        state, failure = self.state, None
        while True:
            try:
                state, failure = self._train(state)
                break
            except torch.OutOfMemoryError:
                state = self.recorder.state
            self._halve_batches()
        self._finish(state, failure)

    def _set_scene(self) -> None:
        labels = self.dataset.test_labels[: snapshots.N_POINTS]
        self.shown = first_of_each_label(labels)[: snapshots.N_SHOWN].tolist()
        clean = to_unit(self.dataset.test_images[self.shown])
        scene = snapshots.Scene(
            labels=labels,
            inputs=self.noisy[self.shown].astype(np.float16),
            targets=clean.astype(np.float16),
        )
        self.recorder.write_scene(scene)

    def _load_state(self) -> ResumeState | None:
        """Read the state to continue from; None to begin."""
        try:
            state = ResumeState.load(self.path / STATE_FILE)
        except FileNotFoundError:
            return None
        except TrainingError as error:
            self.recorder.add_warning(f"{error} Training starts again from the beginning.")
            return None
        if state.fingerprint != self.dataset.fingerprint:
            raise TrainingError(
                f"The digits in use ({self.dataset.source}) are not those the run began with. "
                "Make those available again to resume it."
            )
        return state

    def _train(self, state: ResumeState | None) -> tuple[ResumeState | None, TrainingError | None]:
        """Train from a state; return that of the last whole epoch, and why training failed."""
        config = self.spec.train
        model = new_model(self.model, seed=config.seed, device=self.device)
        steps = math.ceil(len(self.train_images) / config.batch_size)
        self.recorder.begin(self.spec, state, steps)
        if state is None:
            self._add_snapshot(0, model)
        threading.Thread(target=_import_early, daemon=True).start()
        records = train(
            model,
            self.train_images,
            self.test_images,
            config,
            should_stop=self.recorder.should_stop,
            state=state,
            on_state=self.recorder.keep_state,
        )
        try:
            for record in records:
                self.recorder.add_epoch(record)
                last = record.epoch == config.epochs
                if last or record.epoch % snapshots.stride(config.epochs) == 0:
                    self._add_snapshot(record.epoch, model)
        except TrainingError as error:
            return self.recorder.state, error
        return self.recorder.state, None

    def _add_snapshot(self, epoch: int, model: Autoencoder) -> None:
        before = snapshots.epochs(self.path)
        last = snapshots.read(self.path, before[-1]) if before else None
        images = to_unit(self.dataset.test_images[: snapshots.N_POINTS])
        codes = inference.encode(model, images)
        outputs = inference.reconstruct(model, self.noisy[self.shown])
        first = np.empty((0, self.model.n_inputs), np.float32)
        if family_of(model.config).is_dense:
            first = next(iter(inference.weights_of(model).values()))
        self.recorder.add_snapshot(snapshots.Snapshot.of(epoch, codes, outputs, first, last))

    def _halve_batches(self) -> None:
        """Train with half the batch size, after the device ran out of memory."""
        config = self.spec.train
        smaller = halve_batches(config, self.device)
        self.spec = dataclasses.replace(self.spec, train=smaller)
        run_store.write_spec(self.path, self.spec)
        epoch = self.recorder.status.epoch + 1
        self.recorder.add_warning(
            f"Batches of {config.batch_size} did not fit into the memory of {self.device.type}; "
            f"from epoch {epoch} on they hold {smaller.batch_size}."
        )

    def _finish(self, state: ResumeState | None, failure: TrainingError | None) -> None:
        """Save what was learned, and write down how training ended."""
        recorder = self.recorder
        recorder.retry(recorder.save_state)
        if state is not None:
            recorder.update_status(phase="measuring")
            self._save_checkpoint(state)
        if failure is not None:
            raise failure
        done = state is not None and state.epoch == self.spec.train.epochs
        if done:
            message = ""
        elif state is None:
            message = "Stopped before the first epoch was done: nothing was learned yet."
        else:
            message = f"Stopped after epoch {state.epoch} of {self.spec.train.epochs}."
        recorder.update_status(state="done" if done else "stopped", phase="", message=message)

    def _save_checkpoint(self, state: ResumeState) -> None:
        model = new_model(self.model, seed=0, device=self.device)
        model.load_state_dict(state.weights())
        checkpoint = pack(
            Path(CHECKPOINT).stem,
            self.spec.preset,
            model,
            self.spec.train,
            self.dataset,
            state.history,
            pca=self.pca,
        )
        self.recorder.retry(lambda: checkpoint_file.save(checkpoint, self.path / CHECKPOINT))


def _import_early() -> None:
    """Import what measuring will need, a second's work, while training waits for memory."""
    import sklearn.manifold
    import sklearn.neighbors  # noqa: F401
