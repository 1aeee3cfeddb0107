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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from aecore.cli import bench as bench_command
from aecore.cli import models as model_commands
from aecore.cli import reconstruct as reconstruct_command
from aecore.cli import train as train_command
from aecore.cli.result import INTERRUPTED, complain
from aecore.config import MAX_EPOCHS
from aecore.data.sources import SOURCES
from aecore.errors import AecoreError, ConfigError
from aecore.presets import PRESETS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        options = _parser().parse_args(arguments)
        result = options.command(options)
        if options.json:
            print(json.dumps(result.json, allow_nan=False), flush=True)
        else:
            print(result.text, flush=True)
    except ConfigError as error:
        return complain(error, 2)
    except AecoreError as error:
        return complain(error, 1)
    except KeyboardInterrupt as stop:
        return complain(str(stop) or "Stopped.", INTERRUPTED)
    except BrokenPipeError:  # the reader went away; there is nobody to tell, not even on exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return result.status


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; the usage is a `--help` away."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"aecore: {message}. See: {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print JSON on stdout")
    source = argparse.ArgumentParser(add_help=False)
    source.add_argument(
        "--data",
        metavar="DIR",
        help=f"folder of MNIST files, or one of {', '.join(SOURCES)} (or set AECORE_DATA)",
    )

    parser = _Parser(prog="python -m aecore", description=__doc__.splitlines()[0])
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def add(
        name: str, command: Callable, text: str, *parents, within=subparsers
    ) -> argparse.ArgumentParser:
        sub = within.add_parser(name, help=text, description=text, parents=[shared, *parents])
        sub.set_defaults(command=command)
        return sub

    add(
        "data",
        model_commands.show_data,
        "say where the digits come from; fetch them if need be",
        source,
    )
    add("models", model_commands.list_models, "list the trained models")

    sub = add("train", train_command.train, "train a preset and save the checkpoint", source)
    sub.add_argument("preset", metavar="PRESET", help=", ".join(PRESETS))
    for name, setting in train_command.OPTIONS.items():
        help_text = setting.describe().replace("%", "%%")
        sub.add_argument(f"--{name.replace('_', '-')}", help=help_text)
    sub.add_argument("--device", help="auto (default), cuda, mps or cpu")
    sub.add_argument("--out", metavar="PATH", help="the file, or its folder (default: models/)")

    sub = add("evaluate", model_commands.evaluate, "measure a model on the test digits", source)
    sub.add_argument("model", metavar="MODEL", help="a name in models/ or a path")

    text = "send pictures of handwritten digits, or folders of them, through a model"
    sub = add("reconstruct", reconstruct_command.reconstruct, text)
    sub.add_argument("pictures", metavar="PICTURE", nargs="+", type=Path)
    sub.add_argument("--model", metavar="MODEL", required=True)
    sub.add_argument("--out", metavar="DIR", required=True, type=Path)
    sub.add_argument("--steps", action="store_true", help="also write what each step made")
    sub.add_argument("--invert", default="auto", help="auto, yes or no: is the ink darker?")
    sub.add_argument("--threshold", type=float, help="0 to 1: what counts as ink (default: found)")
    sub.add_argument("--rotate", type=int, default=0, help="0, 90, 180 or 270 degrees clockwise")
    sub.add_argument("--pick", default="all", help="all, together (one digit), or a number from 0")

    sub = add("decode", model_commands.decode, "draw the digit of a code")
    sub.add_argument("--model", metavar="MODEL", required=True)
    sub.add_argument("--z", metavar="A,B,...", required=True, help="the code; write --z=-1,2")
    sub.add_argument("--out", metavar="PNG", required=True, type=Path)

    text = "measure how quickly things go"
    benches = subparsers.add_parser("bench", help=text, description=text).add_subparsers(
        metavar="WHAT", required=True, parser_class=_Parser
    )
    text = "how quickly the browser decodes digits"
    add("decode", bench_command.bench_decode, text, within=benches)
    text = "how closely the page follows the pen"
    add("draw", bench_command.bench_draw, text, within=benches)
    text = "how quickly the laboratory pages answer"
    sub = add("pages", bench_command.bench_pages, text, within=benches)
    sub.add_argument("pages", metavar="PAGE", nargs="*", help="as in filters; / is the map")
    text = "how quickly a preset is trained, beside the notebook's loop"
    sub = add("train", bench_command.bench_train, text, source, within=benches)
    sub.add_argument("preset", metavar="PRESET", help=", ".join(PRESETS))
    sub.add_argument("--seeds", type=_count, default=3, help="runs to take medians of")
    sub.add_argument("--epochs-notebook", type=_count, default=50, help="of the notebook's loop")
    sub.add_argument("--device", help="auto (default), cuda, mps or cpu")
    return parser


def _count(text: str) -> int:
    if not 1 <= int(text) <= MAX_EPOCHS:
        raise ValueError
    return int(text)
