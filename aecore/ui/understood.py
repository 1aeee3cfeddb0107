"""What the models make of a visitor's digit, on `/your-digit`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

import numpy as np
import streamlit as st

from aecore import figures
from aecore.checkpoint import Checkpoint
from aecore.config import NoiseConfig, NoiseKind
from aecore.pictures import to_png
from aecore.projection import views
from aecore.repair import repair
from aecore.ui import markup, resources, shell
from aecore.verdict import Verdict, judge

if TYPE_CHECKING:
    from aecore.digits import FoundDigit


def judge_all(
    found: Checkpoint, digits: np.ndarray, read: Sequence[FoundDigit] | None = None
) -> tuple[Verdict, ...]:
    """One model's verdict on each of the digits (B, 784); `read`: where they come from."""
    pens, coarse = (read and [getattr(each, name) for each in read] for name in ("pen", "coarse"))
    distance = resources.map_distance(found)
    model = resources.load_model(found)
    return judge(found, model, digits, distance=distance, pens=pens, coarse=coarse)


def show(
    found: Checkpoint, digit: np.ndarray, *, on_map: bool, read: FoundDigit | None = None
) -> None:
    """Draw all that is known of a digit (784,).

    `on_map`: with its place on the map; `read`: as what it was found in a picture.
    """
    (verdict,) = judge_all(found, digit[None], read and [read])
    with st.container(key="digit_result"):
        _headline(found, digit, verdict)
        _every_model(digit, read)
        if on_map:
            _on_the_map(found, verdict)
        _nearest(found, verdict)
        _denoise(found, digit)


def _headline(found: Checkpoint, digit: np.ndarray, verdict: Verdict) -> None:
    name = shell.plain(found.name)
    if verdict.looks_like_a_digit:
        st.success(
            f"To {name} this looks like a **{verdict.vote}**. {shell.plain(verdict.reason)}",
            icon=":material/check:",
        )
    else:
        st.warning(
            f"To {name} this does not look like a digit. {shell.plain(verdict.reason)}",
            icon=":material/help:",
        )
    facts, button = st.columns([4, 1], vertical_alignment="center")
    facts.caption(
        f"Its error is larger than that of **{verdict.error_percentile:.1f}%** of the test "
        f"digits; it lies farther from their codes than **{verdict.map_distance_percentile:.1f}%** "
        "of them do from each other's."
    )
    button.download_button(
        "28 × 28 PNG",
        to_png(digit.reshape(28, 28)),
        "digit.png",
        "image/png",
        key="your_digit_png",
        on_click="ignore",
        icon=":material/download:",
        width="stretch",
        help="The digit as the models get it.",
    )


def _every_model(digit: np.ndarray, read: FoundDigit | None) -> None:
    st.subheader("What every model makes of it", anchor=False)
    checkpoints = [resources.load_checkpoint(name) for name in resources.cards()]
    verdicts = [judge_all(each, digit[None], read and [read])[0] for each in checkpoints]
    st.html(
        markup.cards(
            [
                markup.pair(
                    markup.picture(verdict.output, f"your digit by {each.name}"),
                    markup.picture(
                        verdict.pca_output,
                        f"your digit by PCA with {shell.dimensions(each.card.model.latent_dim)}",
                    ),
                )
                for each, verdict in zip(checkpoints, verdicts, strict=True)
            ],
            [
                f"{each.name} · {shell.dimensions(each.card.model.latent_dim)}"
                for each in checkpoints
            ],
            [
                f"{_in_short(verdict)} · MSE {verdict.mse:.4f} ({_decibels(verdict.psnr)}), "
                f"PCA {verdict.pca_mse:.4f} ({_decibels(verdict.pca_psnr)})"
                for verdict in verdicts
            ],
            width=172,
        )
    )
    st.caption(
        "Left the autoencoder, right PCA with the same number of dimensions D; label: the vote of "
        "the nearest test digits, “no digit” where something is out of the ordinary to this model; "
        "MSE: mean squared error, less is better; dB: peak signal-to-noise ratio (PSNR), more is "
        "better."
    )


def _in_short(verdict: Verdict) -> str:
    return f"label {verdict.vote}" if verdict.looks_like_a_digit else "no digit"


def _decibels(value: float) -> str:
    return "identical" if math.isinf(value) else f"{value:.1f} dB"


def _on_the_map(found: Checkpoint, verdict: Verdict) -> None:
    view = resources.projection(found, views(found.card.model.latent_dim)[0])
    st.subheader("Where it lands on the map", anchor=False)
    point = view.points(verdict.code[None], np.array([verdict.vote]))[0]
    st.plotly_chart(
        figures.latent_map(
            view.points(found.codes, found.labels),
            found.labels,
            view.axis_names,
            pinned=point,
            pinned_label="your digit",
        ),
        key="your_digit_map",
        alt=f"The map of {found.name} with your digit ringed",
    )
    st.caption(shell.code_text(verdict.code))


def _nearest(found: Checkpoint, verdict: Verdict) -> None:
    """The test digits with the nearest codes, as pictures where they are at hand."""
    from aecore.inference import decode

    digits = resources.test_digits()
    at_hand = digits.belong_to(found.card)
    if at_hand:
        images = digits.images[verdict.neighbours]
    else:
        codes = found.codes[verdict.neighbours].astype(np.float32)
        images = decode(resources.load_model(found), codes)
    st.subheader("The ten test digits with the nearest codes", anchor=False)
    st.html(
        markup.cards(
            [
                markup.picture(pixels, f"test digit no. {number}, a {label}")
                for pixels, number, label in zip(
                    images, verdict.neighbours, verdict.labels, strict=True
                )
            ],
            [str(label) for label in verdict.labels],
            [f"no. {number}" for number in verdict.neighbours],
            width=70,
        )
    )
    drawn = "" if at_hand else " MNIST is not at hand: these are drawn from their codes."
    st.caption(
        f"By the codes of {shell.plain(found.name)}, {verdict.vote_share:.0%} of them are a "
        f"{verdict.vote}.{_how_decided(verdict)}{drawn}"
    )


def _how_decided(verdict: Verdict) -> str:
    if verdict.shapes > 1:
        return (
            f" The picture has few pixels, so the digit was tried in {verdict.shapes} shapes, also "
            f"slanted, narrower and wider: the nearest {verdict.vote}s, mixed, come closest to "
            "one of them."
        )
    if not verdict.divided:
        return ""
    return (
        " They are divided, so their labels are tried one by one: the nearest "
        f"{verdict.vote}s, mixed, come closest to your digit's code."
    )


@st.fragment
@shell.guarded
def _denoise(found: Checkpoint, digit: np.ndarray) -> None:
    st.subheader("Denoise me", anchor=False)
    noise = _pick_noise()
    names = [
        name
        for name, card in resources.cards().items()
        if card.train.noise is not None or name == found.name
    ]
    models = {name: resources.load_model(resources.load_checkpoint(name)) for name in names}
    repairs = repair(digit, noise, models)
    st.html(
        markup.cards(
            [markup.picture(digit, "your digit")]
            + [markup.picture(each.image, f"your digit, {name}") for name, each in repairs.items()],
            ["your digit", *repairs],
            ["clean", *(_decibels(each.psnr) for each in repairs.values())],
            width=128,
        )
    )
    st.caption("dB: peak signal-to-noise ratio (PSNR) against your digit, more is better.")


def _pick_noise() -> NoiseConfig:
    """Kind and level; they begin as what the page Denoise was left at."""
    kinds = get_args(NoiseKind)
    left_at = st.session_state.get("noise_kind")
    with st.container(horizontal=True, gap="large"):
        kind = st.segmented_control(
            "Noise",
            kinds,
            default=left_at if left_at in kinds else kinds[0],
            required=True,
            key="your_digit_noise",
            format_func=lambda kind: kind.replace("_", " ").capitalize(),
            persist_state="session",
        )
        level = st.slider(
            "Level",
            0.0,
            1.0,
            st.session_state.get("noise_level", NoiseConfig().level),
            0.05,
            key="your_digit_level",
            persist_state="session",
            width=320,
        )
    return NoiseConfig(kind=kind, level=level)
