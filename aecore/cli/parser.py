"""The command line: `python -m aecore COMMAND`.

`--json` prints one JSON object (or list) on stdout; progress and messages go to stderr.
Wrong use exits 2, failure exits 1, each with one line; Ctrl-C exits 130.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from aecore.cli import app, bench, export, lesson, models, reconstruct, sweep, train
from aecore.cli.result import (
    APP_PACKAGES,
    INTERRUPTED,
    missing_packages,
    prepare_streams,
    report_error,
    write,
)
from aecore.config import MAX_EPOCHS
from aecore.data.limits import MAX_PICTURES
from aecore.data.openml_sets import SETS
from aecore.data.sources import SOURCES
from aecore.errors import AecoreError, ConfigError
from aecore.presets import PRESETS
from aecore.system import json_numbers, threads


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    prepare_streams()
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    warnings.filterwarnings("ignore", module="PIL")  # of files that are read all the same
    try:
        options = _parser().parse_args(arguments)
        if "model" in options or "device" in options:  # it computes here
            threads.limit_to_quota()
        result = options.command(options)
        if options.json:
            write(json.dumps(json_numbers.encode(result.json), allow_nan=False))
        elif result.text:
            write(result.text)
    except ConfigError as error:
        return report_error(error, 2)
    except AecoreError as error:
        return report_error(error, 1)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in APP_PACKAGES:
            raise
        return report_error(missing_packages([package]), 1)
    except KeyboardInterrupt as stop:
        return report_error(str(stop) or "Stopped.", INTERRUPTED)
    except BrokenPipeError:  # the reader went away; there is nobody to tell
        return 1
    return result.status


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line; the usage is a `--help` away."""

    def error(self, message: str) -> NoReturn:
        self.exit(report_error(f"{message}. See: {self.prog} --help", 2))

    def print_help(self, file: object = None) -> None:
        write(self.format_help().rstrip())


def _option(name: str, **options: Any) -> argparse.ArgumentParser:
    """Return a parent of parsers that share an option."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(name, **options)
    return parser


def _whole(low: int, high: int) -> Callable[[str], int]:
    """Return what reads a whole number from `low` to `high`."""

    def read(text: str) -> int:
        if not (text.isdecimal() and low <= int(text[:12]) <= high):
            raise argparse.ArgumentTypeError(
                f"must be a whole number from {low:,} to {high:,}, not {text!r}"
            )
        return int(text)

    return read


_COUNT = _whole(1, MAX_EPOCHS)


def _parser() -> _Parser:
    json_ = _option("--json", action="store_true", help="print JSON on stdout")
    text = (
        "folder or file of pictures (IDX, npz, npy, CSV, Parquet, picture files), or one of "
        f"{', '.join([*SOURCES, *SETS])} (or set AECORE_DATA)"
    )
    data = _option("--data", metavar="DIR", help=text)
    preset = _option("preset", metavar="PRESET", help=", ".join(PRESETS))
    device = _option("--device", help="auto (default), cuda, mps or cpu")
    model = _option("--model", metavar="MODEL", required=True, help="a name in models/ or a path")

    parser = _Parser(prog="python -m aecore", description="The command line of aecore.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def add(
        name: str, command: Callable, text: str, *parents, within=commands
    ) -> argparse.ArgumentParser:
        sub = within.add_parser(name, help=text, description=text, parents=parents)
        sub.set_defaults(command=command)
        return sub

    sub = add("app", app.open_app, "open the explorer in the browser", data)
    sub.add_argument("--port", type=_whole(1, 65_535), help="of the server (default: 8501)")

    text = "show where the digits come from; download them if necessary"
    add("data", models.show_data, text, json_, data)

    add("models", models.list_models, "list the trained models", json_)

    text = "train a preset and save the checkpoint"
    sub = add("train", train.train, text, json_, data, preset, device)
    for name, setting in train.OPTIONS.items():
        help_text = setting.describe().replace("%", "%%")
        sub.add_argument(f"--{name.replace('_', '-')}", help=help_text)
    sub.add_argument("--out", metavar="PATH", help="the file, or its folder (default: models/)")

    text = "train a preset many times, with some settings varied, here or on a cluster"
    sub = add("sweep", sweep.sweep, text, json_, data, preset, device)
    sub.add_argument("--latent-dim", metavar="D1,D2", help="latent dimensions, as in 1,2,4,8")
    sub.add_argument("--seeds", type=int, default=1, help="of each setting (default: 1)")
    text = "values of any other setting, as in batch_size=256,512; can be repeated"
    sub.add_argument("--set", metavar="FIELD=V1,V2", action="append", default=[], help=text)
    where = sub.add_mutually_exclusive_group()
    text = "processes on this machine (default: one a core, or one a GPU)"
    where.add_argument("--workers", type=_COUNT, metavar="N", help=text)
    text = "of a running Dask scheduler, as in tcp://host:8786"
    where.add_argument("--scheduler", metavar="ADDRESS", help=text)
    text = "checkpoints that stay: best (default; the best seed of each setting), all or none"
    sub.add_argument("--keep", default="best", help=text)
    sub.add_argument("--out", metavar="DIR", required=True, help="folder of the results")

    text = "measure a model on the test digits"
    sub = add("evaluate", models.evaluate, text, json_, data)
    sub.add_argument("model", metavar="MODEL", help="a name in models/ or a path")

    text = "reconstruct pictures of handwritten digits, or folders of them"
    sub = add("reconstruct", reconstruct.reconstruct, text, json_, model)
    sub.add_argument("pictures", metavar="PICTURE", nargs="+", type=_path)
    sub.add_argument("--out", metavar="DIR", required=True, type=_path)
    sub.add_argument("--steps", action="store_true", help="also save a picture of every step")
    sub.add_argument("--invert", default="auto", help="auto, yes or no: is the ink darker?")
    sub.add_argument("--threshold", type=float, help="0 to 1: what counts as ink (default: auto)")
    sub.add_argument("--rotate", type=int, default=0, help="0, 90, 180 or 270 degrees clockwise")
    text = (
        "left,top,right,bottom, each 0 to 1: the part to read (default: the sheet, if there is one)"
    )
    sub.add_argument("--crop", metavar="L,T,R,B", help=text)
    sub.add_argument("--pick", default="all", help="all, together (one digit), or a number from 0")

    sub = add("decode", models.decode, "decode a latent code to a picture", json_, model)
    sub.add_argument("--z", metavar="A,B,...", required=True, help="the code; write --z=-1,2")
    sub.add_argument("--out", metavar="PNG", required=True, type=_path)

    text = "write an explorer of some models to one HTML file, which needs no server"
    sub = add("export", export.export, text, json_, data)
    sub.add_argument("models", metavar="MODEL", nargs="+", help="a name in models/ or a path")
    sub.add_argument("--out", metavar="FILE", required=True, type=_path, help="the HTML file")
    sub.add_argument("--title", metavar="TEXT", help="of the page")
    text = "also put the first N test pictures into the file (default: none)"
    sub.add_argument("--pictures", type=_whole(0, MAX_PICTURES), metavar="N", default=0, help=text)

    text = "check lessons, and grade what a class has handed in"
    lessons = commands.add_parser("lesson", help=text, description=text).add_subparsers(
        metavar="WHAT", required=True, parser_class=_Parser
    )
    text = "say line by line what is wrong with a lesson's file"
    sub = add("check", lesson.check_lesson, text, json_, within=lessons)
    sub.add_argument("file", metavar="FILE", type=_path, help="a TOML file")
    text = "write a table of all hand-ins of a folder"
    sub = add("grade", lesson.grade_lessons, text, json_, within=lessons)
    sub.add_argument("folder", metavar="FOLDER", type=_path, help="with the JSON files")
    sub.add_argument("--out", metavar="CSV", required=True, type=_path, help="the table")

    text = "measure speed and recognition"
    benches = commands.add_parser("bench", help=text, description=text).add_subparsers(
        metavar="WHAT", required=True, parser_class=_Parser
    )
    text = "time from the pointer to the decoded digit, in the browser"
    add("decode", bench.bench_decode, text, json_, within=benches)
    text = "time from the pen to the reconstruction, in the browser"
    add("draw", bench.bench_draw, text, json_, within=benches)
    text = "an exported file: its first picture, following the pointer, a large atlas"
    sub = add("explorer", bench.bench_explorer, text, json_, within=benches)
    text = "codes of the large atlas (default: 1000000)"
    points = _whole(1, 10_000_000)
    sub.add_argument("--points", type=points, default=1_000_000, metavar="N", help=text)
    text = "response time of the controls of the pages"
    sub = add("pages", bench.bench_pages, text, json_, within=benches)
    sub.add_argument("pages", metavar="PAGE", nargs="*", help="as in filters; / is the map")
    text = "how often the verdict on a picture is right"
    add("recognition", bench.bench_recognition, text, json_, within=benches)
    text = "the app under the load of many viewers"
    sub = add("serve", bench.bench_serve, text, json_, within=benches)
    sub.add_argument("--viewers", type=_COUNT, default=200, metavar="N", help="(default: 200)")
    text = "of the whole, at a pace to match (default: 5)"
    sub.add_argument("--minutes", type=_minutes, default=5.0, metavar="M", help=text)
    text = "serve it to strangers, who train nothing"
    sub.add_argument("--public", action="store_true", help=text)
    text = "speed of a sweep's workers, compared with one process and separate commands"
    sub = add("sweep", bench.bench_sweep, text, json_, data, preset, within=benches)
    sub.add_argument("--epochs", type=_COUNT, default=2, help="of each point (default: 2)")
    sub.add_argument("--workers", type=_COUNT, default=2, help="processes (default: 2)")
    sub.add_argument("--turns", type=_COUNT, default=3, help="to take medians of (default: 3)")
    text = "training time of a preset, compared with the notebook's loop"
    sub = add("train", bench.bench_train, text, json_, data, device, within=benches)
    sub.add_argument("preset", metavar="PRESET", nargs="?", help=", ".join(PRESETS))
    text = "compare the estimator with scikit-learn's MLPRegressor (default preset: plane)"
    sub.add_argument("--estimator", action="store_true", help=text)
    sub.add_argument("--seeds", type=_COUNT, default=3, help="runs to take medians of")
    text = "of the notebook's loop, or of MLPRegressor"
    sub.add_argument("--epochs-notebook", type=_COUNT, default=50, help=text)
    return parser


def _minutes(text: str) -> float:
    try:
        if 0 < float(text) <= 60:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"must be a number above 0, up to 60, not {text!r}")


def _path(text: str) -> Path:
    return Path(os.path.expanduser(text))
