"""Workers that come and go while a sweep runs."""

import pytest

from aecore.sweeps import engine, store, task
from aecore.sweeps.engine import SweepEngine
from tests.support import sweeps

pytest_plugins = ["tests.support.sweeps"]
SPEC = sweeps.spec(seeds=6)


def make_engine(tmp_path, digits, scheduler, **options):
    spec = sweeps.SweepSpec(**{**vars(SPEC), "scheduler": scheduler})
    store.prepare(tmp_path, spec)
    return SweepEngine(tmp_path, spec, digits, train=sweeps.skip_training, **options)


def test_all_points_are_done_and_none_is_handed_out_again(scheduler, digits, tmp_path):
    first = make_engine(tmp_path, digits, scheduler)
    assert first.run()

    second = make_engine(tmp_path, digits, scheduler)
    assert second.progress.results == first.progress.results
    assert second.run()
    assert (len(first.progress.done), second.progress.new) == (6, 0)


def test_a_point_whose_only_fit_workers_are_gone_is_handed_out_again(
    scheduler, digits, tmp_path, monkeypatch
):
    """A restarted worker has a new address; the scheduler waits for the old one forever."""
    run = make_engine(tmp_path, digits, scheduler)
    submit, places = SweepEngine._submit, []

    def submit_to_the_dead_first(self, key, point, workers):
        monkeypatch.setattr(engine.cluster.Fitness, "problem", "another worker is unfit")
        places.append(workers)
        submit(self, key, point, {"tcp://127.0.0.1:1"} if len(places) == 1 else workers)

    monkeypatch.setattr(SweepEngine, "_submit", submit_to_the_dead_first)
    assert run.run()

    assert len(places) == 7
    assert len(run.progress.done) == 6


def test_a_stop_request_ends_it_with_what_is_done_kept(scheduler, digits, tmp_path):
    spec = sweeps.SweepSpec(**{**vars(SPEC), "scheduler": scheduler, "seeds": tuple(range(5000))})
    store.prepare(tmp_path, spec)
    ask = lambda progress: (tmp_path / store.STOP).touch()  # noqa: E731
    run = SweepEngine(tmp_path, spec, digits, train=sweeps.skip_training, on_progress=ask)

    assert not run.run()

    assert store.read_status(tmp_path).state == "stopped"
    assert 0 < len(run.progress.results) < 5000
    assert len(list((tmp_path / store.POINTS).iterdir())) == len(run.progress.results)


def test_data_that_a_worker_cannot_load_are_an_error_of_the_worker_not_of_the_point(digits):
    (point, *_) = SPEC.points()
    options = {"device": "cpu", "keep": False, "threads": 1}

    with pytest.raises(engine.DataError, match="not other"):
        task.train_point("a", point, data="bundled", fingerprint="other", **options)
