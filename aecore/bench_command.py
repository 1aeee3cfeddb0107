"""`python -m aecore bench`: a benchmark's figures as a table or as JSON."""

from __future__ import annotations

import argparse
import signal
import sys

from aecore.command import Result


def bench(options: argparse.Namespace) -> Result:
    """Measure how quickly digits are decoded in the browser."""
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
    return Result(measured, "\n".join(lines))


def _pace(row: dict[str, float]) -> str:
    return (
        f"{row['frame_p50_ms']:5.1f}{row['frame_p95_ms']:6.1f}{row['updates_per_second']:5.0f}"
        f"{row['websocket_messages_during_drag']:6}"
    )
