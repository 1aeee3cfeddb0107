"""Experiment: the error with each latent dimension fixed at its mean."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.analysis.dimension_importance import ALL, COLUMNS, MEASURED, Importance
from aecore.charts import reconstruction
from aecore.checkpoints.file import Checkpoint
from aecore.imaging.levels import color_limit
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.components import downloads
from aecore.ui.components.charts import draw_charts
from aecore.ui.text.formats import counted, escape

_SHOWN = 20


def show(checkpoint: Checkpoint, digits: datasets.TestSet) -> None:
    """Draw the importance of each latent dimension, and of PCA's components beside it."""
    st.markdown(
        "How much does the error increase if **one latent dimension** is fixed at its mean for all "
        "digits? A dimension that the decoder does not use costs nothing."
    )
    result = reconstruction_cache.importance(checkpoint, digits)
    st.markdown(_verdict(checkpoint, result))
    strongest = result.order[:_SHOWN]
    increase = result.increase[strongest]
    draw_charts(
        "reconstruct_dimensions",
        [
            reconstruction.importance_by_rank(
                checkpoint.name, result.increase[:, ALL], result.pca_increase
            ),
            reconstruction.importance_by_label(
                increase, strongest, color_limit(np.nan_to_num(increase))
            ),
        ],
    )
    downloads.offer(
        "Download CSV",
        result.to_csv(),
        f"{checkpoint.name}-dimensions.csv",
        key="reconstruct_dimensions_csv",
    )
    dim = len(result.fixed)
    part = f"the {len(strongest)} most important of {dim}" if dim > _SHOWN else "all of them"
    measured = min(MEASURED, len(digits.labels))
    st.caption(
        f"Measured on {measured:,} test digits, evenly spaced among all {len(digits.labels):,}. "
        f"The heat map shows {part}, the CSV has every dimension. Columns: the class, and "
        f"“{COLUMNS[ALL]}”. Blue: fixing the dimension lowers the error of that class."
    )


def _verdict(checkpoint: Checkpoint, result: Importance) -> str:
    """Return which dimension matters most, and how many do not matter."""
    top = result.order[0]
    whole, fixed = result.baseline[ALL], result.fixed[top, ALL]
    name = escape(checkpoint.name)
    count = counted(len(result.fixed), "dimension")
    return (
        f"{name}: fixing **z{top + 1}** costs most; the error rises from {whole:.4f} to "
        f"**{fixed:.4f}**, an increase of {fixed - whole:.4f}. **{result.n_unused or 'None'}** of "
        f"{count} {'costs' if result.n_unused == 1 else 'cost'} less than a hundredth of that. "
        f"Fixing PCA's strongest component costs {result.pca_increase.max():.4f}."
    )
