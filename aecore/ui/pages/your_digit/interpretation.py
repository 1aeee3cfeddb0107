"""What the models make of a visitor's digit, on `/your-digit`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from aecore.analysis.denoising import denoise_digit
from aecore.charts import latent_map
from aecore.checkpoints.file import Checkpoint
from aecore.config import SHAPE, NoiseConfig
from aecore.corruptions import CORRUPTIONS, NOISES
from aecore.imaging.png import to_png
from aecore.latent.projection import views
from aecore.recognition.assessment import Verdict, judge
from aecore.ui import scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import datasets
from aecore.ui.components import html as html_parts
from aecore.ui.text import formats
from aecore.ui.text.formats import dimensions, escape

if TYPE_CHECKING:
    from aecore.digits.reader import FoundDigit


def judge_all(
    checkpoint: Checkpoint, digits: np.ndarray, read: Sequence[FoundDigit] | None = None
) -> tuple[Verdict, ...]:
    """One model's verdict on each of the digits (B, 784); `read`: where they come from."""
    pens, coarse = (read and [getattr(each, name) for each in read] for name in ("pen", "coarse"))
    index = checkpoint_cache.neighbor_index(checkpoint)
    model = checkpoint_cache.load_model(checkpoint)
    return judge(checkpoint, model, digits, index=index, pens=pens, coarse=coarse)


def show(
    checkpoint: Checkpoint, digit: np.ndarray, *, on_map: bool, read: FoundDigit | None = None
) -> None:
    """Draw all that is known of a digit (784,).

    `on_map`: with its place on the map; `read`: as what it was found in a picture.
    """
    (verdict,) = judge_all(checkpoint, digit[None], read and [read])
    with st.container(key="digit_result"):
        _headline(checkpoint, digit, verdict)
        _every_model(digit, read)
        if on_map:
            _on_the_map(checkpoint, verdict)
        _nearest(checkpoint, verdict)
        _denoise(checkpoint, digit)


def _headline(checkpoint: Checkpoint, digit: np.ndarray, verdict: Verdict) -> None:
    name = escape(checkpoint.name)
    if verdict.looks_like_a_digit:
        st.success(
            f"To {name} this looks like a **{verdict.vote}**. {escape(verdict.reason)}",
            icon=":material/check:",
        )
    else:
        st.warning(
            f"To {name} this does not look like a digit. {escape(verdict.reason)}",
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
        to_png(digit.reshape(SHAPE)),
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
    checkpoints = [checkpoint_cache.load(name) for name in checkpoint_cache.cards()]
    verdicts = [judge_all(each, digit[None], read and [read])[0] for each in checkpoints]
    st.html(
        html_parts.cards(
            [
                html_parts.pair(
                    html_parts.picture(verdict.output, f"your digit by {each.name}"),
                    html_parts.picture(
                        verdict.pca_output,
                        f"your digit by PCA with {dimensions(each.card.model.latent_dim)}",
                    ),
                )
                for each, verdict in zip(checkpoints, verdicts, strict=True)
            ],
            [f"{each.name} · {dimensions(each.card.model.latent_dim)}" for each in checkpoints],
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


def _on_the_map(checkpoint: Checkpoint, verdict: Verdict) -> None:
    view = checkpoint_cache.projection(checkpoint, views(checkpoint.card.model.latent_dim)[0])
    st.subheader("Where it lands on the map", anchor=False)
    point = view.points(verdict.code[None], np.array([verdict.vote]))[0]
    st.plotly_chart(
        latent_map.latent_map(
            view.points(checkpoint.codes, checkpoint.labels),
            checkpoint.labels,
            view.axis_names,
            pinned=point,
            pinned_label="your digit",
        ),
        key="your_digit_map",
        alt=f"The map of {checkpoint.name} with your digit ringed",
    )
    st.caption(formats.code(verdict.code))


def _nearest(checkpoint: Checkpoint, verdict: Verdict) -> None:
    """The test digits with the nearest codes, as pictures where they are at hand."""
    from aecore.models.inference import decode

    digits = datasets.test_set()
    at_hand = digits.matches(checkpoint.card)
    if at_hand:
        images = digits.images[verdict.neighbors]
    else:
        codes = checkpoint.codes[verdict.neighbors].astype(np.float32)
        images = decode(checkpoint_cache.load_model(checkpoint), codes)
    st.subheader("The ten test digits with the nearest codes", anchor=False)
    st.html(
        html_parts.cards(
            [
                html_parts.picture(pixels, f"test digit no. {number}, a {label}")
                for pixels, number, label in zip(
                    images, verdict.neighbors, verdict.labels, strict=True
                )
            ],
            [str(label) for label in verdict.labels],
            [f"no. {number}" for number in verdict.neighbors],
            width=70,
        )
    )
    drawn = "" if at_hand else " MNIST is not at hand: these are drawn from their codes."
    st.caption(
        f"By the codes of {escape(checkpoint.name)}, {verdict.vote_share:.0%} of them are a "
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


@scaffold.fragment
def _denoise(checkpoint: Checkpoint, digit: np.ndarray) -> None:
    st.subheader("Denoise me", anchor=False)
    noise = _pick_noise()
    names = [
        name
        for name, card in checkpoint_cache.cards().items()
        if card.train.noise is not None or name == checkpoint.name
    ]
    models = {name: checkpoint_cache.load_model(checkpoint_cache.load(name)) for name in names}
    denoised = denoise_digit(digit, noise, models)
    st.html(
        html_parts.cards(
            [html_parts.picture(digit, "your digit")]
            + [
                html_parts.picture(each.image, f"your digit, {name}")
                for name, each in denoised.items()
            ],
            ["your digit", *denoised],
            ["clean", *(_decibels(each.psnr) for each in denoised.values())],
            width=128,
        )
    )
    st.caption("dB: peak signal-to-noise ratio (PSNR) against your digit, more is better.")


def _pick_noise() -> NoiseConfig:
    """Kind and level; they begin as what the page Denoise was left at."""
    kinds = tuple(NOISES)
    left_at = st.session_state.get("noise_kind")
    with st.container(horizontal=True, gap="large"):
        kind = st.segmented_control(
            "Noise",
            kinds,
            default=left_at if left_at in kinds else kinds[0],
            required=True,
            key="your_digit_noise",
            format_func=lambda kind: CORRUPTIONS[kind].label,
            persist_state="session",
        )
        setting = NOISES[kind].level
        level = st.slider(
            "Level",
            0.0,
            setting.high,
            min(st.session_state.get("noise_level", NoiseConfig.level), setting.high),
            setting.step,
            key="your_digit_level",
            persist_state="session",
            width=320,
        )
    return NoiseConfig(kind=kind, level=level)
