"""`/your-digit`: upload a picture and see what every model makes of it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore import digits as pictures
from aecore import figures, latent, metrics
from aecore.checkpoint import Checkpoint
from aecore.picture_file import open_picture
from aecore.pictures import square
from aecore.projection import views
from aecore.ui import markup, resources, shell

_EXPLANATION = (
    "Upload a picture of **one handwritten digit**: dark on light or light on dark, a scan, a "
    "photo or a drawing. It is turned into a digit like those of the training set, step by step, "
    "and sent through every model."
)
_TYPES = ["png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff"]
_NEIGHBOURS = 10


def render() -> None:
    found = shell.open_page("Your digit", _EXPLANATION)
    upload = st.file_uploader(
        "A picture of a digit", _TYPES, key="digit_upload", max_upload_size=20
    )
    if upload is None:
        st.info("Nothing uploaded yet. The picture stays in memory, and only for this visit.")
    else:
        _understand(found, upload.getvalue(), upload.name)
    shell.close_page()


@shell.guarded
def _understand(found: Checkpoint, content: bytes, name: str) -> None:
    normalised = pictures.normalise(open_picture(content, name=name))
    with st.container(key="digit_result"):
        _steps(normalised)
        image = normalised.digit.reshape(1, -1)
        _every_model(image)
        map_column, neighbours = st.columns([3, 2], gap="medium")
        with map_column:
            _on_the_map(found, image)
        with neighbours:
            _nearest(found, image)


def _steps(normalised: pictures.NormalisedDigit) -> None:
    st.subheader("From your picture to a digit", anchor=False)
    steps = normalised.steps
    st.html(
        markup.cards(
            [markup.picture(square(step.image), step.name) for step in steps],
            [f"{number}. {step.name}" for number, step in enumerate(steps, 1)],
            [step.reason for step in steps],
            width=150,
        )
    )


def _every_model(image: np.ndarray) -> None:
    from aecore.inference import reconstruct

    st.subheader("What every model makes of it", anchor=False)
    checkpoints = [resources.load_checkpoint(name) for name in resources.cards()]
    outputs = [reconstruct(resources.load_model(each), image) for each in checkpoints]
    st.html(
        markup.cards(
            [
                markup.picture(output[0], f"your digit by {each.name}")
                for each, output in zip(checkpoints, outputs, strict=True)
            ],
            [each.name for each in checkpoints],
            [f"MSE {metrics.mse(image, output)[0]:.4f}" for output in outputs],
            width=120,
        )
    )


def _on_the_map(found: Checkpoint, image: np.ndarray) -> None:
    from aecore.inference import encode

    code = encode(resources.load_model(found), image)
    view = resources.projection(found, views(found.card.model.latent_dim)[0])
    distance = resources.map_distance(found)
    neighbours, _ = distance.neighbours(code, _NEIGHBOURS)
    vote = latent.nearest_label_vote(found.labels[neighbours])
    st.subheader(f"Where it lands on the map of {found.name}", anchor=False)
    st.plotly_chart(
        figures.latent_map(
            view.points(found.codes, found.labels),
            found.labels,
            view.axis_names,
            pinned=view.points(code, vote)[0],
            pinned_label="your digit",
        ),
        key="your_digit_map",
        alt=f"The map of {found.name} with your digit ringed",
    )
    st.caption(
        f"{shell.code_text(code[0])}. Farther from its nearest codes than "
        f"{distance.percentile(code)[0]:.0f}% of the test digits."
    )


def _nearest(found: Checkpoint, image: np.ndarray) -> None:
    """The test digits with the nearest codes, as pictures where they are at hand."""
    from aecore.inference import decode, encode

    model = resources.load_model(found)
    neighbours, _ = resources.map_distance(found).neighbours(encode(model, image), _NEIGHBOURS)
    labels = found.labels[neighbours[0]]
    digits = resources.test_digits()
    at_hand = digits.belong_to(found.card)
    images = digits.images[neighbours[0]] if at_hand else decode(model, found.codes[neighbours[0]])
    st.subheader(f"Its {_NEIGHBOURS} nearest test digits", anchor=False)
    vote = latent.nearest_label_vote(labels[None])[0]
    st.markdown(f"By the codes of {shell.plain(found.name)}, most are a **{vote}**.")
    st.html(
        markup.cards(
            [
                markup.picture(pixels, f"a {label}")
                for pixels, label in zip(images, labels, strict=True)
            ],
            [str(label) for label in labels],
            [f"no. {number}" for number in neighbours[0]],
            width=70,
        )
    )
    if not at_hand:
        st.caption("MNIST is not at hand: these are drawn from their codes.")
