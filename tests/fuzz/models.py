"""Checkpoints, runs, sweeps and caches."""

from __future__ import annotations

import json
import os
import random
import shutil
import struct
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load as parse_safetensors

from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints import library
from aecore.data import cache, set_cache
from aecore.data.dataset import Dataset
from aecore.data.folder import load_folder
from aecore.estimator import Autoencoder
from aecore.jobs import snapshots
from aecore.jobs import store as run_store
from aecore.models import inference
from aecore.models.autoencoder import new_model
from aecore.sweeps import result as sweep_result
from aecore.sweeps import store as sweep_store
from aecore.training import resume_state
from aecore.training.loop import TrainingStep
from aecore.training.resume_state import ResumeState
from tests.fuzz import format_mutations as f
from tests.fuzz import mutations as m
from tests.fuzz.target import Seed, Target
from tests.support import own_data, sweeps
from tests.support.checkpoint_files import small_checkpoint

LEGACY = Path(__file__).parents[1] / "fixtures" / "legacy"
RUN = "20261129-030111-047935-d356"
"""A finished run of `LEGACY`."""


def _checkpoints(folder: Path) -> list[Seed]:
    seeds = []
    path = folder / "small.safetensors"
    checkpoint_file.save(small_checkpoint(), path)
    seeds.append((path.name, path.read_bytes()))
    pictures, _ = own_data.shapes(60, (8, 8))
    rows = pictures.reshape(60, -1)
    Autoencoder(latent_dim=2, hidden_dims=(4,), epochs=1, random_state=0).fit(rows).save(path)
    seeds.append((path.name, path.read_bytes()))
    seeds += [(path.name, each.read_bytes()) for each in LEGACY.glob("models/*")]
    return seeds


def _read_checkpoint(name: str, content: bytes, folder: Path) -> None:
    """Import a checkpoint, then use it as the pages and the estimator do."""
    path = folder / "read.safetensors"
    path.write_bytes(content)
    checkpoint_file.read_card(path, whole=True)
    checkpoint = checkpoint_file.load(path)
    model = inference.build_model(checkpoint.card.model, checkpoint.weights)
    codes = inference.encode(model, np.zeros((2, checkpoint.card.model.n_inputs), np.float32))
    inference.decode(model, codes)
    checkpoint.neighbor_index().isolation(codes)
    Autoencoder.load(path).transform(np.zeros((1, checkpoint.card.model.n_inputs)))


def _import_checkpoint(name: str, content: bytes, folder: Path) -> None:
    os.environ["AECORE_MODELS"] = str(folder / "models")
    shutil.rmtree(folder / "models", ignore_errors=True)
    stem = Path(name).stem
    library.import_upload(content, stem)
    library.delete(stem)


def _files_of_run(folder: Path) -> list[Seed]:
    run = folder / "runs" / RUN
    if not run.exists():
        shutil.copytree(LEGACY / "runs" / RUN, run)
    files = [path for path in sorted(run.rglob("*")) if path.is_file() and path.stat().st_size]
    return [(path.relative_to(run).as_posix(), path.read_bytes()) for path in files]


def _read_run(name: str, content: bytes, folder: Path) -> None:
    """Put a file into a run, read all of it, and put the former one back."""
    os.environ["AECORE_RUNS"] = str(folder / "runs")
    run = folder / "runs" / RUN
    before = (run / name).read_bytes()
    (run / name).write_bytes(content)
    try:
        found = run_store.read(RUN)
        run_store.read_history(found)
        snapshots.read_scene(found)
        for epoch in snapshots.epochs(found):
            snapshots.read(found, epoch)
        ResumeState.load(run / run_store.STATE_FILE)
        checkpoint_file.load(found.checkpoint_path)
    finally:
        (run / name).write_bytes(before)


def _states(folder: Path) -> list[Seed]:
    return [("state.safetensors", (LEGACY / "runs" / RUN / run_store.STATE_FILE).read_bytes())]


def _sealed_state(content: bytes, rng: random.Random) -> bytes:
    """Change a state and seal it again, so that the change itself is read."""
    content = f.in_safetensors(content, rng)
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    metadata = header["__metadata__"]
    metadata["sha256"] = resume_state._digest(metadata["card"], parse_safetensors(content))
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + length :]


def _read_state(name: str, content: bytes, folder: Path) -> None:
    """Load a state, and restore what it is the state of."""
    path = folder / name
    path.write_bytes(content)
    state = ResumeState.load(path)
    spec = run_store.read_spec(LEGACY / "runs" / RUN)
    model = new_model(spec.model, seed=0, device=torch.device("cpu"))
    generator = torch.Generator()
    step = TrainingStep(model, torch.zeros(20, 784), spec.train, generator)
    state.restore(model, step.optimizers, generator)


def _files_of_sweep(folder: Path) -> list[Seed]:
    path = folder / "sweep"
    spec = sweeps.spec(seeds=2, latent_dim=("1", "2"), epochs=("1",))
    sweep_store.prepare(path, spec)
    sweep_store.write_status(path, sweep_store.SweepStatus(state="running", fingerprint="f"))
    for result in sweeps.results(spec, fingerprint="f"):
        sweep_store.write_result(path, result)
    files = [path / sweep_store.SPEC, path / sweep_store.STATUS, *path.glob("points/*.json")]
    return [(file.relative_to(path).as_posix(), file.read_bytes()) for file in files]


def _read_sweep(name: str, content: bytes, folder: Path) -> None:
    path = folder / "sweep"
    before = (path / name).read_bytes()
    (path / name).write_bytes(content)
    try:
        results = sweep_store.results_of(sweep_store.read(path))
        sweep_result.to_csv(results)
        sweep_result.varied(results)
    finally:
        (path / name).write_bytes(before)


def _table_of_sweep(folder: Path) -> list[Seed]:
    text = sweep_result.to_csv(sweeps.results(sweeps.spec(seeds=2, latent_dim=("1", "2"))))
    return [("table.csv", text.encode())]


def _read_table(name: str, content: bytes, folder: Path) -> None:
    sweep_result.varied(sweep_result.from_csv(content.decode(errors="replace")))


def _caches(folder: Path) -> list[Seed]:
    """The cache of MNIST, and a kept data set of one's own."""
    os.environ["AECORE_CACHE"] = str(folder / "cache")
    set_cache.save("kept", _own_set(folder))
    kept = sorted((folder / "cache" / "pictures" / "kept").iterdir())
    files = [(f"pictures/kept/{path.name}", path.read_bytes()) for path in kept]
    return [*files, *((path.name, path.read_bytes()) for path in LEGACY.glob("cache/*"))]


def _own_set(folder: Path) -> Dataset:
    pictures, labels = own_data.shapes(40, (8, 8))
    np.savez(folder / "own.npz", images=pictures, labels=labels)
    return load_folder(folder / "own.npz")


def _read_cache(name: str, content: bytes, folder: Path) -> None:
    os.environ["AECORE_CACHE"] = str(folder / "cache")
    path = folder / "cache" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.exists() else None
    path.write_bytes(content)
    try:
        cache.load_cache()
        set_cache.load("kept")
    finally:
        path.unlink()
        if before is not None:
            path.write_bytes(before)


TARGETS = [
    Target("checkpoint", _checkpoints, _read_checkpoint, (f.in_safetensors,), share=2),
    Target(
        "imported checkpoint",
        _checkpoints,
        _import_checkpoint,
        (f.in_safetensors,),
        names=True,
        share=0.5,
    ),
    Target("run", _files_of_run, _read_run, (m.in_json, m.in_numbers), share=1.5),
    Target("training state", _states, _read_state, (f.in_safetensors, _sealed_state)),
    Target("sweep", _files_of_sweep, _read_sweep, (m.in_json, m.in_numbers)),
    Target("sweep table", _table_of_sweep, _read_table, (m.in_lines, m.in_numbers), share=0.5),
    Target("cache", _caches, _read_cache, (m.in_json, f.in_npy, f.in_safetensors)),
]
