"""Learning-rate schedules."""

import dataclasses

import pytest

from aecore.config import TrainConfig
from aecore.training.schedules import learning_rates


def test_a_constant_schedule_is_the_rate_and_a_linear_one_rises_and_falls():
    config = TrainConfig(gamma=0.0, learning_rate=0.02)

    constant = learning_rates(config, 100)
    linear = learning_rates(dataclasses.replace(config, schedule="linear"), 100)

    assert constant.tolist() == pytest.approx([0.02] * 100)
    assert linear[:5].tolist() == pytest.approx([0.004, 0.008, 0.012, 0.016, 0.02])
    assert linear[5:].diff().tolist() == pytest.approx([-0.02 / 95] * 94, rel=1e-3)
    assert linear[-1].item() == pytest.approx(0.02 / 95)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_a_short_linear_schedule_is_still_a_step_size_everywhere(steps):
    found = learning_rates(TrainConfig(gamma=0.0, schedule="linear"), steps)

    assert found.shape == (steps,)
    assert found.min() > 0
    assert found.max() <= 1e-3 + 1e-9
