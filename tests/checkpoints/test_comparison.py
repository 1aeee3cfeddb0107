"""All checkpoints in one table."""

import csv
import io
from dataclasses import replace
from types import SimpleNamespace

import pytest

from aecore.checkpoints import file as checkpoint_file
from aecore.checkpoints.comparison import (
    COLUMNS,
    Entry,
    clean_errors,
    counterpart_of,
    has_fixed_settings,
    histories,
    pca_points,
    same_digits,
    table,
    to_csv,
    valid_indices,
)
from aecore.presets import PRESETS


@pytest.fixture
def entries(tiny_checkpoint, tiny_denoiser):
    return [
        Entry(name=found.name, card=checkpoint_file.read_card(found.path), size=1_500_000)
        for found in (tiny_checkpoint, tiny_denoiser)
    ]


def without(entry, *metrics):
    kept = {name: value for name, value in entry.card.metrics.items() if name not in metrics}
    return replace(entry, card=replace(entry.card, metrics=kept))


def test_the_table_has_every_column_and_the_figures_of_the_cards(entries):
    columns = table(entries)

    assert list(columns) == list(COLUMNS)
    assert columns["model"] == ["tiny", "tiny-denoiser"]
    assert columns["D"] == [2, 4]
    assert columns["hidden"] == ["16", "16"]
    assert columns["input"] == ["clean", "masking 0.5"]
    assert columns["epochs"] == [2, 2]
    assert columns["size (MB)"] == [1.5, 1.5]
    for title, metric in (
        ("test MSE", "test_mse"),
        ("PCA MSE", "pca_test_mse"),
        ("kNN-5", "knn5_accuracy"),
    ):
        assert columns[title] == [entry.card.metrics[metric] for entry in entries]
    clean = [entries[0].card.metrics["test_mse"], entries[1].card.metrics["clean_mse"]]
    assert columns["clean MSE"] == clean


def test_what_a_card_lacks_is_an_empty_cell_and_an_empty_field(entries):
    entries[1] = without(entries[1], "knn5_accuracy", "clean_mse")

    columns = table(entries)

    assert columns["kNN-5"][1] is None
    assert columns["clean MSE"][1] is None
    rows = list(csv.DictReader(io.StringIO(to_csv(columns))))
    assert rows[1]["kNN-5"] == ""
    assert rows[1]["model"] == "tiny-denoiser"
    assert float(rows[0]["test MSE"]) == entries[0].card.metrics["test_mse"]


def test_only_models_that_know_their_clean_error_are_compared_by_it(entries):
    with_all = clean_errors(entries)
    with_one = clean_errors([entries[0], without(entries[1], "clean_mse")])

    assert list(with_all) == ["tiny", "tiny-denoiser"]
    assert with_all["tiny-denoiser"] == (4, entries[1].card.metrics["clean_mse"])
    assert list(with_one) == ["tiny"]


def test_pca_with_broken_input_is_no_point_of_its_clean_errors(entries):
    assert pca_points(entries) == {2: entries[0].card.metrics["pca_test_mse"]}


def test_histories_are_over_epochs_or_seconds(entries):
    records = entries[0].card.history

    by_epoch, by_second = (histories(entries, over)["tiny"] for over in ("epochs", "seconds"))

    assert by_epoch == ([1, 2], [record.test_mse for record in records])
    assert by_second == ([record.seconds for record in records], by_epoch[1])


def test_checkpoints_of_other_digits_share_none(tiny_checkpoint, tiny_denoiser):
    other = replace(tiny_denoiser, card=replace(tiny_denoiser.card, fingerprint="0" * 16))

    assert same_digits(tiny_checkpoint, tiny_denoiser)
    assert not same_digits(tiny_checkpoint, other)
    assert not same_digits(tiny_checkpoint, replace(tiny_denoiser, labels=tiny_denoiser.labels[1:]))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([3, 1], [3, 1]),
        ([0, 1, 2, 3, 4], [0, 1, 2]),
        ([-1, 10, 2.0], []),
        ([9, True, "4"], [9]),
        (None, []),
        ({"0": 1}, []),
    ],
)
def test_only_numbers_of_digits_are_taken_from_a_browser(given, expected):
    assert valid_indices(given, 10, 3) == expected


# --- counterparts ---------------------------------------------------------------------------------

CARDS = {
    name: SimpleNamespace(model=preset.model, train=preset.train)
    for name, preset in PRESETS.items()
}


@pytest.mark.parametrize(("one", "other"), [("narrow-dropout", "narrow"), ("wide-dropout", "wide")])
def test_the_presets_pairs_find_each_other(one, other):
    assert counterpart_of(one, CARDS) == other
    assert counterpart_of(other, CARDS) == one
    assert not has_fixed_settings(CARDS[one].model)
    assert has_fixed_settings(CARDS[other].model)


@pytest.mark.parametrize("name", ["plane", "plain-32", "denoise-mask"])
def test_a_model_without_a_counterpart_has_none(name):
    assert counterpart_of(name, CARDS) is None


def test_another_task_has_no_counterpart():
    noisy = replace(CARDS["wide"].train, noise=CARDS["denoise-mask"].train.noise)
    cards = {
        "wide-dropout": CARDS["wide-dropout"],
        "noisy": SimpleNamespace(model=CARDS["wide"].model, train=noisy),
    }

    assert counterpart_of("wide-dropout", cards) is None
