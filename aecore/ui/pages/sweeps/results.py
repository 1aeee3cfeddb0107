"""A sweep on `/sweeps`: its progress, its figures, its answers, and its kept models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from aecore.checkpoints import library
from aecore.sweeps import launcher, store
from aecore.sweeps.result import Result, to_csv, varied
from aecore.sweeps.store import Sweep
from aecore.ui import navigation, scaffold, url_state
from aecore.ui.cache import datasets
from aecore.ui.components import downloads, sweep_results
from aecore.ui.pages.sweeps.form import CHOSEN
from aecore.ui.text.formats import counted, duration, escape

_LIVE_SECONDS = 2.0
_IDLE_SECONDS = 6.0
"""Refresh interval where no sweep is running: another tab or a command may start one."""
_PROBLEM = "sweeps_problem"
_NO_OTHER = ""
_STATES = {
    "starting": "Starting…",
    "running": "Running",
    "done": "Done",
    "stopped": "Stopped",
    "failed": "Failed",
    "interrupted": "Interrupted",
}
_FORMATS = {
    "test_mse": st.column_config.NumberColumn("test MSE", format="%.4f"),
    "pca_test_mse": st.column_config.NumberColumn("PCA, same D", format="%.4f"),
    "knn5_accuracy": st.column_config.NumberColumn("kNN-5", format="%.1f%%"),
    "seconds": st.column_config.NumberColumn("training (s)", format="%.1f"),
}
"""Columns of the table of trainings that are not shown as they are."""


@scaffold.guarded
def show() -> None:
    """Draw the sweep chosen last, or else the newest one."""
    sweeps = {sweep.id: sweep for sweep in store.known()}
    if message := st.session_state.pop(_PROBLEM, None):
        scaffold.show_error(message)
    active = any(not sweep.ended for sweep in sweeps.values())
    seconds = _LIVE_SECONDS if active else _IDLE_SECONDS
    if not sweeps:
        st.info("No sweeps yet. Start one above, or with `python -m aecore sweep`.")
    else:
        sweep, other = _pick(sweeps)
        _head(sweep)
    st.fragment(_watch, run_every=seconds)(
        sweep.id if sweeps else None, other if sweeps else _NO_OTHER, _signature(sweeps)
    )
    if sweeps and sweep.ended:
        _kept(sweep)


def _pick(sweeps: dict[str, Sweep]) -> tuple[Sweep, str]:
    """Draw the picker of the sweep on show, and of another to compare with."""
    first, second = st.columns(2)
    options = list(sweeps)
    url_state.load("sweep", CHOSEN, options, options[0])
    name = first.selectbox("Sweep", options, key=CHOSEN, format_func=lambda id: _title(sweeps[id]))
    url_state.store("sweep", CHOSEN, name, options[0])
    others = [_NO_OTHER, *(each for each in options if each != name)]
    other = second.selectbox(
        "Compare with",
        others,
        key="sweeps_other",
        format_func=lambda id: _title(sweeps[id]) if id else "no other sweep",
    )
    return sweeps[name], other


def _title(sweep: Sweep) -> str:
    return f"{sweep.id} · {_STATES[sweep.state].lower()}"


def _head(sweep: Sweep) -> None:
    """Draw what the sweep varies, and the buttons that stop, resume or delete it."""
    spec = sweep.spec
    st.header(escape(f"Sweep of {spec.preset}"), anchor=False)
    values = [f"{sweep_results.label(n)}: {', '.join(v)}" for n, v in spec.values.items()]
    st.caption(" · ".join([*map(escape, values), counted(len(spec.seeds), "seed")]))
    with st.container(horizontal=True):
        if not sweep.ended:
            _button("Stop", ":material/stop:", launcher.stop, sweep, disabled=sweep.is_stopping)
            return
        if sweep.state != "done":
            _button("Resume", ":material/play_arrow:", launcher.resume, sweep)
        _button("Remove from list", ":material/delete:", launcher.delete, sweep)


def _button(
    label: str,
    icon: str,
    action: Callable[[Sweep], object],
    sweep: Sweep,
    *,
    disabled: bool = False,
) -> None:
    key, attempt = f"sweeps_{label.split()[0].lower()}", (_PROBLEM, action, sweep)
    st.button(label, key=key, icon=icon, disabled=disabled, on_click=scaffold.attempt, args=attempt)


def _signature(sweeps: dict[str, Sweep]) -> tuple:
    """Return the state that the page, apart from what is watched, depends on."""
    return tuple((sweep.id, sweep.state) for sweep in sweeps.values())


@scaffold.guarded
def _watch(name: str | None, other: str, drawn: tuple) -> None:
    """Draw the results so far; run the page again when a sweep was added, began or ended."""
    sweeps = {sweep.id: sweep for sweep in store.known()}
    if _signature(sweeps) != drawn:
        st.rerun()
    if name not in sweeps:
        return
    sweep = sweeps[name]
    results = store.results_of(sweep)
    _progress(sweep, results)
    if not results:
        return
    compared = store.results_of(sweeps[other]) if other in sweeps else []
    sweep_results.draw_errors(
        results, _pca(sweep, results), key="sweeps_errors", other=(other, compared)
    )
    sweep_results.draw_settings(results, key="sweeps_parallel")
    _tables(results)


def _progress(sweep: Sweep, results: Sequence[Result]) -> None:
    status, total = sweep.status, len(sweep.spec.points())
    failed = sum(result.test_mse is None for result in results)
    state = "Stopping" if sweep.is_stopping else _STATES[sweep.state]
    parts = [f"{state}: {len(results)} of {total} done"]
    if not sweep.ended:
        parts += [f"{len(status.running)} running", counted(status.workers, "worker")]
        if status.seconds_left is not None:
            parts.append(f"{duration(status.seconds_left)} left")
    if failed:
        parts.append(f"{failed} failed")
    st.progress(len(results) / total, text=" · ".join(parts))
    if status.message and sweep.ended:
        scaffold.show_error(status.message)


def _pca(sweep: Sweep, results: Sequence[Result]) -> dict[int, float]:
    """Return PCA's whole curve where the sweep's task is clean and its data are in use."""
    clean = all(result.settings["noise"] == "none" for result in results)
    if clean and datasets.test_set().fingerprint == sweep.status.fingerprint:
        return datasets.pca_errors()
    return sweep_results.pca_points(results)


def _tables(results: Sequence[Result]) -> None:
    names = varied(results)
    columns = ("seed", "test_mse", "pca_test_mse", "knn5_accuracy", "seconds", "threads", "error")
    rows = [{name: result.row()[name] for name in (*names, *columns)} for result in results]
    for row in rows:
        accuracy = row["knn5_accuracy"]
        row["knn5_accuracy"] = None if accuracy is None else 100 * accuracy
    with st.expander(f"Table of {counted(len(results), 'training')}"):
        st.dataframe(
            rows,
            hide_index=True,
            column_config=_FORMATS,
            alt="One row for each training of the sweep",
        )
        downloads.offer("Table as CSV", lambda: to_csv(results), "sweep.csv", key="sweeps_csv")
    with st.expander("Which differences are more than the noise of the seeds?"):
        sweep_results.draw_answers(results)


@scaffold.guarded
def _kept(sweep: Sweep) -> None:
    """Draw the form that saves a kept point as a model, and links to the pages that show it."""
    results = {result.key: result for result in store.results_of(sweep)}
    keys = [key for key in results if key in store.kept(sweep.path)]
    if not keys:
        return
    st.header("Open a model of the sweep", anchor=False)
    names = varied(list(results.values()))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(
            "Training",
            keys,
            format_func=lambda key: _describe(results[key], names),
            key=f"sweeps_kept_{sweep.id}",
        )
        name = f"sweep-{sweep.spec.preset}-{key[:8]}"
        saved = name in library.own_names()
        if not saved and st.button("Save as model", key="sweeps_save", icon=":material/save:"):
            library.save_copy(store.checkpoint_path(sweep.path, key), name)
            saved = True
    if saved:
        st.success(f"Saved as **{escape(name)}**.", icon=":material/bookmark_added:")
        with st.container(horizontal=True, key="sweeps_open"):
            navigation.link_to_model(name)


def _describe(result: Result, names: Sequence[str]) -> str:
    words = [f"{sweep_results.label(name)} = {result.settings[name]}" for name in names]
    error = f"test MSE {result.error_or_infinity:.4f}"
    return " · ".join([*words, f"seed {result.seed}", error])
