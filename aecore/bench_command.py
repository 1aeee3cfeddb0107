"""`python -m aecore bench`: a benchmark's figures as a table or as JSON."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import Any

from aecore.command import Result


def bench(options: argparse.Namespace) -> Result:
    """Measure how quickly digits are decoded in the browser, or how closely it follows the pen."""
    from aecore.bench import bench_decode, bench_draw

    # A plain end would leave the servers and the browser behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    measure, table = {"decode": (bench_decode, _decoding), "draw": (bench_draw, _drawing)}[
        options.what
    ]
    measured = measure(progress=lambda text: print(text, file=sys.stderr))
    return Result(measured, "\n".join(table(measured["presets"])))


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


def _pace(row: dict[str, float]) -> str:
    return (
        f"{row['frame_p50_ms']:5.1f}{row['frame_p95_ms']:6.1f}{row['updates_per_second']:5.0f}"
        f"{row['websocket_messages_during_drag']:6}"
    )
