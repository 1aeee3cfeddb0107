"""Show what the models make of a visitor's digit, on `/your-digit`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from aecore.analysis.denoising import denoise_digit
from aecore.charts import latent_map
from aecore.charts.spec import LabelChart
from aecore.checkpoints.card import Card
from aecore.checkpoints.file import Checkpoint
from aecore.config import SHAPE, NoiseConfig
from aecore.corruptions import CORRUPTIONS, NOISES
from aecore.imaging.png import to_png
from aecore.latent.projection import views
from aecore.recognition.assessment import Assessment, assess, assess_read
from aecore.recognition.verdict import JUDGE_MODEL, Verdict
from aecore.ui import inputs, scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.components import downloads
from aecore.ui.components import html as html_parts
from aecore.ui.components.charts import draw_charts
from aecore.ui.text import formats
from aecore.ui.text.formats import decibels, dimensions, escape, with_article
from aecore.ui.theme import class_colors, theme

if TYPE_CHECKING:
    from aecore.digits.reader import Digit


def show(checkpoint: Checkpoint, digit: np.ndarray, read: Digit | None = None) -> None:
    """Show all that is known of a digit (784,).

    `read` is how it was found in a picture; without it, it was drawn in the browser, which shows
    its place in the latent space itself.
    """
    assessment = _assess(checkpoint, digit, read)
    with st.container(key="digit_result"):
        _verdict(digit)
        _facts(checkpoint, digit, assessment)
        with st.container(key="your_digit_models"):
            _reconstructions(digit, read)
        if read is not None:
            _latent_space(checkpoint, assessment)
        _nearest(checkpoint, assessment)
        with st.container(key="your_digit_denoise"):
            _denoise(checkpoint, digit)


def assess_digits(checkpoint: Checkpoint, digits: Sequence[Digit]) -> tuple[Assessment, ...]:
    """Assess the digits of a picture with one model."""
    index = checkpoint_cache.neighbor_index(checkpoint)
    return assess_read(checkpoint, checkpoint_cache.load_model(checkpoint), digits, index=index)


def _assess(checkpoint: Checkpoint, digit: np.ndarray, read: Digit | None) -> Assessment:
    if read is not None:
        return assess_digits(checkpoint, [read])[0]
    index = checkpoint_cache.neighbor_index(checkpoint)
    return assess(checkpoint, checkpoint_cache.load_model(checkpoint), digit[None], index=index)[0]


@scaffold.guarded
def _verdict(digit: np.ndarray) -> None:
    """Say which digit it is, by the one model that can tell, whichever is on show."""
    (verdict,) = checkpoint_cache.judge(digit[None])
    by = f"Judged by the model {JUDGE_MODEL}"
    votes = f"{by}: of the nearest test digits, {verdict.votes}."
    if verdict.kind == "digit":
        named = with_article(verdict.label, mark="**")
        st.success(f"This looks like {named}. {votes}", icon=":material/check:")
    elif verdict.kind == "no digit":
        text = f"{by}: even the {verdict.label}s nearest to it do not resemble it."
        st.warning(f"This does not look like a digit. {text}", icon=":material/help:")
    else:
        st.info(f"Undecided. {votes}", icon=":material/help:")
        with st.container(width=500):
            draw_charts("your_digit_votes", [_votes(verdict)])


def _votes(verdict: Verdict) -> LabelChart:
    colors = class_colors()
    return LabelChart(
        kind="bars",
        title="Labels of the ten nearest test digits",
        alt=f"Bars: {verdict.votes}",
        file="your_digit_votes",
        values=np.array([verdict.counts.get(label, 0) for label in range(len(colors))]),
        y_name="test digits",
        colors=colors,
        counted=True,
        least=4,
    )


def _facts(checkpoint: Checkpoint, digit: np.ndarray, assessment: Assessment) -> None:
    name, reason = escape(checkpoint.name), escape(assessment.reason)
    facts, button = st.columns([4, 1], vertical_alignment="center")
    facts.caption(
        f"{name} alone predicts the label {assessment.vote}. {reason} "
        f"Reconstruction error higher than **{assessment.error_percentile:.1f}%** of the test "
        f"digits; more isolated in latent space than **{assessment.map_distance_percentile:.1f}%** "
        "of them."
    )
    with button:
        downloads.offer(
            "28 × 28 PNG",
            lambda: to_png(digit.reshape(SHAPE)),
            "digit.png",
            key="your_digit_png",
            help="The digit as the models receive it.",
            width="stretch",
        )


def _digit_models() -> dict[str, Card]:
    """Return the models that take digits: the others may be of pictures of any shape."""
    cards = checkpoint_cache.cards()
    return {name: card for name, card in cards.items() if card.data.shows_digits}


def _reconstructions(digit: np.ndarray, read: Digit | None) -> None:
    """Show the reconstruction by every model, beside PCA's."""
    st.header("Compare reconstructions", anchor=False)
    rows = []
    for name, card in _digit_models().items():
        result = _assess(checkpoint_cache.load(name), digit, read)
        size = dimensions(card.model.latent_dim)
        label = f"label {result.vote}" if result.looks_like_a_digit else "no digit"
        own = html_parts.picture(result.output, f"your digit reconstructed by {name}")
        pca = html_parts.picture(result.pca_output, f"your digit reconstructed by PCA with {size}")
        text = (
            f"{label} · MSE {result.mse:.4f} ({decibels(result.psnr)}), "
            f"PCA {result.pca_mse:.4f} ({decibels(result.pca_psnr)})"
        )
        rows.append((html_parts.pair(own, pca), f"{name} · {size}", text))
    st.html(html_parts.cards(rows, 172))
    st.caption(
        "Left: the autoencoder; right: PCA with the same number of latent dimensions (D). Label: "
        "predicted from the nearest test digits; “no digit” where the model finds something "
        "unusual. MSE: mean squared error, lower is better. dB: peak signal-to-noise ratio (PSNR), "
        "higher is better."
    )


def _latent_space(checkpoint: Checkpoint, assessment: Assessment) -> None:
    view = checkpoint_cache.projection(checkpoint, views(checkpoint.card.model.latent_dim)[0])
    st.header("Position in the latent space", anchor=False)
    st.plotly_chart(
        latent_map.latent_map(
            view.points(checkpoint.codes, checkpoint.labels),
            checkpoint.labels,
            view.axis_names,
            pinned=view.points(assessment.code[None], np.array([assessment.vote]))[0],
            pinned_label="your digit",
            theme=theme(),
        ),
        key="your_digit_map",
        alt=f"The latent space of {checkpoint.name} with your digit circled",
    )
    st.caption(formats.code(assessment.code))


def _nearest(checkpoint: Checkpoint, assessment: Assessment) -> None:
    """Show the nearest test digits; decoded from their codes where they are not available."""
    images, are_loaded = reconstruction_cache.atlas_images(checkpoint, assessment.neighbors)
    st.header("The ten nearest test digits in latent space", anchor=False)
    rows = [
        (
            html_parts.picture(pixels, f"test digit no. {number}, labeled {label}"),
            str(label),
            f"no. {number}",
        )
        for pixels, number, label in zip(
            images, assessment.neighbors, assessment.labels, strict=True
        )
    ]
    st.html(html_parts.cards(rows, 70))
    source = "" if are_loaded else " Their images are not available: decoded from their codes."
    st.caption(
        f"In the latent space of {escape(checkpoint.name)}, {assessment.vote_share:.0%} of "
        f"them are labeled {assessment.vote}.{_decision(assessment)}{source}"
    )


def _decision(assessment: Assessment) -> str:
    """Explain how the label was predicted, where not from the neighbors alone."""
    if assessment.n_variants > 1:
        return (
            f" The picture has few pixels, so {assessment.n_variants} variants of the digit "
            "(slanted, narrower, wider) were compared: one of them is best approximated by nearby "
            f"{assessment.vote}s."
        )
    if assessment.is_divided:
        return (
            " They disagree, so their labels were compared: the code of your digit is best "
            f"approximated by nearby {assessment.vote}s."
        )
    return ""


@scaffold.fragment
def _denoise(checkpoint: Checkpoint, digit: np.ndarray) -> None:
    st.header("Denoise your digit", anchor=False)
    noise = _pick_noise()
    names = [
        name
        for name, card in _digit_models().items()
        if card.train.noise is not None or name == checkpoint.name
    ]
    models = {name: checkpoint_cache.load_model(checkpoint_cache.load(name)) for name in names}
    rows = [(html_parts.picture(digit, "your digit"), "your digit", "clean")]
    rows += [
        (html_parts.picture(each.image, f"your digit, {name}"), name, decibels(each.psnr))
        for name, each in denoise_digit(digit, noise, models).items()
    ]
    st.html(html_parts.cards(rows, 128))
    st.caption("dB: peak signal-to-noise ratio (PSNR) against your digit, higher is better.")


def _pick_noise() -> NoiseConfig:
    """Choose kind and level; they start as the page Denoise was left."""
    left_at = st.session_state.get("noise_kind")
    with st.container(horizontal=True, gap="large"):
        kind = inputs.segments(
            "Noise",
            {kind: CORRUPTIONS[kind].label for kind in NOISES},
            key="your_digit_noise",
            default=left_at if left_at in NOISES else None,
        )
        setting = NOISES[kind].level
        level = st.slider(
            "Noise level",
            0.0,
            setting.high,
            min(st.session_state.get("noise_level", NoiseConfig.level), setting.high),
            setting.step,
            key="your_digit_level",
            persist_state="session",
            width=320,
        )
    return NoiseConfig(kind=kind, level=level)
