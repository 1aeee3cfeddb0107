"""`python -m aecore bench ...`: what a benchmark measured, as a table or as JSON."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import Any

from aecore.cli.result import Result, load_data, log, table
from aecore.errors import ConfigError
from aecore.presets import PRESETS, get_preset

_PACE = ("p50 ms", "p95 ms", "updates/s", "messages")


def bench_decode(options: argparse.Namespace) -> Result:
    """Measure the time from the pointer to the decoded digit, in the browser."""
    from aecore.bench.decoding import bench_decode

    _exit_on_terminate()
    measured = bench_decode(progress=log)
    rows = [("model", "decode ms", "error", *_PACE, *(f"map {title}" for title in _PACE), "server")]
    rows += [
        (
            name,
            f"{row['js_ms']:.3f}",
            f"{row['max_abs_error']:.1e}",
            *_pace(row),
            *_pace(row["map"]),
            f"{row['server_slider_ms']:.0f} ms",
        )
        for name, row in measured["presets"].items()
    ]
    return Result(measured, table(rows))


def bench_draw(options: argparse.Namespace) -> Result:
    """Measure the time from the pen to the reconstruction, in the browser."""
    from aecore.bench.decoding import bench_draw

    _exit_on_terminate()
    measured = bench_draw(progress=log)
    rows = [(name, *_pace(row)) for name, row in measured["presets"].items()]
    return Result(measured, table([("model", *_PACE), *rows]))


def bench_explorer(options: argparse.Namespace) -> Result:
    """Measure an exported file: its first picture, following the pointer, a large atlas."""
    from aecore.bench.explorer import bench_explorer

    _exit_on_terminate()
    measured = bench_explorer(progress=log, points=options.points)
    rows = [("points", "MB", "first picture ms", *_PACE, *(f"pan {title}" for title in _PACE))]
    rows += [
        (
            f"{row['points']:,}",
            f"{row['bytes'] / 1e6:.1f}",
            f"{row['first_picture_ms']:.0f}",
            *_pace(row["map"]),
            *_pace(row["pan"]),
        )
        for row in (measured["file"], measured["large"])
    ]
    return Result(measured, table(rows))


def bench_pages(options: argparse.Namespace) -> Result:
    """Measure the response time of the controls of the pages."""
    from aecore.bench.pages import bench_pages

    _exit_on_terminate()
    pages = tuple(page.strip("/") for page in options.pages)
    measured = bench_pages(pages, progress=log)
    times = ("first_p50_ms", "first_p95_ms", "p50_ms", "p95_ms")
    rows: list[tuple[str, ...]] = [
        ("page, control", "first p50 ms", "p95 ms", "last p50 ms", "p95 ms")
    ]
    rows += [
        (f"{row['page']} {row['control']}", *(f"{row[time]:.0f}" for time in times))
        for row in measured["controls"]
    ]
    text = table(rows)
    if "curve_seconds" in measured:
        text += f"\nCurve over all levels, the first time: {measured['curve_seconds']:.2f} s"
    return Result(measured, text)


def bench_recognition(options: argparse.Namespace) -> Result:
    """Measure how often the verdict on a picture is right."""
    from aecore.bench.recognition import bench_recognition

    measured = bench_recognition(progress=log)
    columns = ("count", "coverage", "accuracy", "undecided", "no_digit")
    digits = [
        (title, *(f"{measured[key][name]:.5g}" for name in columns))
        for title, key in (("all test digits", "digits"), ("the second half", "other_digits"))
    ]
    drawn = [
        (name, str(measured[name]["count"]), f"{measured[name]['rejected']:.1%}")
        for name in ("letters", "hearts", "stars", "shapes")
    ]
    demos = ", ".join(
        f"{name}: {each['label'] if each['kind'] == 'digit' else each['kind']}"
        for name, each in measured["demos"].items()
    )
    return Result(
        measured,
        f"{table([('', *columns), *digits])}\n\n"
        f"{table([('drawn', 'count', 'called no digit'), *drawn])}\n\nExamples: {demos}",
    )


def bench_serve(options: argparse.Namespace) -> Result:
    """Measure how quickly the app answers many viewers at a time."""
    from aecore.bench.serving import bench_serve

    _exit_on_terminate()
    load = {"viewers": options.viewers, "minutes": options.minutes, "public": options.public}
    measured = bench_serve(**load, progress=log)
    times = ("p50_s", "p95_s", "max_s", "first_page_p95_s")
    rows = [[name.replace("_", " ") for name in times], [f"{measured[name]:.2f}" for name in times]]
    memory = "unknown" if measured["rss_mb"] is None else f"{measured['rss_mb']:.0f} MB"
    text = (
        f"{table(rows, left=0)}\n"
        f"{measured['viewers']} viewers opened {measured['pages']} pages and were sent "
        f"{measured['sent_mb_per_viewer']:.1f} MB each; {measured['exceptions']} exceptions. "
        f"The server's memory: {memory}."
    )
    return Result(measured, "\n".join([text, *measured["exception_texts"]]))


def bench_sweep(options: argparse.Namespace) -> Result:
    """Measure how fast a sweep trains its points, compared with one process and with commands."""
    from aecore.cli.sweep import import_engine
    from aecore.data import sources

    import_engine()
    from aecore.bench.sweep import bench_sweep

    _exit_on_terminate()
    measured = bench_sweep(
        get_preset(options.preset),
        load_data(options.data),
        sources.absolute_name(options.data) or None,
        epochs=options.epochs,
        workers=options.workers,
        turns=options.turns,
        progress=log,
    )
    rows = [
        (
            title,
            f"{measured[f'{key}_seconds']:.1f}",
            f"{measured[f'{key}_points_per_hour']:.0f}",
        )
        for title, key in (
            (f"{measured['workers']} workers", "sweep"),
            (f"one process, {measured['threads']} threads", "process"),
            ("separate commands", "commands"),
        )
    ]
    return Result(
        measured,
        f"{table([('', 'seconds', 'points/h'), *rows])}\n"
        f"The workers are {measured['ratio']:.2f} times as fast as the process at "
        f"{measured['epochs']} epochs, {measured['commands_ratio']:.2f} times as fast as the "
        f"commands. Starting the workers takes {measured['start_seconds']:.1f} s; a point without "
        f"training {measured['overhead_ms']:.1f} ms.",
    )


def bench_train(options: argparse.Namespace) -> Result:
    """Measure the training time of a preset, compared with the notebook's loop."""
    if options.estimator:
        return _bench_estimator(options)
    if options.preset is None:
        raise ConfigError(f"bench train needs a preset: {', '.join(PRESETS)}.")
    from aecore.bench.training import bench_train
    from aecore.training.device import pick_device

    preset, device = get_preset(options.preset), pick_device(options.device)
    measured = bench_train(
        preset,
        load_data(options.data),
        seeds=options.seeds,
        notebook_epochs=options.epochs_notebook,
        device=device,
        progress=log,
    )
    rows = [
        (
            title,
            f"{measured[f'{key}_seconds']:.2f}",
            f"{measured[f'{key}_test_mse']:.5f}",
            f"{measured[speedup]:.1f}x" if speedup else "",
        )
        for title, key, speedup in (
            ("notebook's loop and recipe", "notebook", None),
            ("this loop, same recipe", "same_recipe", "same_recipe_speedup"),
            (f"preset's recipe, {measured['recipe_epochs']} epochs", "recipe", "parity_speedup"),
        )
    ]
    return Result(
        measured,
        f"{table([('', 'seconds', 'test MSE', 'speedup'), *rows])}\n"
        f"Matrix products alone: {measured['floor_seconds']:.2f} s on {measured['device']}; this "
        f"loop takes {measured['floor_ratio']:.2f} times that. Medians of {options.seeds}.",
    )


def _bench_estimator(options: argparse.Namespace) -> Result:
    from aecore.bench.estimator import bench_estimator
    from aecore.training.device import pick_device

    measured = bench_estimator(
        get_preset(options.preset or "plane"),
        load_data(options.data),
        seeds=options.seeds,
        epochs=options.epochs_notebook,
        device=pick_device(options.device),
        progress=log,
    )
    rows = [
        (title, f"{measured[f'{key}_seconds']:.2f}", f"{measured[f'{key}_test_mse']:.5f}", ratio)
        for title, key, ratio in (
            (f"MLPRegressor, {measured['epochs']} epochs", "mlp", ""),
            ("Autoencoder, same settings", "same", f"{measured['epoch_ratio']:.2f}"),
            (
                f"preset's recipe, {measured['recipe_epochs']:.0f} epochs",
                "recipe",
                f"{measured['recipe_share']:.2f}",
            ),
        )
    ]
    return Result(
        measured,
        f"{table([('', 'seconds', 'test MSE', 'of its time'), *rows])}\n"
        f"Autoencoder.fit takes {measured['fit_ratio']:.2f} times the seconds of aecore train with "
        f"the same settings. Medians of {options.seeds}.",
    )


def _exit_on_terminate() -> None:
    """Let SIGTERM clean up: the default would leave the servers and the browser running."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _pace(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['frame_p50_ms']:.1f}",
        f"{row['frame_p95_ms']:.1f}",
        f"{row['updates_per_second']:.0f}",
        f"{row['websocket_messages_during_drag']}",
    )
