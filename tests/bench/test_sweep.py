"""What `bench sweep` measures, on a few quick points."""

from aecore.bench import sweep as bench
from aecore.presets import PRESETS


def test_three_ways_are_timed_and_a_point_without_training(digits, monkeypatch):
    monkeypatch.setattr(bench, "EMPTY_POINTS", 5)
    monkeypatch.setattr(bench, "_DIMENSIONS", ("2",))
    monkeypatch.setattr(bench, "_SEEDS", 1)

    measured = bench.bench_sweep(PRESETS["plane"], digits, "bundled", epochs=1, workers=1, turns=1)

    assert measured["points"] == 1
    assert measured["ratio"] == measured["process_seconds"] / measured["sweep_seconds"]
    assert measured["commands_ratio"] == measured["commands_seconds"] / measured["sweep_seconds"]
    assert measured["sweep_points_per_hour"] == 3600 / measured["sweep_seconds"]
    assert measured["overhead_ms"] > 0
    assert measured["start_seconds"] > 0
