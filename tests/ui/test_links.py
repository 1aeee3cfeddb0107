"""The address of a page holds what can be seen there: opened again, it shows the same."""

from __future__ import annotations

import pytest

from tests.support.pages import open_page


def reopened(page: str, app):
    """What the page's address opens in a visit of its own."""
    return open_page(page, **{name: app.query_params[name] for name in app.query_params})


@pytest.mark.parametrize(
    ("page", "kind", "key", "value"),
    [
        ("reconstruct", "toggle", "reconstruct_differences", False),
        ("reconstruct", "number_input", "reconstruct_digit", 12),
        ("reconstruct", "multiselect", "reconstruct_with", ["wide", "narrow"]),
        ("compare", "selectbox", "compare_other", "variational-plane"),
        ("compare", "toggle", "compare_all", True),
        ("compare", "segmented_control", "compare_over", "seconds"),
        ("denoise", "segmented_control", "denoise_view", "Repeated denoising"),
        ("filters", "segmented_control", "filters_sort", "activity"),
    ],
)
def test_a_control_is_in_the_address(page, kind, key, value):
    app = open_page(page, model="plane")

    getattr(app, kind)(key=key).set_value(value).run()

    assert getattr(reopened(page, app), kind)(key=key).value == value


@pytest.mark.parametrize(
    ("experiment", "kind", "key", "value"),
    [
        ("Noise in the code", "select_slider", "reconstruct_sigma", 1.125),
        ("Dropout at test time", "slider", "reconstruct_rate", 0.35),
    ],
)
def test_an_experiment_is_in_the_address_with_its_setting(experiment, kind, key, value):
    def setting(app):
        return next(each for each in getattr(app, kind) if each.key.startswith(key))

    app = open_page("reconstruct", model="plane", reconstruct_lab=experiment)

    setting(app).set_value(value).run()

    assert setting(reopened("reconstruct", app)).value == value


def test_shuffled_digits_are_in_the_address():
    app = open_page("reconstruct", model="plane")
    for _ in range(2):
        app.button(key="reconstruct_again").click().run()

    again = reopened("reconstruct", app)

    assert again.session_state["reconstruct_seed"] == 2


def test_another_model_starts_at_its_own_dropout_rate():
    app = open_page(
        "reconstruct", model="wide-dropout", reconstruct_lab="Dropout at test time", rate="0.35"
    )

    app.selectbox(key="model").select("plane").run()

    assert "rate" not in app.query_params
