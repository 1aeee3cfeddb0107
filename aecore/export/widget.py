"""The explorer as a widget of a notebook, which shares with Python what is on show.

The widget draws nothing where the notebook shows the frame by itself: the frame is an output of its
own, so that it stays when the notebook becomes HTML, and the widget only passes messages on.
"""

from __future__ import annotations

import secrets
from typing import Any

import anywidget
import numpy as np
import traitlets

from aecore.checkpoints.file import Checkpoint
from aecore.errors import ConfigError
from aecore.export.explorer import Explorer
from aecore.latent.codes import check_code
from aecore.viewer.bundle import bundle

_ENTRY = 'import { widget } from "./adapters/anywidget.js";\nexport default widget;\n'


def _shared(trait: traitlets.TraitType) -> Any:
    """Return a trait that the browser has, too; an array as a list."""
    return trait.tag(sync=True, to_json=lambda value, _: np.asarray(value).tolist())


class ExplorerWidget(Explorer, anywidget.AnyWidget):
    """An explorer whose model, pinned code and selection can be read, set and observed.

    Parameters
    ----------
    *checkpoints : Checkpoint
    **options
        As of `aecore.export.page.to_html`.

    Raises
    ------
    ConfigError
        If a value is set that the models on show do not have.
    """

    _esm = bundle(_ENTRY).script
    frame = traitlets.Unicode().tag(sync=True)
    """The name of the frame, this widget's alone."""
    is_framed = traitlets.Bool(False).tag(sync=True)
    """Whether the frame is an output of the notebook, apart from the widget."""
    model = _shared(traitlets.Unicode())
    """The name of the model on show."""
    z = _shared(traitlets.Any())
    """(D,) float64: the pinned code; empty where none is."""
    selection = _shared(traitlets.Any())
    """(K,) int, ascending: rows of the selected points, without those of hidden classes."""

    def __init__(self, *checkpoints: Checkpoint, **options: Any) -> None:
        Explorer.__init__(self, *checkpoints, **options)
        self._models = {each.name: each for each in checkpoints}
        on_show = (options.get("address") or {}).get("model")
        anywidget.AnyWidget.__init__(
            self,
            frame=f"aecore-{secrets.token_hex(8)}",
            model=on_show if on_show in self._models else checkpoints[0].name,
        )
        self.on_msg(lambda *_: self.send({"frame": self._repr_html_()}))

    def _ipython_display_(self) -> None:
        """Show the frame, and the widget that passes on what it tells."""
        from IPython.display import display

        self.is_framed = True
        display({"text/html": self._repr_html_(), "text/plain": repr(self)}, raw=True)
        view, metadata = self._repr_mimebundle_()  # type: ignore[misc]  # None without a view alone
        display({"text/html": "", **view}, metadata=metadata, raw=True)

    @traitlets.default("z")
    def _no_code(self) -> np.ndarray:
        return _frozen([], float)

    @traitlets.default("selection")
    def _no_rows(self) -> np.ndarray:
        return _frozen([], int)

    @traitlets.validate("model")
    def _check_model(self, proposal: Any) -> str:
        name = proposal["value"]
        if name not in self._models:
            raise ConfigError(f"There is no model {name!r} here, only {', '.join(self._models)}.")
        return name

    @traitlets.validate("z")
    def _check_z(self, proposal: Any) -> np.ndarray:
        values = np.ravel(proposal["value"]).tolist()
        return _frozen(check_code(values, self._dim()) if values else [], float)

    @traitlets.validate("selection")
    def _check_selection(self, proposal: Any) -> np.ndarray:
        rows = np.ravel(proposal["value"])
        if rows.dtype == bool:
            rows = np.flatnonzero(rows)
        count = len(self._models[self.model].codes)
        if rows.size and not (rows.dtype.kind in "iu" and 0 <= rows.min() <= rows.max() < count):
            raise ConfigError(f"A selection is rows, whole numbers of 0 to {count - 1}.")
        return _frozen(np.unique(rows), int)

    @traitlets.observe("model")
    def _drop_code(self, _: Any) -> None:
        """Unpin a code that the other model does not have."""
        if len(self.z) not in (0, self._dim()):
            self.z = []

    def _dim(self) -> int:
        return self._models[self.model].card.model.latent_dim


def _frozen(values: Any, dtype: type) -> np.ndarray:
    """Return an array that cannot be written to, which nobody would hear of."""
    array: np.ndarray = np.array(values, dtype)
    array.setflags(write=False)
    return array
