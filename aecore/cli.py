"""The command line: `python -m aecore COMMAND`.

`--json` prints one JSON object (or list) on stdout; progress and messages go to stderr.
Wrong use exits 2, failure exits 1, each with one line; Ctrl-C exits 130.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from aecore import checkpoint, data
from aecore.codes import parse_code
from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.errors import AecoreError, CheckpointError, ConfigError, PictureError
from aecore.history import EpochRecord
from aecore.pictures import write_png
from aecore.presets import PRESETS, Preset, get_preset

if TYPE_CHECKING:
    from aecore.model import Autoencoder

# torch and scikit-learn are imported by the commands that need them: `models` and `--help`
# answer at once.

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        options = _parser().parse_args(arguments)
        result = options.command(options)
        if options.json:
            print(json.dumps(result.json, allow_nan=False))
        else:
            print(result.text)
    except ConfigError as error:
        return _complain(error, 2)
    except AecoreError as error:
        return _complain(error, 1)
    except KeyboardInterrupt:
        return _complain("Stopped.", INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away; there is nobody to tell
        return 1
    return result.status


def _complain(message: object, status: int) -> int:
    print(f"aecore: {message}", file=sys.stderr)
    return status


@dataclasses.dataclass(frozen=True)
class _Result:
    json: Any
    text: str
    status: int = 0


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; the usage is a `--help` away."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"aecore: {message}. See: {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print JSON on stdout")
    source = argparse.ArgumentParser(add_help=False)
    source.add_argument("--data", metavar="DIR", help="folder of MNIST files (or set AECORE_DATA)")

    parser = _Parser(prog="python -m aecore", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def add(name: str, command: Callable, text: str, *parents) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, parents=[shared, *parents])
        sub.set_defaults(command=command)
        return sub

    add("data", _data, "say where the digits come from; fetch them if need be", source)
    add("models", _models, "list the trained models")

    sub = add("train", _train, "train a preset and save the checkpoint", source)
    sub.add_argument("preset", metavar="PRESET", help=", ".join(PRESETS))
    sub.add_argument("--epochs", type=int)
    sub.add_argument("--batch-size", type=int)
    sub.add_argument("--learning-rate", type=float)
    sub.add_argument("--optimizer")
    sub.add_argument("--latent-dim", type=int, help="D, the size of the code")
    sub.add_argument("--hidden-dims", type=_widths, help="as in 512,256, input side first")
    sub.add_argument("--latent-dropout", type=float)
    sub.add_argument("--noise", help="KIND:LEVEL, as in masking:0.5, or none")
    sub.add_argument("--seed", type=int)
    sub.add_argument("--device", help="auto (default), cuda, mps or cpu")
    sub.add_argument("--out", metavar="PATH", help="the file, or its folder (default: models/)")

    sub = add("evaluate", _evaluate, "measure a model on the test digits", source)
    sub.add_argument("model", metavar="MODEL", help="a name in models/ or a path")

    sub = add("reconstruct", _reconstruct, "send pictures of digits through a model")
    sub.add_argument("pictures", metavar="PICTURE", nargs="+", type=Path)
    sub.add_argument("--model", metavar="MODEL", required=True)
    sub.add_argument("--out", metavar="DIR", required=True, type=Path)

    sub = add("decode", _decode, "draw the digit of a code")
    sub.add_argument("--model", metavar="MODEL", required=True)
    sub.add_argument("--z", metavar="A,B,...", required=True, help="the code; write --z=-1,2")
    sub.add_argument("--out", metavar="PNG", required=True, type=Path)

    sub = add("bench", _bench, "measure how quickly digits are decoded in the browser")
    sub.add_argument("what", choices=["decode"])
    return parser


def _widths(text: str) -> tuple[int, ...]:
    return tuple(int(width) for width in text.split(","))


def _data(options: argparse.Namespace) -> _Result:
    dataset = _load_data(options.data)
    facts = {
        "source": dataset.source,
        "kind": dataset.kind,
        "train": len(dataset.train_images),
        "test": len(dataset.test_images),
        "fingerprint": dataset.fingerprint,
        "is_mnist": dataset.is_mnist,
    }
    return _Result(
        facts,
        f"{dataset.source}: {facts['train']:,} training and {facts['test']:,} "
        f"test digits, fingerprint {dataset.fingerprint}",
    )


def _load_data(folder: str | None) -> data.Dataset:
    dataset = data.load(folder, progress=_show_download)
    print(f"Digits: {dataset.source}", file=sys.stderr)
    return dataset


def _show_download(progress: data.DownloadProgress) -> None:
    print(f"MNIST from OpenML: {progress}", file=sys.stderr)


def _models(options: argparse.Namespace) -> _Result:
    found = []
    for name in checkpoint.names():
        path = checkpoint.find(name)
        try:
            card = checkpoint.read_card(path)
        except CheckpointError as error:
            _complain(error, 1)
            continue
        found.append(
            {
                "name": name,
                "preset": card.preset,
                "latent_dim": card.model.latent_dim,
                "hidden_dims": list(card.model.hidden_dims),
                "test_mse": card.metrics["test_mse"],
                "pca_test_mse": card.metrics["pca_test_mse"],
                "path": str(path),
            }
        )
    lines = [f"{'model':20} {'D':>4}  {'hidden':12} {'test MSE':>9} {'PCA':>9}"]
    lines += [
        f"{model['name']:20} {model['latent_dim']:4}  "
        f"{','.join(map(str, model['hidden_dims'])):12} "
        f"{model['test_mse']:9.5f} {model['pca_test_mse']:9.5f}"
        for model in found
    ]
    return _Result(found, "\n".join(lines))


def _train(options: argparse.Namespace) -> _Result:
    from aecore import experiment, training

    preset = get_preset(options.preset)
    model_config, train_config = _configure(preset, options)
    path = _out_path(preset, model_config, train_config, options.out)
    device = training.pick_device(options.device)
    dataset = _load_data(options.data)

    stop = _StopOnInterrupt()
    with stop:
        made = experiment.run(
            path.stem,
            preset.name,
            model_config,
            train_config,
            dataset,
            device=device,
            on_epoch=_ProgressBar(train_config.epochs),
            should_stop=lambda: stop.asked,
        )
    if stop.asked and path.exists():
        path = _free_path(path)
    saved = checkpoint.save(made, path)

    card = saved.card
    facts = {
        "path": str(path),
        "epochs": len(card.history),
        "seconds": card.seconds,
        "train_mse": card.metrics["train_mse"],
        "test_mse": card.metrics["test_mse"],
        "pca_test_mse": card.metrics["pca_test_mse"],
        "device": card.device,
        "stopped": stop.asked,
    }
    text = (
        f"{path}: test MSE {facts['test_mse']:.5f} (PCA of the same size "
        f"{facts['pca_test_mse']:.5f}) after {facts['epochs']} epochs in {card.seconds:.0f} s "
        f"on {card.device}" + (", stopped early" if stop.asked else "")
    )
    return _Result(facts, text, INTERRUPTED if stop.asked else 0)


def _configure(preset: Preset, options: argparse.Namespace) -> tuple[ModelConfig, TrainConfig]:
    """The preset's configuration with the changes asked for."""
    changes = {name: value for name, value in vars(options).items() if value is not None}
    if options.noise is not None:
        changes["noise"] = None if options.noise == "none" else NoiseConfig.parse(options.noise)
    return _replace(preset.model, changes), _replace(preset.train, changes)


def _replace(config: Any, changes: dict[str, Any]) -> Any:
    names = {field.name for field in dataclasses.fields(config)}
    return dataclasses.replace(config, **{k: v for k, v in changes.items() if k in names})


def _out_path(
    preset: Preset, model_config: ModelConfig, train_config: TrainConfig, out: str | None
) -> Path:
    """Where the checkpoint goes; a changed preset never takes the shipped one's place unasked."""
    changed = (model_config, train_config) != (preset.model, preset.train)
    name = f"{preset.name}-changed" if changed else preset.name
    path = Path(out) if out else checkpoint.models_dir()
    if path.suffix != checkpoint.SUFFIX:
        path /= f"{name}{checkpoint.SUFFIX}"
    if changed and not out and path.exists():
        path = _free_path(path)
    return path


def _free_path(path: Path) -> Path:
    """`path` with the first number that makes it a new file."""
    candidates = (path.with_stem(f"{path.stem}-{number}") for number in range(2, 10_000))
    return next(candidate for candidate in candidates if not candidate.exists())


class _StopOnInterrupt:
    """While in use, Ctrl-C asks for a stop; a second Ctrl-C interrupts at once."""

    asked = False

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGINT, self._ask)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _ask(self, *_: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        print("\nStopping: keeping what was learnt so far.", file=sys.stderr)


class _ProgressBar:
    """Loss and time left, on one line of a terminal or a line an epoch elsewhere."""

    _WIDTH = 24

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def __call__(self, record: EpochRecord) -> None:
        done = record.epoch / self.epochs
        left = record.seconds * (1 / done - 1)
        bar = ("#" * round(done * self._WIDTH)).ljust(self._WIDTH, ".")
        line = (
            f"[{bar}] epoch {record.epoch}/{self.epochs}  loss {record.train_loss:.5f}  "
            f"test MSE {record.test_mse:.5f}  {left // 60:.0f}:{left % 60:02.0f} left"
        )
        last = record.epoch == self.epochs
        start, end = ("\r", "\n" if last else "") if sys.stderr.isatty() else ("", "\n")
        print(start + line, end=end, file=sys.stderr, flush=True)


def _evaluate(options: argparse.Namespace) -> _Result:
    from aecore.evaluation import evaluate
    from aecore.inference import build_model

    found = checkpoint.load(options.model)
    dataset = _load_data(options.data)
    model = build_model(found.card.model, found.weights)
    figures = evaluate(model, found.pca, found.card.train.noise, dataset)
    facts = figures | {
        "model": found.name,
        "n_test": len(dataset.test_images),
        "source": dataset.source,
        "fingerprint": dataset.fingerprint,
    }
    lines = [f"{found.name} on {facts['n_test']:,} test digits ({dataset.source})"]
    lines += [f"  {name:18} {value:.6g}" for name, value in figures.items()]
    return _Result(facts, "\n".join(lines))


def _reconstruct(options: argparse.Namespace) -> _Result:
    from aecore.inference import build_model

    found = checkpoint.load(options.model)
    model = build_model(found.card.model, found.weights)
    rows = [_reconstruct_one(path, found, model, options.out) for path in options.pictures]
    failed = any(row["error"] for row in rows)
    lines = [
        f"{row['path']}: {row['error']}"
        if row["error"]
        else f"{row['path']}: MSE {row['mse']:.5f}, nearest label {row['nearest_label']}, "
        f"{row['out']}"
        for row in rows
    ]
    return _Result(rows, "\n".join(lines), 1 if failed else 0)


def _reconstruct_one(
    path: Path, found: checkpoint.Checkpoint, model: Autoencoder, out: Path
) -> dict[str, Any]:
    from aecore import digits, inference, latent, metrics

    row: dict[str, Any] = {
        "path": str(path),
        "mse": None,
        "code": None,
        "nearest_label": None,
        "out": None,
        "error": None,
    }
    try:
        digit = digits.normalise(digits.open_file(path)).digit.reshape(1, -1)
        code = inference.encode(model, digit)
        output = inference.decode(model, code)
        neighbours, _ = latent.MapDistance(found.codes).neighbours(code, 10)
        target = out / f"{path.name}.png"
        write_png(target, np.hstack([digit.reshape(28, 28), output.reshape(28, 28)]))
    except PictureError as error:
        return row | {"error": str(error)}
    return row | {
        "mse": float(metrics.mse(digit, output)[0]),
        "code": [float(value) for value in code[0]],
        "nearest_label": int(latent.nearest_label_vote(found.labels[neighbours])[0]),
        "out": str(target),
    }


def _decode(options: argparse.Namespace) -> _Result:
    from aecore import inference, latent

    found = checkpoint.load(options.model)
    code = parse_code(options.z, found.card.model.latent_dim)
    model = inference.build_model(found.card.model, found.weights)
    write_png(options.out, inference.decode(model, code[None]).reshape(28, 28))
    percentile = float(latent.MapDistance(found.codes).percentile(code[None])[0])
    facts = {"path": str(options.out), "map_distance_percentile": percentile}
    return _Result(
        facts,
        f"{options.out}: farther from its nearest codes than {percentile:.1f}% of the test digits",
    )


def _bench(options: argparse.Namespace) -> _Result:
    from aecore.bench import bench_decode

    # A plain end would leave the servers and the browser behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    measured = bench_decode(progress=lambda text: print(text, file=sys.stderr))
    lines = [
        f"{'':18}{'one':>7}{'error':>9} | slider:{'p50':>5}{'p95':>6}{'per':>5}{'mes-':>6} | "
        f"map:{'p50':>5}{'p95':>6}{'per':>5}{'mes-':>6} |{'server':>7}",
        f"{'model':18}{'ms':>7}{'':9} | {'ms':>12}{'ms':>6}{'s':>5}{'sages':>6} | "
        f"{'ms':>9}{'ms':>6}{'s':>5}{'sages':>6} |{'ms':>7}",
    ]
    lines += [
        f"{name:18}{row['js_ms']:7.3f}{row['max_abs_error']:9.1e} | {'':7}{_pace(row)} | "
        f"{'':4}{_pace(row['map'])} |{row['server_slider_ms']:7.0f}"
        for name, row in measured["presets"].items()
    ]
    return _Result(measured, "\n".join(lines))


def _pace(row: dict[str, float]) -> str:
    return (
        f"{row['frame_p50_ms']:5.1f}{row['frame_p95_ms']:6.1f}{row['updates_per_second']:5.0f}"
        f"{row['websocket_messages_during_drag']:6}"
    )
