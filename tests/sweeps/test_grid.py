"""The points of a sweep, and how a list of values is read."""

import pytest

import aecore
from aecore.errors import ConfigError
from aecore.presets import PRESETS
from aecore.sweeps import grid
from aecore.sweeps.grid import SweepSpec
from tests.support import sweeps


def test_a_sweep_has_every_combination_one_seed_after_the_other():
    spec = sweeps.spec("wide", seeds=2, latent_dim=("1", "2"), batch_size=("256", "512"))

    points = [
        (point.train.seed, point.model.latent_dim, point.train.batch_size)
        for point in spec.points()
    ]

    once = [(1, 256), (1, 512), (2, 256), (2, 512)]
    assert points == [(seed, *rest) for seed in (0, 1) for rest in once]


def test_a_point_is_the_preset_with_the_changes_alone():
    (point,) = sweeps.spec("wide", latent_dim=("7",)).points()

    wide = PRESETS["wide"]
    assert (point.model, point.train) == wide.configure({"latent_dim": 7, "seed": 0})
    assert point.train == wide.train


def test_adam_takes_the_notebooks_recipe_as_in_train():
    adam, muon = sweeps.spec("wide", optimizer=("adam", "muon")).points()

    assert adam.train == PRESETS["wide"].notebook_recipe()
    assert muon.train == PRESETS["wide"].train


def test_values_that_mean_the_same_give_one_point():
    assert len(sweeps.spec(gamma=("0.1", "1e-1", "0.1")).points()) == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"colour": ("blue",)}, "There is no setting 'colour'"),
        ({"seed": ("1",)}, "There is no setting 'seed'"),
        ({"latent_dim": ()}, "latent_dim needs at least one value"),
        ({"latent_dim": ("0",)}, "latent_dim must be a whole number from 1 to 784, not 0"),
        ({"latent_dim": ("two",)}, "not 'two'"),
        ({"noise": ("blur:1",)}, "noise kind must be one of"),
        ({"hidden_dims": ("8-x",)}, "Hidden layers must be whole numbers"),
        ({"variational": ("maybe",)}, "variational must be true or false"),
        ({"batch_size": tuple(map(str, range(1, 60_000))), "seeds": ()}, "seeds needs at least"),
    ],
)
def test_wrong_values_are_refused_with_the_settings_own_words(values, message):
    seeds = values.pop("seeds", (0,))

    with pytest.raises(ConfigError, match=message):
        SweepSpec(preset="plane", values=values, seeds=seeds)


def test_a_sweep_of_too_many_points_is_refused_before_they_are_made():
    many = tuple(map(str, range(1, 785)))

    with pytest.raises(ConfigError, match="at most 100,000"):
        sweeps.spec(latent_dim=many, batch_size=many)


@pytest.mark.parametrize("text", ["", ",", " , "])
def test_an_empty_list_is_refused(text):
    with pytest.raises(ConfigError, match="at least one value"):
        grid.read_list("latent_dim", text)


def test_a_setting_is_read_with_its_values():
    assert grid.read_setting("hidden-dims = 8-4, 16,") == ("hidden_dims", ("8-4", "16"))
    with pytest.raises(ConfigError, match="FIELD=V1,V2"):
        grid.read_setting("epochs")


def test_every_setting_can_be_varied():
    texts = {"noise": "masking:0.2", "hidden_dims": "8-4", "variational": "true"}
    for name in grid.SETTINGS:
        value = sweeps.spec().points()[0].settings()[name]
        (point,) = sweeps.spec(**{name: (texts.get(name, str(value).lower()),)}).points()
        assert name in point.settings()


def test_the_key_depends_on_settings_seed_data_and_version(monkeypatch):
    (first,), (wider,) = sweeps.spec().points(), sweeps.spec(latent_dim=("3",)).points()
    other_seed = sweeps.spec(seeds=2).points()[1]
    keys = {point.key("a") for point in (first, wider, other_seed)} | {first.key("b")}
    monkeypatch.setattr(aecore, "__version__", "0.0.1")
    keys.add(first.key("a"))

    assert len(keys) == 5
    assert first.key("a") == sweeps.spec().points()[0].key("a")


def test_a_spec_survives_its_file():
    spec = sweeps.spec("wide", seeds=2, latent_dim=("1", "2"), noise=("none", "masking:0.5"))

    assert SweepSpec.from_dict(spec.to_dict()) == spec
