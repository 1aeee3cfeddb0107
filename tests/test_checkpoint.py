"""Checkpoints: the same model back, every fault one clear error, never half a file."""

import dataclasses
import hashlib
import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load as parse
from safetensors.numpy import save as serialise

from aecore import checkpoint
from aecore.baseline import PCA
from aecore.card import Card
from aecore.checkpoint import find, load, read_card, require_writable, save
from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.errors import CheckpointError
from aecore.history import EpochRecord
from aecore.inference import build_model, reconstruct

N_CODES = 20


def small_checkpoint(**changes):
    """A checkpoint of random weights."""
    rng = np.random.default_rng(0)
    config = ModelConfig(latent_dim=2, hidden_dims=(3,), latent_dropout=0.5)
    card = Card(
        preset="plane",
        model=config,
        train=TrainConfig(gamma=0.1, noise=NoiseConfig(), epochs=2),
        source="MNIST",
        fingerprint="0123456789abcdef",
        device="cpu",
        seconds=1.5,
        versions={"torch": "2.0"},
        metrics={"test_mse": 0.04, "pca_test_mse": 0.05},
        history=tuple(
            EpochRecord(epoch=i, train_loss=0.2, train_mse=0.1, test_mse=0.1, seconds=i)
            for i in (1, 2)
        ),
    )
    made = checkpoint.Checkpoint(
        name="small",
        card=card,
        weights={
            name: rng.normal(size=shape).astype(np.float32)
            for name, shape in config.weight_shapes().items()
        },
        pca=PCA(
            mean=rng.random(784).astype(np.float32),
            components=rng.normal(size=(2, 784)).astype(np.float32),
        ),
        codes=rng.normal(size=(N_CODES, 2)).astype(np.float16),
        labels=(np.arange(N_CODES) % 10).astype(np.uint8),
        distances=np.sort(rng.random(N_CODES)).astype(np.float32),
        errors=rng.random(N_CODES).astype(np.float32),
    )
    return dataclasses.replace(made, **changes)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """The bytes of a sound file."""
    path = tmp_path_factory.mktemp("sound") / "small.safetensors"
    save(small_checkpoint(), path)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "small.safetensors"


def header_of(content):
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def with_header(header, body, *, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def with_metadata(content, **changes):
    header, body = header_of(content)
    metadata = header["__metadata__"] | changes
    header["__metadata__"] = {k: v for k, v in metadata.items() if v is not None}
    return with_header(header, body)


def with_card(content, change):
    """The file with its card changed in place."""
    header, body = header_of(content)
    card = json.loads(header["__metadata__"]["card"])
    change(card)
    header["__metadata__"]["card"] = json.dumps(card)
    return with_header(header, body)


def with_arrays(content, change):
    """The file with its arrays changed in place."""
    arrays = parse(content)
    change(arrays)
    return serialise(arrays, metadata=header_of(content)[0]["__metadata__"])


def expect_refusal(path, content, message=None):
    path.write_bytes(content)

    with pytest.raises(CheckpointError, match=message) as caught:
        load(path)

    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)


# --- there and back ---


def test_what_was_saved_is_what_is_loaded(path):
    made = small_checkpoint()

    saved = save(made, path)
    loaded = load(path)

    for found in (saved, loaded):
        assert (found.name, found.path, found.card) == ("small", path, made.card)
        assert found.digest == hashlib.sha256(path.read_bytes()).hexdigest()
        assert set(found.weights) == set(made.weights)
        for name, value in made.weights.items():
            np.testing.assert_array_equal(found.weights[name], value)
        np.testing.assert_array_equal(found.pca.mean, made.pca.mean)
        np.testing.assert_array_equal(found.pca.components, made.pca.components)
        np.testing.assert_array_equal(found.codes, made.codes)
        np.testing.assert_array_equal(found.labels, made.labels)
        assert (found.codes.dtype, found.labels.dtype) == (np.float16, np.uint8)


def test_a_loaded_model_reconstructs_bit_for_bit_the_same(path, unit_digits):
    made = small_checkpoint()
    save(made, path)

    loaded = load(path)

    before, after = (build_model(c.card.model, c.weights) for c in (made, loaded))
    np.testing.assert_array_equal(
        reconstruct(after, unit_digits[:50]), reconstruct(before, unit_digits[:50])
    )


def test_the_card_is_read_from_the_header_alone(path, content):
    path.write_bytes(content[: 8 + struct.unpack("<Q", content[:8])[0]])

    assert read_card(path) == small_checkpoint().card


def test_slices_of_other_arrays_are_saved_as_they_are(path):
    made = small_checkpoint()
    turned = np.asfortranarray(made.pca.components)
    doubled = made.codes.repeat(2, axis=0)[::2]

    save(
        dataclasses.replace(made, pca=PCA(mean=made.pca.mean, components=turned), codes=doubled),
        path,
    )

    np.testing.assert_array_equal(load(path).pca.components, made.pca.components)
    np.testing.assert_array_equal(load(path).codes, made.codes)


# --- files that cannot be used ---


def test_a_file_cut_off_anywhere_is_refused(path, content):
    length = struct.unpack("<Q", content[:8])[0]
    cuts = {*range(30), *range(8 + length - 3, 8 + length + 4), len(content) - 1}
    cuts |= set(range(0, len(content), len(content) // 60))

    for cut in sorted(cuts):
        expect_refusal(path, content[:cut])


def test_a_file_with_something_behind_it_is_refused(path, content):
    expect_refusal(path, content + b"\0", "cut short or do not fit")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "too short"),
        (b"PK\x03\x04" + bytes(100), "no safetensors"),
        (b"<!DOCTYPE html><html></html>", "no safetensors"),
        (with_header(b"", b""), "no safetensors"),
        (with_header(b"{}", b"", length=2**63), "no safetensors"),
        (with_header(b"{}", b"", length=checkpoint.MAX_HEADER_BYTES + 1), "no safetensors"),
        (with_header(b"{", b""), "no safetensors"),
        (with_header(b"\xff\xfe", b""), "header"),
        (with_header(b"[" * 100_000, b""), "header"),
        (with_header(b"9" * 5_000, b""), "header"),
        (with_header([], b""), "no autoencoder"),
        (with_header({}, b""), "no autoencoder"),
        (with_header({"__metadata__": []}, b""), "no autoencoder"),
        (with_header({"__metadata__": {"format": "pt"}}, b""), "no autoencoder"),
        (serialise({"weight": np.zeros(3)}), "no autoencoder"),
    ],
)
def test_a_file_of_another_kind_is_refused(path, content, message):
    expect_refusal(path, content, message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"aecore": "1"}, "its format is '1', this program reads '2'"),
        ({"aecore": "one\nline"}, "its format is"),
        ({"aecore": None}, "no autoencoder"),
        ({"card": None}, "card cannot be read"),
        ({"card": ""}, "card cannot be read"),
        ({"card": "[" * 100_000}, "card cannot be read"),
        ({"card": "9" * 5_000}, "card cannot be read"),
        ({"card": "null"}, "card cannot be read"),
        ({"card": "{}"}, "other fields"),
        ({"card": 7}, "card cannot be read"),
    ],
)
def test_a_header_of_another_version_or_without_a_card_is_refused(path, content, changes, message):
    expect_refusal(path, with_metadata(content, **changes), message)


ODD_VALUES = {
    "nothing": None,
    "true": True,
    "minus one": -1,
    "a number": 1.5,
    "text": "text",
    "lines": "a\nb",
    "half a character": "\ud800",
    "a list": [],
    "a list in a list": [[]],
    "a mapping": {},
    "a mapping to nothing": {"a": None},
    "not a number": float("nan"),
    "huge": 10**400,
}
AS_GOOD_AS_ANY = {
    "preset": {"nothing", "text"},
    "source": {"text"},
    "fingerprint": {"text"},
    "device": {"text"},
    "seconds": {"minus one", "a number"},
    "versions": {"a mapping", "a mapping to nothing"},
    "history": {"a list"},
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (field.name, value)
        for field in dataclasses.fields(Card)
        for name, value in ODD_VALUES.items()
        if name not in AS_GOOD_AS_ANY.get(field.name, ())
    ],
)
def test_a_card_with_a_field_of_another_kind_is_refused(path, content, field, value):
    odd = with_card(content, lambda card: card.update({field: value}))

    expect_refusal(path, odd, "card cannot be read")


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card.pop("history"),
        lambda card: card.update(colour="blue"),
        lambda card: card["model"].pop("latent_dim"),
        lambda card: card["model"].update(latent_dim=10**6),
        lambda card: card["model"].update(hidden_dims="128"),
        lambda card: card["train"].update(optimizer="sgd"),
        lambda card: card["train"]["noise"].update(kind=["masking"]),
        lambda card: card["train"]["noise"].update(level=10**400),
        lambda card: card["metrics"].pop("test_mse"),
        lambda card: card["metrics"].update(test_mse=10**400),
        lambda card: card["metrics"].update({str(i): 0 for i in range(101)}),
        lambda card: card["history"][0].update(train_mse=float("inf")),
        lambda card: card["history"][0].update(seconds=10**400),
        lambda card: card["history"].append([]),
        lambda card: card["history"].clear(),
        lambda card: card.update(source="x" * 501),
    ],
)
def test_a_card_that_does_not_make_sense_is_refused(path, content, change):
    expect_refusal(path, with_card(content, change), "card cannot be read")


FIRST = "model.encoder.layers.0.weight"


def poison(name, value):
    def change(arrays):
        arrays[name] = arrays[name].copy()
        arrays[name].flat[1] = value

    return change


def recast(name, dtype):
    return lambda arrays: arrays.update({name: arrays[name].astype(dtype)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.pop(FIRST), f"not those of its configuration .*{FIRST}"),
        (lambda a: a.pop("pca.mean"), "pca.mean"),
        (lambda a: a.pop("atlas.codes"), "must hold 1 to 100,000 codes, it holds 0"),
        (lambda a: a.update(extra=np.zeros(1)), "extra"),
        (lambda a: a.update({FIRST: a[FIRST].T}), r"float32\[784, 3\], .* float32\[3, 784\]"),
        (lambda a: a.update({FIRST: a[FIRST][:2]}), r"needs float32\[3, 784\]"),
        (lambda a: a.update({FIRST: a[FIRST].ravel()}), r"needs float32\[3, 784\]"),
        (lambda a: a.update({"atlas.labels": a["atlas.labels"][1:]}), "atlas.labels"),
        (lambda a: a.update({"atlas.codes": a["atlas.codes"][:0]}), "it holds 0"),
        (lambda a: a.update({"atlas.codes": a["atlas.codes"].ravel()}), "it holds 0"),
        (recast(FIRST, np.float64), "float64"),
        (recast(FIRST, np.float16), "float16"),
        (recast(FIRST, np.int32), "int32"),
        (recast("atlas.codes", np.float32), "needs float16"),
        (recast("atlas.labels", np.int8), "needs uint8"),
        (poison(FIRST, np.nan), f"{FIRST} holds values that are not finite"),
        (poison(FIRST, np.inf), "not finite"),
        (poison("pca.components", -np.inf), "not finite"),
        (poison("atlas.codes", np.nan), "not finite"),
        (poison("atlas.labels", 10), "labels above 9"),
    ],
)
def test_arrays_that_do_not_fit_the_card_are_refused(path, content, change, message):
    expect_refusal(path, with_arrays(content, change), message)


def test_an_atlas_too_large_is_refused(path, content):
    n = checkpoint.MAX_ATLAS + 1

    def grow(arrays):
        arrays["atlas.codes"] = np.zeros((n, 2), np.float16)
        arrays["atlas.labels"] = np.zeros(n, np.uint8)

    expect_refusal(path, with_arrays(content, grow), "it holds 100,001")


@pytest.mark.parametrize("kind", ["BF16", "F8_E4M3", "F8_E5M2", "F4", "BOOL", "X", "", None, 3, []])
def test_arrays_of_an_unknown_kind_are_refused(path, content, kind):
    header, body = header_of(content)
    header[FIRST]["dtype"] = kind

    expect_refusal(path, with_header(header, body))


@pytest.mark.parametrize(
    "entry",
    [
        {"shape": [-3, 784]},
        {"shape": [2**62, 2**62]},
        {"shape": []},
        {"shape": None},
        {"data_offsets": [0, 2**60]},
        {"data_offsets": [10, 5]},
        {"data_offsets": [1]},
        {"data_offsets": "0,9"},
    ],
)
def test_arrays_that_claim_another_place_or_size_are_refused(path, content, entry):
    header, body = header_of(content)
    header[FIRST] |= entry

    expect_refusal(path, with_header(header, body))


def test_a_file_too_large_is_refused_before_it_is_read(path, content):
    path.write_bytes(content)
    os.truncate(path, checkpoint.MAX_BYTES + 1)

    with pytest.raises(CheckpointError, match="larger than 256 MB"):
        load(path)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_refused_or_harmless(path, content, data):
    damaged = bytearray(content)
    length = struct.unpack("<Q", content[:8])[0]
    for _ in range(data.draw(st.integers(1, 4))):
        end = data.draw(st.sampled_from([8, 8 + length, len(content)]))
        damaged[data.draw(st.integers(0, end - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, len(damaged) - 1)) :]
    path.write_bytes(damaged)

    for read in (load, read_card):
        try:
            read(path)
        except CheckpointError:
            continue


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_the_card_is_refused_or_makes_sense(path, content, data):
    def change(card):
        part = card
        while isinstance(part, dict | list) and part:
            keys = list(part) if isinstance(part, dict) else list(range(len(part)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(part[key], dict | list) or data.draw(st.booleans()):
                part[key] = data.draw(json_values)
                return
            part = part[key]

    path.write_bytes(with_card(content, change))

    try:
        card = read_card(path)
    except CheckpointError:
        return
    assert Card.from_dict(json.loads(json.dumps(card.to_dict(), allow_nan=False))) == card


def test_a_folder_in_place_of_a_file_is_no_model(tmp_path):
    (tmp_path / "small.safetensors").mkdir()

    with pytest.raises(CheckpointError, match="There is no model"):
        load(tmp_path / "small.safetensors")


# --- saving ---


@pytest.mark.parametrize("step", ["fsync", "replace", "load"])
@pytest.mark.parametrize("there_before", [True, False])
def test_a_failure_while_saving_leaves_what_was_there_and_nothing_else(
    path, monkeypatch, step, there_before
):
    if there_before:
        path.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    owner = {"fsync": os, "replace": Path, "load": checkpoint}[step]
    monkeypatch.setattr(owner, step, full)
    with pytest.raises(CheckpointError, match="cannot be written: No space left on device"):
        save(small_checkpoint(), path)

    assert [p.name for p in path.parent.iterdir() if p.name != "cache"] == (
        [path.name] if there_before else []
    )
    if there_before:
        assert path.read_bytes() == b"old"


def test_what_could_not_be_loaded_is_not_saved(path):
    bad = small_checkpoint()
    bad.weights["encoder.layers.0.bias"][0] = np.nan

    with pytest.raises(CheckpointError, match="not finite"):
        save(bad, path)

    assert list(path.parent.glob("*.safetensors")) == []
    assert list(path.parent.glob(".saving-*")) == []


@pytest.mark.parametrize(
    "name",
    [
        "my model.safetensors",
        "plane.pt",
        "plane",
        "-x.safetensors",
        ".safetensors",
        ".hidden.safetensors",
        "naïve.safetensors",
        "a" * 65 + ".safetensors",
        "a\nb.safetensors",
    ],
)
def test_names_that_no_command_could_take_are_refused(tmp_path, name):
    for function in (require_writable, lambda path: save(small_checkpoint(), path)):
        with pytest.raises(CheckpointError, match="cannot name a checkpoint") as caught:
            function(tmp_path / "models" / name)
        assert "\n" not in str(caught.value)

    assert not (tmp_path / "models").exists()


def test_a_folder_is_made_and_can_be_asked_about_beforehand(tmp_path):
    path = tmp_path / "new" / "folder" / "my-model_2.safetensors"

    require_writable(path)

    assert list(path.parent.iterdir()) == []
    assert save(small_checkpoint(), path).name == "my-model_2"


def test_a_file_in_place_of_the_folder_is_told_beforehand(tmp_path):
    (tmp_path / "taken").write_bytes(b"")

    with pytest.raises(CheckpointError, match="cannot be written"):
        require_writable(tmp_path / "taken" / "small.safetensors")


def test_saving_over_a_model_replaces_it(path):
    path.write_bytes(b"old")

    save(small_checkpoint(), path)

    assert load(path).card == small_checkpoint().card
    assert path.stat().st_mode & 0o777 == 0o644


# --- finding ---


@pytest.fixture
def folder(tmp_path, monkeypatch, content):
    """A models folder with two models and things that are none."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.safetensors").write_bytes(content)
    (folder / ".hidden.safetensors").write_bytes(content)
    (folder / "notes.txt").write_text("none")
    monkeypatch.setenv("AECORE_MODELS", str(folder))
    return folder


def test_models_are_listed_by_name(folder):
    assert checkpoint.names() == ["one", "two"]


def test_no_folder_is_no_models(tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_MODELS", str(tmp_path / "missing"))

    assert checkpoint.names() == []


def test_a_model_is_found_by_name_and_by_path(folder, monkeypatch):
    wanted = folder / "two.safetensors"

    assert find("two") == find(wanted) == find(str(wanted)) == wanted
    monkeypatch.chdir(folder)
    assert find("two.safetensors") == Path("two.safetensors")
    assert load("two").name == "two"


@pytest.mark.parametrize(
    "model",
    ["three", "", ".", "..", "two.pt", "../models", "one,two", "a" * 5_000, "a\nb", "a\0b", "/"],
)
def test_an_unknown_model_is_refused_with_those_there_are(folder, model):
    with pytest.raises(CheckpointError, match=r"There is no model .*: one, two\.") as caught:
        find(model)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_without_an_environment_the_models_are_beside_the_package():
    assert checkpoint.models_dir() == Path(checkpoint.__file__).resolve().parents[1] / "models"


def test_saving_twice_gives_the_same_bytes(path):
    saved = save(small_checkpoint(), path)
    before = path.read_bytes()

    save(saved, path)

    assert path.read_bytes() == before


@pytest.mark.parametrize("order", [[-1.0, *range(1, N_CODES)], range(N_CODES, 0, -1)])
def test_distances_that_are_negative_or_out_of_order_are_refused(path, order):
    wrong = small_checkpoint(distances=np.array(order, dtype=np.float32))

    with pytest.raises(CheckpointError, match="distances"):
        save(wrong, path)


def test_errors_below_zero_are_refused(path):
    wrong = small_checkpoint(errors=np.full(N_CODES, -0.1, dtype=np.float32))

    with pytest.raises(CheckpointError, match="errors"):
        save(wrong, path)


def test_a_large_model_is_kept_in_float16_and_read_in_float32(path):
    card = small_checkpoint().card
    large = dataclasses.replace(card.model, hidden_dims=(800,))
    weights = {
        name: np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
        for name, shape in large.weight_shapes().items()
    }
    assert large.n_weights > checkpoint.HALF_ABOVE > card.model.n_weights
    made = small_checkpoint(card=dataclasses.replace(card, model=large), weights=weights)

    saved = save(made, path)

    assert path.stat().st_size < 3 * large.n_weights
    for name, value in weights.items():
        assert saved.weights[name].dtype == np.float32
        np.testing.assert_array_equal(saved.weights[name], value.astype(np.float16))
