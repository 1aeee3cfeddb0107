"""`/compare`: all models in one table, their errors and training, and two linked latent spaces."""

from __future__ import annotations

from aecore.ui import scaffold
from aecore.ui.cache import checkpoints as checkpoint_cache
from aecore.ui.pages.compare import curves, linked_maps, table

_EXPLANATION = (
    "All trained models in one table: click a column's header to sort. Below it: test error vs. "
    "latent dimensions, with **PCA** for every size; the latent spaces of two models with **linked "
    "selection**; and the training curves of all models."
)


def render() -> None:
    checkpoint = scaffold.open_page("Compare models", _EXPLANATION)
    entries = checkpoint_cache.entries()
    table.show(entries)
    curves.show_errors(entries)
    linked_maps.show(checkpoint)
    curves.show_training(entries)
    scaffold.close_page()
