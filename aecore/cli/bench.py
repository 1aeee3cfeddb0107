"""`python -m aecore bench ...`: a benchmark's figures as a table or as JSON."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import Any

from aecore.cli.result import Result, load_data
from aecore.presets import get_preset


def bench_decode(options: argparse.Namespace) -> Result:
    """Measure how quickly digits are decoded in the browser."""
    from aecore.bench.decoding import bench_decode

    _end_politely()
    measured = bench_decode(progress=_say)
    return Result(measured, "\n".join(_decoding(measured["presets"])))


def bench_draw(options: argparse.Namespace) -> Result:
    """Measure how closely the page follows the pen."""
    from aecore.bench.decoding import bench_draw

    _end_politely()
    measured = bench_draw(progress=_say)
    return Result(measured, "\n".join(_drawing(measured["presets"])))


def bench_pages(options: argparse.Namespace) -> Result:
    """Measure how long the laboratory pages take to answer."""
    from aecore.bench.pages import bench_pages

    _end_politely()
    pages = tuple(page.strip("/") for page in options.pages)
    measured = bench_pages(pages, progress=_say)
    return Result(measured, "\n".join(_answers(measured)))


def _answers(measured: dict[str, Any]) -> list[str]:
    lines = [f"{'':42}{'first change':>16}{'last change':>16}"]
    lines.append(f"{'page, control':42}{'p50':>8}{'p95 ms':>8}{'p50':>8}{'p95 ms':>8}")
    for row in measured["controls"]:
        what = f"{row['page']} {row['control']}"
        lines.append(
            f"{what:42}{row['first_p50_ms']:8.0f}{row['first_p95_ms']:8.0f}"
            f"{row['p50_ms']:8.0f}{row['p95_ms']:8.0f}"
        )
    if "curve_seconds" in measured:
        lines.append(f"Curve over all levels, the first time: {measured['curve_seconds']:.2f} s")
    return lines


def _end_politely() -> None:
    """A plain end would leave the servers and the browser behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _decoding(presets: dict[str, dict[str, Any]]) -> list[str]:
    lines = [
        f"{'':18}{'one':>7}{'error':>9} | slider:{'p50':>5}{'p95':>6}{'per':>5}{'mes-':>6} | "
        f"map:{'p50':>5}{'p95':>6}{'per':>5}{'mes-':>6} |{'server':>7}",
        f"{'model':18}{'ms':>7}{'':9} | {'ms':>12}{'ms':>6}{'s':>5}{'sages':>6} | "
        f"{'ms':>9}{'ms':>6}{'s':>5}{'sages':>6} |{'ms':>7}",
    ]
    return lines + [
        f"{name:18}{row['js_ms']:7.3f}{row['max_abs_error']:9.1e} | {'':7}{_pace(row)} | "
        f"{'':4}{_pace(row['map'])} |{row['server_slider_ms']:7.0f}"
        for name, row in presets.items()
    ]


def _drawing(presets: dict[str, dict[str, Any]]) -> list[str]:
    lines = [f"{'':18}{'p50':>5}{'p95':>6}{'per':>5}{'mes-':>6}"]
    lines.append(f"{'model':18}{'ms':>5}{'ms':>6}{'s':>5}{'sages':>6}")
    return lines + [f"{name:18}{_pace(row)}" for name, row in presets.items()]


def bench_train(options: argparse.Namespace) -> Result:
    """Measure how quickly a preset is trained, beside the notebook's loop."""
    from aecore.bench.training import bench_train
    from aecore.training.loop import pick_device

    preset, device = get_preset(options.preset), pick_device(options.device)
    measured = bench_train(
        preset,
        load_data(options.data),
        seeds=options.seeds,
        notebook_epochs=options.epochs_notebook,
        device=device,
        progress=_say,
    )
    rows = (
        ("the notebook's loop and recipe", "notebook", None),
        ("our loop, the same recipe", "same_recipe", "same_recipe_speedup"),
        (f"our recipe, {measured['recipe_epochs']} epochs", "recipe", "parity_speedup"),
    )
    lines = [f"{'':32}{'seconds':>9}{'test MSE':>10}{'speedup':>9}"]
    for title, key, speedup in rows:
        times = f"{measured[speedup]:8.1f}x" if speedup else ""
        lines.append(
            f"{title:32}{measured[f'{key}_seconds']:9.2f}{measured[f'{key}_test_mse']:10.5f}{times}"
        )
    lines.append(
        f"Matrix products alone: {measured['floor_seconds']:.2f} s on {measured['device']}; our "
        f"loop takes {measured['floor_ratio']:.2f} times that. Medians of {options.seeds}."
    )
    return Result(measured, "\n".join(lines))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _pace(row: dict[str, float]) -> str:
    return (
        f"{row['frame_p50_ms']:5.1f}{row['frame_p95_ms']:6.1f}{row['updates_per_second']:5.0f}"
        f"{row['websocket_messages_during_drag']:6}"
    )
