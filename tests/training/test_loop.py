"""The training loop: repeatable, stoppable, and the plain recipe when written out."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from aecore.config import ModelConfig, NoiseConfig, TrainConfig
from aecore.data.noise import corrupt, corrupt_fixed
from aecore.errors import TrainingError
from aecore.imaging.levels import to_unit
from aecore.models.autoencoder import new_model
from aecore.presets import PRESETS
from aecore.training import fused_backprop, loop
from aecore.training.fused_backprop import FusedBackprop, merge_pixels, split_pixels
from aecore.training.loop import mean_squared_error, train

pytestmark = pytest.mark.usefixtures("torch_threads")

CPU = torch.device("cpu")
SMALL = ModelConfig(latent_dim=3, hidden_dims=(12,), latent_dropout=0.2)
RECIPE = TrainConfig(gamma=0.01, noise=NoiseConfig(), epochs=2, batch_size=100)


@pytest.fixture(scope="module")
def images(digits):
    """Bundled digits (1297, 784) to train on and (500, 784) to test."""
    return torch.tensor(digits.train_images), torch.tensor(to_unit(digits.test_images))


def weights(model):
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def run(images, model_config=SMALL, should_stop=lambda: False, **changes):
    """A new model, trained, and its records."""
    config = dataclasses.replace(RECIPE, **changes)
    model = new_model(model_config, seed=config.seed, device=CPU)
    return model, list(train(model, *images, config, should_stop=should_stop))


def without_time(records):
    return [dataclasses.replace(record, seconds=0.0) for record in records]


def test_the_same_seed_trains_the_same_model_and_another_seed_another(images):
    (first, records), (same, same_records), (other, _) = (run(images, seed=s) for s in (1, 1, 2))

    assert torch.equal(weights(first), weights(same))
    assert without_time(records) == without_time(same_records)
    assert not torch.equal(weights(first), weights(other))


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_every_preset_learns_on_the_bundled_digits(images, preset):
    config = dataclasses.replace(preset.train, epochs=2, batch_size=163)  # 8 steps an epoch
    model = new_model(preset.model, seed=0, device=CPU)
    inputs = torch.tensor(corrupt_fixed(images[1].numpy(), config.noise))
    before = mean_squared_error(model, inputs, images[1]).item()

    first, second = train(model, *images, config)

    assert second.train_loss < first.train_loss
    assert second.test_mse < 0.95 * before


def test_records_say_what_was_measured(images):
    model, records = run(images, epochs=3)

    assert [record.epoch for record in records] == [1, 2, 3]
    assert 0 < records[0].seconds < records[1].seconds < records[2].seconds
    inputs = torch.tensor(corrupt_fixed(images[1].numpy(), RECIPE.noise))
    assert records[-1].test_mse == mean_squared_error(model, inputs, images[1]).item()
    for record in records:
        assert record.train_loss > record.train_mse > 0


@pytest.mark.parametrize("parts", [1, 2])
def test_an_epoch_is_the_plain_recipe_written_out(images, parts, monkeypatch):
    monkeypatch.setattr(fused_backprop, "_count_parts", lambda model: parts)
    images = (images[0][:450], images[1])  # the last of five batches is half a one
    clean = images[0] / 255
    config = dataclasses.replace(RECIPE, epochs=2)
    plain = new_model(SMALL, seed=0, device=CPU)
    generator = torch.Generator().manual_seed(config.seed)
    optimizer = torch.optim.Adam(plain.parameters(), lr=1e-3)
    expected = []
    for _ in range(2):
        errors_seen = []
        for rows in torch.randperm(450, generator=generator).split(100):
            digits = split_pixels(clean[rows], parts)
            x = merge_pixels(corrupt(digits, config.noise, generator=generator))
            errors = plain(x, generator=generator) - clean[rows]
            shrinking = sum((matrix**2).mean() for matrix in plain.matrices())
            loss = (errors**2).mean() + 0.01 * shrinking
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            errors_seen += [(errors**2).mean().item()] * len(rows)
        shrinking = sum((matrix**2).mean().item() for matrix in plain.matrices())
        expected.append((np.mean(errors_seen), np.mean(errors_seen) + 0.01 * shrinking))

    model, records = run(images)

    assert len(errors_seen) == 450
    torch.testing.assert_close(weights(model), weights(plain), atol=1e-5, rtol=1e-4)
    for record, (mse, loss) in zip(records, expected, strict=True):
        assert record.train_mse == pytest.approx(mse, rel=1e-4)
        assert record.train_loss == pytest.approx(loss, rel=1e-4)


def test_training_leaves_the_global_randomness_and_the_digits_alone(images):
    before = torch.get_rng_state(), images[0].clone()

    run(images, epochs=1)

    assert torch.equal(torch.get_rng_state(), before[0])
    assert torch.equal(images[0], before[1])


def test_a_stop_is_heard_before_the_next_step_and_keeps_what_was_learnt(images, monkeypatch):
    steps = []
    real = FusedBackprop.__call__
    monkeypatch.setattr(FusedBackprop, "__call__", lambda *batch: steps.append(1) or real(*batch))

    model, records = run(images, should_stop=lambda: len(steps) == 3)

    assert records == []
    assert len(steps) == 3
    assert not torch.equal(weights(model), weights(new_model(SMALL, seed=0, device=CPU)))


def test_a_stop_in_the_second_epoch_leaves_the_record_of_the_first(images):
    asked = []
    steps = math.ceil(1297 / RECIPE.batch_size)

    _, records = run(images, should_stop=lambda: asked.append(1) or len(asked) > steps + 1)

    assert [record.epoch for record in records] == [1]
    assert len(asked) == steps + 2


def test_a_stop_at_once_leaves_the_first_weights(images):
    model, records = run(images, should_stop=lambda: True)

    assert records == []
    assert torch.equal(weights(model), weights(new_model(SMALL, seed=0, device=CPU)))


@pytest.mark.filterwarnings("ignore:.*overflow")
def test_a_loss_that_is_not_finite_ends_training_with_the_last_good_weights(images, monkeypatch):
    config = dataclasses.replace(RECIPE, epochs=5)
    model = new_model(SMALL, seed=0, device=CPU)
    records = train(model, *images, config)
    next(records)
    good = weights(model)
    real = FusedBackprop.__call__

    def poisoned(*batch):
        loss, mse = real(*batch)
        return loss * math.nan, mse

    monkeypatch.setattr(FusedBackprop, "__call__", poisoned)

    with pytest.raises(TrainingError, match=r"epoch 2; the weights of epoch 1 .*than 0\.001"):
        next(records)

    assert torch.equal(weights(model), good)


def test_a_learning_rate_far_too_large_is_told(images):
    deep = ModelConfig(latent_dim=2, hidden_dims=(16,) * 6)

    with pytest.raises(TrainingError, match=r"Try a smaller learning rate than 10\."):
        run(images, deep, learning_rate=10.0, epochs=50, batch_size=60)


def test_the_error_is_that_of_the_mean_over_all_pixels_without_dropout(images, monkeypatch):
    monkeypatch.setattr(loop, "_EVALUATION_BATCH", 128)
    model = new_model(SMALL, seed=0, device=CPU).train()

    found = mean_squared_error(model, images[1], images[1]).item()

    with torch.no_grad():
        errors = model.eval()(images[1]) - images[1]
    assert found == pytest.approx(errors.double().square().mean().item(), rel=1e-6)


def test_the_weight_of_a_divergence_that_the_model_does_not_have_is_refused(images):
    with pytest.raises(TrainingError, match="kl_weight is for variational models"):
        run(images, kl_weight=0.1)


def test_a_model_learns_as_its_schedule_says(images):
    """The last step of a linear schedule is the smallest, so one epoch more changes little."""
    moved = []
    for schedule in ("constant", "linear"):
        model = new_model(SMALL, seed=0, device=CPU)
        config = dataclasses.replace(RECIPE, optimizer="muon", schedule=schedule, epochs=6)
        records = train(model, *images, config)
        before = [weights(model) for _ in zip(range(5), records, strict=False)][-1]
        next(records, None)
        moved.append((weights(model) - before).norm())

    assert moved[1] < 0.5 * moved[0]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_captured_step_learns_as_on_the_processor(images):
    device = torch.device("cuda")
    config = dataclasses.replace(RECIPE, noise=None, optimizer="muon", epochs=5)
    model_config = dataclasses.replace(SMALL, latent_dropout=0.0)
    on_device = new_model(model_config, seed=0, device=device)

    records = list(train(on_device, *(x.to(device) for x in images), config))

    _, expected = run(images, model_config, noise=None, optimizer="muon", epochs=5)
    assert records[-1].test_mse == pytest.approx(expected[-1].test_mse, rel=0.05)
