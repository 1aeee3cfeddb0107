"""The estimator keeps scikit-learn's contract and trains as the command line does."""

import dataclasses
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from aecore import PCA, Autoencoder
from aecore.checkpoints import file as checkpoint_file
from aecore.errors import CheckpointError, ConfigError
from tests.support.pages import open_page

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")

REPOSITORY = Path(__file__).resolve().parents[1]
X = load_digits().data[:600]
CHECKS = """
from sklearn.utils.estimator_checks import check_estimator
from aecore import Autoencoder
results = check_estimator(Autoencoder(epochs=10), on_skip=None, on_fail=None)
for each in results:
    if each["status"] != "passed":
        print(each["check_name"], each["status"], repr(each["exception"]))
print(len(results))
"""


def small(**params):
    quick = {"hidden_dims": (32,), "epochs": 5, "batch_size": 50, "learning_rate": 5e-3}
    return Autoencoder(**quick | {"random_state": 0} | params)


def test_it_passes_all_of_scikit_learns_checks():
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHECKS],
        cwd=REPOSITORY,
        env={"PATH": "", "SCIPY_ARRAY_API": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=900,
    )

    assert run.returncode == 0, run.stderr
    *others, count = run.stdout.splitlines()
    assert others == []  # no failure, no skip
    assert int(count) > 40


@pytest.mark.parametrize(
    "change",
    [
        {"params": []},
        {"params": {"no such": 1}},
        {"offset": ["%s"]},
        {"offset": [0.0, 0.0]},
        {"factor": {}},
        {"dtype": "float16"},
        {"features": 7},
    ],
    ids=str,
)
def test_an_estimator_that_is_damaged_in_its_file_is_refused(tmp_path, change):
    path = tmp_path / "mine.safetensors"
    Autoencoder(hidden_dims=(4,), epochs=1, random_state=0).fit(np.eye(20)).save(path)
    saved = checkpoint_file.load(path)
    checkpoint_file.save(dataclasses.replace(saved, estimator=saved.estimator | change), path)

    with pytest.raises(CheckpointError, match="an estimator that this version cannot read"):
        Autoencoder.load(path)


@pytest.mark.parametrize("params", [{}, {"family": "conv", "image_shape": (8, 8)}])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_it_learns_in_the_precision_of_the_rows_and_gives_back_their_units(params, dtype):
    rows = X.astype(dtype)
    model = small(latent_dim=8, epochs=30, **params).fit(rows)

    again = model.inverse_transform(model.transform(rows))

    assert model.transform(rows).dtype == again.dtype == dtype
    np.testing.assert_allclose(again, model.reconstruct(rows))
    assert np.square(again - rows).mean() < rows.var(axis=0).mean() / 2
    assert model.loss_curve_[-1] < model.loss_curve_[0]
    assert model.n_iter_ == 30


def test_the_score_is_the_weighted_mean_of_the_negative_errors_in_scaled_units():
    model = small(scale="standard").fit(X)
    deviation = X.std(axis=0)
    scaled = (X - model.reconstruct(X)) / np.where(deviation == 0, 1, deviation)
    weight = np.linspace(0, 1, len(X))

    errors = np.square(scaled).mean(axis=1)

    np.testing.assert_allclose(model.score_samples(X), -errors)
    assert model.score(X) == pytest.approx(-errors.mean())
    assert model.score(X, sample_weight=weight) == pytest.approx(
        -np.average(errors, weights=weight)
    )


@pytest.mark.parametrize("scale", ["minmax", "standard", None])
@pytest.mark.parametrize("image_shape", [None, (8, 8)])
def test_a_row_of_weight_two_counts_as_two_and_of_weight_zero_as_none(scale, image_shape):
    rows = X[:100] / 16
    counts = np.arange(100) % 3
    made = [
        small(scale=scale, image_shape=image_shape, batch_size=200).fit(*arguments)
        for arguments in ((rows, None, counts), (np.repeat(rows, counts, axis=0),))
    ]

    one, other = (model.transform(rows) for model in made)

    np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)


def test_a_seed_gives_the_weights_of_the_command_line(run_json, tmp_path, digits):
    out = tmp_path / "plane.safetensors"
    run_json("train", "plane", "--optimizer", "adam", "--epochs", "2", "--seed", "3",
             "--data", "bundled", "--out", out)  # fmt: skip
    weights = checkpoint_file.load(out).weights

    model = Autoencoder(
        image_shape=(28, 28), epochs=2, batch_size=256, weight_decay=1e-2, random_state=3
    ).fit(digits.train_images)

    assert model.model_.state_dict().keys() == weights.keys()
    for name, value in model.model_.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), weights[name])


def test_it_goes_through_a_pipeline_and_a_grid_search():
    pipeline = make_pipeline(StandardScaler(), small(scale=None))
    search = GridSearchCV(
        pipeline, {"autoencoder__latent_dim": np.array([1, 8])}, cv=2, n_jobs=2
    ).fit(X)

    assert search.best_params_ == {"autoencoder__latent_dim": 8}


def test_tables_keep_their_names():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(X[:, :5], columns=list("abcde"))
    model = small().set_output(transform="pandas").fit(table)

    codes = model.transform(table)

    assert list(codes.columns) == ["autoencoder0", "autoencoder1"]
    assert list(model.feature_names_in_) == list("abcde")


def test_copies_give_the_same_codes():
    model = small().fit(X)
    codes = model.transform(X)

    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).transform(X), codes)
    np.testing.assert_array_equal(clone(model).fit(X).transform(X), codes)


def test_a_warm_start_goes_on_and_a_cold_one_does_not():
    cold, warm = small().fit(X), small(warm_start=True).fit(X)
    first = warm.loss_curve_[-1]

    assert warm.fit(X).loss_curve_[0] < first
    assert cold.fit(X).loss_curve_[-1] == first


def test_partial_fit_goes_on_with_the_optimizers_state():
    """In batches of all rows, as many calls as `fit` has epochs give its weights."""
    whole = small(batch_size=600).fit(X)
    parts = small(batch_size=600)
    for _ in range(5):
        parts.partial_fit(X)

    np.testing.assert_allclose(parts.transform(X), whole.transform(X), rtol=1e-6)
    assert parts.n_iter_ == 5


def test_partial_fit_counts_on_after_fit_and_keeps_rows_of_each_call():
    model = small().fit(X[:100])
    for rows in (X[100:200], X[200:201]):
        model.partial_fit(rows)

    kept = model.to_checkpoint()

    assert [record.epoch for record in model.history_] == list(range(1, 8))
    assert np.all(np.diff([record.seconds for record in model.history_]) > 0)
    assert len(kept.codes) == 201
    assert kept.card.train.epochs == 7


def test_a_fitted_model_is_one_of_a_fixed_seed_and_out_of_training(tmp_path):
    state = np.random.RandomState(0)
    model = small(latent_dropout=0.5, random_state=state).fit(X)
    before = state.get_state()[2]

    cards = [model.to_checkpoint(X).card, model.to_checkpoint().card]
    again = small(latent_dropout=0.5, random_state=cards[0].train.seed).fit(X)

    assert not model.model_.training
    assert cards[0].train == cards[1].train
    assert state.get_state()[2] == before
    np.testing.assert_array_equal(again.transform(X), model.transform(X))


def test_early_stopping_keeps_the_weights_of_the_lowest_validation_error():
    model = small(early_stopping=True, epochs=400, hidden_dims=(512,), learning_rate=1e-2)
    model.fit(X[:80])
    errors = [record.test_mse for record in model.history_]

    assert model.n_iter_ < 400
    assert int(np.argmin(errors)) == model.n_iter_ - 11


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"latent_dim": 0}, "latent_dim must be a whole number"),
        ({"family": "conv"}, "image_shape"),
        ({"family": "conv", "image_shape": (8, 8), "activation": "tanh"}, "of dense networks"),
        ({"family": "conv", "image_shape": (4, 16)}, "at least 8 x 8"),
        ({"image_shape": (8, 9)}, "has 72 pixels, but the rows have 64 features"),
        ({"activation": "silu"}, "activation must be one of relu, tanh, logistic, identity"),
        ({"optimizer": "sgd"}, "optimizer must be one of"),
        ({"scale": "log"}, "scale must be"),
        ({"noise": "fog:1"}, "noise"),
        ({"noise": "gaussian:0.1", "scale": None}, "use scale='minmax'"),
        ({"early_stopping": True, "validation_fraction": 2}, "validation_fraction"),
        ({"early_stopping": True, "validation_fraction": "a"}, "validation_fraction"),
        ({"noise": 0.5}, "noise must be"),
        ({"hidden_dims": 64}, "hidden_dims must be"),
        ({"image_shape": 8}, "input_shape must be"),
        ({"optimizer": ["adam"]}, "optimizer must be one of"),
        ({"device": "abacus"}, "There is no device 'abacus'"),
    ],
)
def test_parameters_that_cannot_be_used_are_refused(params, message):
    with pytest.raises(ConfigError, match=message):
        small(**params).fit(X)


@pytest.mark.parametrize("activation", ["tanh", "logistic"])
def test_other_units_learn_too(activation):
    before, after = (small(activation=activation, epochs=n).fit(X).score(X) for n in (1, 60))

    assert after > before / 2  # both are below 0


def test_without_an_activation_function_it_comes_close_to_pca_and_not_beyond():
    """A linear autoencoder's best is PCA: Baldi and Hornik, 1989."""
    rows = X / 16
    model = small(activation="identity", epochs=400, latent_dim=3, scale=None)

    score = model.fit(rows).score(rows)

    best = PCA.fit(rows, 3).score(rows)
    assert 1.05 * best < score <= best


def test_partial_fit_refuses_early_stopping():
    with pytest.raises(ValueError, match="does not support early_stopping"):
        small(early_stopping=True).partial_fit(X)


def test_noise_in_training_leaves_the_input_clean_afterwards():
    model = small(noise="masking:0.5", latent_dim=8).fit(X)

    np.testing.assert_array_equal(model.transform(X), model.transform(X))


@pytest.mark.parametrize(
    "params",
    [{}, {"family": "conv", "image_shape": (8, 8), "scale": None}, {"activation": "tanh"}],
)
def test_a_saved_model_is_loaded_as_it_was(params, tmp_path):
    model = small(latent_dim=3, **params).fit(X)

    path = model.save(tmp_path / "digits")
    again = Autoencoder.load(path)

    assert path.name == "digits.safetensors"
    assert again.get_params() == model.get_params()
    np.testing.assert_allclose(again.transform(X), model.transform(X), atol=1e-4)
    np.testing.assert_allclose(again.reconstruct(X), model.reconstruct(X), atol=1e-3)
    assert again.save(tmp_path / "copy").read_bytes() != b""
    assert again.partial_fit(X).n_iter_ == 6


def test_a_model_of_28_x_28_is_put_among_those_of_the_app(tmp_path, monkeypatch, capsys, digits):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))
    model = small(image_shape=(28, 28), epochs=1).fit(digits.test_images)

    model.explore("mine")
    shown = model.explore("mine")._repr_html_()

    assert shown.startswith("<iframe")
    assert "/?model=mine" in capsys.readouterr().out
    assert checkpoint_file.load("mine").card.model.input_shape == (28, 28)
    checkpoint_file.save(dataclasses.replace(checkpoint_file.load("mine"), estimator=None),
                         tmp_path / "theirs.safetensors")  # fmt: skip
    with pytest.raises(CheckpointError, match="There is a model 'theirs' already"):
        model.explore("theirs")
    with pytest.raises(ConfigError, match="28 x 28"):
        small().fit(X).explore()


def test_a_model_of_other_pictures_is_put_among_those_of_the_app(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path))

    shown = small(image_shape=(8, 8), epochs=1).fit(X).explore("mine")

    assert '"shape": [8, 8], "noun": "picture"' in shown.page
    assert "/?model=mine" in capsys.readouterr().out
    app = open_page("map", model="mine")
    assert not app.exception
    assert [error.value for error in app.error] == []


def test_a_model_of_the_app_is_loaded_too(mnist):
    pixels = (mnist.test_images[:200] / 255).astype(np.float32)

    model = Autoencoder.load("plane")

    stored = checkpoint_file.load("plane").codes[:200]
    np.testing.assert_allclose(model.transform(pixels), stored, atol=0.05)


def test_a_denoiser_of_the_app_is_measured_and_fitted_further(mnist):
    pixels = (mnist.test_images[:200] / 255).astype(np.float32)
    model = Autoencoder.load("denoise-gaussian")

    card = model.to_checkpoint(pixels, mnist.test_labels[:200]).card

    assert card.train == checkpoint_file.load("denoise-gaussian").card.train
    assert model.partial_fit(pixels).n_iter_ == len(card.history) + 1


@pytest.mark.parametrize("name", ["variational-plane", "conv-32", "deep-plane"])
def test_what_an_estimator_has_no_parameter_for_is_not_fitted_further(name):
    with pytest.raises(ConfigError, match="the estimator has no parameter"):
        Autoencoder.load(name).partial_fit(np.zeros((10, 784)))


def test_labels_of_rows_are_stored_with_them(tmp_path):
    labels = load_digits().target[:600]

    made = small(image_shape=(8, 8)).fit(X).to_checkpoint(X, labels)

    stored = checkpoint_file.save(made, tmp_path / "labeled.safetensors")
    assert stored.card.data.classes == tuple("0123456789")
    np.testing.assert_array_equal(stored.labels, labels)


def test_a_name_of_a_folder_is_refused_and_a_tilde_is_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    model = small(image_shape=(8, 8)).fit(X)

    with pytest.raises(ConfigError, match="cannot name a model"):
        model.explore("../mine")
    model.save("~/mine")

    assert (tmp_path / "mine.safetensors").is_file()


def test_parameters_from_a_file_are_checked(tmp_path):
    path = small().fit(X).save(tmp_path / "x.safetensors")
    path.write_bytes(path.read_bytes().replace(rb"\"verbose\"", rb"\"verbeux\""))

    with pytest.raises(CheckpointError, match="this version cannot read"):
        Autoencoder.load(path)


def test_pca_has_the_same_verbs():
    rows = X / 16
    pca = PCA.fit(rows, 3)

    codes = pca.transform(rows)

    np.testing.assert_allclose(pca.inverse_transform(codes), pca.reconstruct(rows))
    errors = np.square(rows - pca.reconstruct(rows)).mean(axis=1)
    np.testing.assert_allclose(pca.score_samples(rows), -errors, rtol=1e-5)
    assert pca.score(rows) == pytest.approx(-errors.mean(), rel=1e-5)


def test_every_line_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    section = (REPOSITORY / "README.md").read_text(encoding="utf-8").split("## In Python")[1]
    blocks = re.findall(r"```python\n(.*?)```", section.split("\n## ")[0], re.DOTALL)
    names: dict[str, object] = {}

    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)

    assert names["codes"].shape == (1797, 2)
    assert names["search"].best_params_ == {"autoencoder__latent_dim": 8}
    assert list(names["table"].columns) == ["autoencoder0", "autoencoder1"]
    assert names["again"].transform(names["X"]).shape == (1797, 2)
