"""Laboratory: the error with each number of the code fixed at its mean."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore.analysis.dimension_importance import ALL, COLUMNS, MEASURED, Importance
from aecore.charts import reconstruction
from aecore.checkpoints.file import Checkpoint
from aecore.imaging.levels import color_limit
from aecore.ui import scaffold
from aecore.ui.cache import datasets
from aecore.ui.cache import reconstruction as reconstruction_cache
from aecore.ui.components import downloads
from aecore.ui.components.charts import charts

_SHOWN = 20


def show(checkpoint: Checkpoint, digits: datasets.TestSet) -> None:
    """Draw what each dimension counts for, and PCA's beside it."""
    st.markdown(
        "How much worse do the pictures get if **one number** of the code is the same for all "
        "digits: its mean? What the decoder does not listen to costs nothing."
    )
    result = reconstruction_cache.importance(checkpoint, digits)
    st.markdown(_verdict(checkpoint, result))
    strongest = result.strongest(_SHOWN)
    increase = result.increase[strongest]
    charts(
        "reconstruct_dimensions",
        [
            reconstruction.by_rank(checkpoint.name, result.increase[:, ALL], result.linear),
            reconstruction.effects(increase, strongest, color_limit(np.nan_to_num(increase))),
        ],
    )
    downloads.offer(
        "Numbers as CSV",
        result.to_csv(),
        f"{checkpoint.name}-dimensions.csv",
        key="reconstruct_dimensions_csv",
    )
    dim = len(result.fixed)
    part = f"the {len(strongest)} that count most of {dim}" if dim > _SHOWN else "all of them"
    measured = min(MEASURED, len(digits.labels))
    st.caption(
        f"Measured on {measured:,} test digits, evenly spread over all {len(digits.labels):,}; "
        f"the heat map shows {part}, the CSV has every one. Columns: the label, and "
        f"“{COLUMNS[ALL]}”. Blue: fixing it even helps that label."
    )


def _verdict(checkpoint: Checkpoint, result: Importance) -> str:
    """Which number counts most, for the model and for PCA, and how many count for nothing."""
    top = result.order[0]
    whole, fixed = result.whole[ALL], result.fixed[top, ALL]
    name = scaffold.plain(checkpoint.name)
    idle = f"**{result.n_idle or 'none'}** of {scaffold.counted(len(result.fixed), 'number')}"
    return (
        f"{name}: fixing **z{top + 1}** costs most, the error rises from {whole:.4f} to "
        f"**{fixed:.4f}**, by {fixed - whole:.4f}; less than a hundredth of that costs {idle}. "
        f"Fixing PCA's strongest component costs {result.linear.max():.4f}."
    )
