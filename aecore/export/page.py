"""Checkpoints as an explorer in one HTML file, which needs neither a server nor a network."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from aecore.charts.palette import Theme, digit_colors
from aecore.checkpoints.file import Checkpoint
from aecore.errors import AecoreError, ConfigError
from aecore.export.base85 import to_base85
from aecore.export.payload import compress, compress_pictures, picture_facts
from aecore.imaging.levels import signed_palette
from aecore.system import atomic_file
from aecore.viewer.bundle import Bundle, bundle

TITLE = "Autoencoder Explorer"
THEMES: tuple[Theme, ...] = ("light", "dark")
_ENTRY = 'import { openExplorer } from "./adapters/html.js";\nopenExplorer();\n'


def to_html(
    checkpoints: Sequence[Checkpoint],
    *,
    title: str = TITLE,
    address: Mapping[str, str | None] | None = None,
    pictures: np.ndarray | None = None,
) -> str:
    """Return one HTML page that explores checkpoints.

    Parameters
    ----------
    checkpoints : sequence of Checkpoint
        At least one; the first is on show when the page opens.
    title : str
        Of the page.
    address : mapping, optional
        What the page shows until its own address says something: the parameters of its fragment,
        as `{"model": "plane", "page": "generate", "z": "0,-4"}`; None stands for none.
    pictures : ndarray of shape (N, P), uint8, optional
        The first N test pictures of the models' data set; None: the page holds none.

    Raises
    ------
    ConfigError
        If there are none, two have the same name, or their pictures differ in shape.
    CheckpointError
        If a browser cannot compute one of the models.
    """
    names = [checkpoint.name for checkpoint in checkpoints]
    if not names:
        raise ConfigError("There is no model to export: name at least one.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"Two models are called {', '.join(twice)}: export them into two files.")
    if len({checkpoint.card.model.input_shape for checkpoint in checkpoints}) > 1:
        raise ConfigError("Models of pictures of different shapes need a file each.")
    script, styles = _bundle()
    models = "\n".join(
        f'<script type="text/plain" data-model="{html.escape(checkpoint.name)}" '
        f'data-dim="{checkpoint.card.model.latent_dim}" '
        f'data-noise="{html.escape(str(checkpoint.card.train.noise or ""))}">'
        f"{to_base85(compress(checkpoint))}</script>"
        for checkpoint in checkpoints
    )
    if pictures is not None:
        held = to_base85(compress_pictures(pictures))
        models += f'\n<script type="text/plain" id="pictures">{held}</script>'
    colors = {theme: digit_colors(theme) for theme in THEMES}
    opens_on = {name: text for name, text in (address or {}).items() if text is not None}
    settings = json.dumps(
        colors
        | {
            "palette": signed_palette().ravel().tolist(),
            "address": opens_on,
            "picture": picture_facts(checkpoints[0]),
        }
    )
    parts = {
        "title": html.escape(title),
        "digest": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "styles": styles,
        "settings": settings.replace("<", "\\u003c"),  # no text ends its element
        "models": models,
        "script": script,
    }
    return _fill(_template(), parts)


def write_html(path: Path, page: str) -> int:
    """Write a page to a file, whole or not at all, and return its size in bytes.

    Raises
    ------
    AecoreError
        If the folder cannot be made or written.
    """
    content = page.encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_file.write(path, content)
    except OSError as error:
        raise AecoreError(f"{path} cannot be written: {error.strerror}.") from error
    return len(content)


@functools.cache
def _bundle() -> Bundle:
    """Return the page's script and styles; the script cannot end its own element."""
    script, styles = bundle(_ENTRY)
    return Bundle(f"\n{script}".replace("</script", "<\\/script"), styles)


def _template() -> str:
    return resources.files("aecore.export").joinpath("page.html").read_text("utf-8")


def _fill(template: str, parts: dict[str, str]) -> str:
    """Replace each `{{name}}` of the template, and nothing in what is put in its place."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)
