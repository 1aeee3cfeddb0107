"""A run that stopped and went on has the weights of the one that never stopped."""

import dataclasses

import pytest
import torch

from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.errors import TrainingError
from aecore.imaging.levels import to_unit
from aecore.jobs.queue import extend
from aecore.models.autoencoder import new_model
from aecore.training.loop import train
from aecore.training.resume_state import ResumeState
from aecore.training.schedules import learning_rates

pytestmark = pytest.mark.usefixtures("torch_threads")

CPU = torch.device("cpu")
PLAIN = ModelConfig(latent_dim=3, hidden_dims=(12,))
DEEP = ModelConfig(latent_dim=2, hidden_dims=(24, 12), latent_dropout=0.3, output="logistic")
VARIATIONAL = ModelConfig(latent_dim=2, hidden_dims=(16,), variational=True)
ADAM = TrainConfig(gamma=0.01, epochs=4, batch_size=100)
MUON = dataclasses.replace(ADAM, optimizer="muon", schedule="linear", learning_rate=1e-2)
CASES = {
    "adam": (PLAIN, ADAM),
    "adam, dropout and masking": (DEEP, dataclasses.replace(ADAM, noise=NoiseConfig())),
    "muon": (PLAIN, MUON),
    "muon, dropout, Gaussian noise and distortion": (
        DEEP,
        dataclasses.replace(MUON, noise=NoiseConfig(kind="gaussian", level=0.2), distortion=0.5),
    ),
    "variational": (VARIATIONAL, dataclasses.replace(MUON, kl_weight=1e-3)),
}


@pytest.fixture(scope="module")
def images(digits):
    """Bundled digits (1297, 784) to train on and (500, 784) to test."""
    return torch.tensor(digits.train_images), torch.tensor(to_unit(digits.test_images))


def run(images, model_config, config, *, state=None, epochs=None):
    """A model trained until `epochs` or the end, its records and its last state."""
    model = new_model(model_config, seed=config.seed, device=CPU)
    states, records = [], []
    keep = lambda state: states.append(state.copy())  # noqa: E731
    for record in train(model, *images, config, state=state, on_state=keep):
        records.append(record)
        if record.epoch == epochs:
            break
    return model, records, states[-1]


def same_weights(first, second):
    pairs = zip(first.state_dict().items(), second.state_dict().items(), strict=True)
    return all(name == other and torch.equal(a, b) for (name, a), (other, b) in pairs)


def without_time(records):
    return [dataclasses.replace(record, seconds=0.0) for record in records]


@pytest.mark.parametrize(("model_config", "config"), CASES.values(), ids=list(CASES))
def test_a_resumed_run_has_the_same_weights_bit_for_bit(images, tmp_path, model_config, config):
    whole, records, _ = run(images, model_config, config)
    _, first, state = run(images, model_config, config, epochs=2)
    state.save(tmp_path / "state")

    resumed, second, _ = run(
        images, model_config, config, state=ResumeState.load(tmp_path / "state")
    )

    assert same_weights(whole, resumed)
    assert without_time(first + second) == without_time(records)
    assert second[0].seconds > first[-1].seconds


@pytest.mark.parametrize("config", [ADAM, MUON], ids=["constant", "linear"])
def test_more_epochs_than_planned_give_the_weights_of_the_longer_plan(images, config):
    longer = extend(config, 7)
    whole, _, _ = run(images, PLAIN, longer)
    _, _, end_of_plan = run(images, PLAIN, config)

    resumed, records, _ = run(images, PLAIN, longer, state=end_of_plan)

    assert same_weights(whole, resumed)
    assert [record.epoch for record in records] == [5, 6, 7]


def test_a_constant_schedule_extended_is_the_longer_run():
    assert extend(ADAM, 9) == dataclasses.replace(ADAM, epochs=9)


def test_a_linear_schedule_extended_begins_anew_where_the_plan_ended():
    config = extend(extend(MUON, 6), 9)

    assert config.restarts == (4, 6)
    assert TrainConfig.from_dict(config.to_dict()) == config
    rates = learning_rates(config, 90)
    first, second, third = rates[:40], rates[40:60], rates[60:]
    assert torch.equal(first, learning_rates(MUON, 40))
    assert torch.equal(second, learning_rates(dataclasses.replace(MUON, epochs=2), 20))
    assert torch.equal(third, learning_rates(dataclasses.replace(MUON, epochs=3), 30))


def test_a_state_follows_the_training_until_it_is_copied(images):
    model = new_model(PLAIN, seed=0, device=CPU)
    states = []
    records = train(model, *images, ADAM, on_state=states.append)
    next(records)
    copy = states[0].copy()
    next(records)

    name = "model.encoder.layers.0.weight"
    assert torch.equal(states[0].tensors[name], model.encoder.layers[0].weight)
    assert not torch.equal(copy.tensors[name], model.encoder.layers[0].weight)
    assert (copy.epoch, states[1].epoch) == (1, 2)


def test_a_state_of_another_shape_or_device_is_refused(images):
    _, _, state = run(images, PLAIN, ADAM, epochs=1)

    with pytest.raises(TrainingError, match="another shape"):
        run(images, DEEP, ADAM, state=state)
    with pytest.raises(TrainingError, match=r"began on cuda.* Resume it on cuda"):
        run(images, PLAIN, ADAM, state=dataclasses.replace(state, device="cuda"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content.replace(b'\\"device\\": \\"cpu', b'\\"device\\": \\"mps', 1),
        lambda content: content.replace(b"training state 1", b"training state 9", 1),
        lambda content: b"",
        lambda content: b"\x80\x04K\x01.",
    ],
    ids=["cut short", "a bit flipped", "card changed", "another version", "empty", "a pickle"],
)
def test_a_damaged_state_is_told(images, tmp_path, damage):
    _, _, state = run(images, PLAIN, ADAM, epochs=1)
    path = tmp_path / "state"
    state.save(path)
    content = path.read_bytes()
    path.write_bytes(damage(content))
    assert path.read_bytes() != content

    with pytest.raises(TrainingError, match="saved state of the run is damaged"):
        ResumeState.load(path)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_run_resumes_on_the_device_too(images, tmp_path):
    device = torch.device("cuda")
    there = tuple(x.to(device) for x in images)
    config = dataclasses.replace(MUON, noise=NoiseConfig(), epochs=6)
    model = new_model(PLAIN, seed=0, device=device)
    states = []
    whole = list(train(model, *there, config, on_state=lambda state: states.append(state.copy())))
    states[2].save(tmp_path / "state")
    resumed = new_model(PLAIN, seed=0, device=device)

    records = train(resumed, *there, config, state=ResumeState.load(tmp_path / "state"))

    assert list(records)[-1].test_mse == pytest.approx(whole[-1].test_mse, rel=0.01)
