"""Laboratory: the error with each number of the code fixed at its mean."""

from __future__ import annotations

import numpy as np
import streamlit as st

from aecore import plates
from aecore.checkpoint import Checkpoint
from aecore.importance import ALL, COLUMNS, MEASURED, Importance
from aecore.selection import colour_limit
from aecore.ui import exports, measures, resources, shell
from aecore.ui.charts import charts

_SHOWN = 20


def show(found: Checkpoint, digits: resources.TestDigits) -> None:
    """Draw what each dimension counts for, and PCA's beside it."""
    st.markdown(
        "How much worse do the pictures get if **one number** of the code is the same for all "
        "digits: its mean? What the decoder does not listen to costs nothing."
    )
    result = measures.dimensions(found, digits)
    st.markdown(_verdict(found, result))
    strongest = result.strongest(_SHOWN)
    increase = result.increase[strongest]
    charts(
        "reconstruct_dimensions",
        [
            plates.by_rank(found.name, result.increase[:, ALL], result.linear),
            plates.effects(increase, strongest, colour_limit(np.nan_to_num(increase))),
        ],
    )
    exports.offer(
        "Numbers as CSV",
        result.to_csv(),
        f"{found.name}-dimensions.csv",
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


def _verdict(found: Checkpoint, result: Importance) -> str:
    """Which number counts most, for the model and for PCA, and how many count for nothing."""
    top = result.order[0]
    whole, fixed = result.whole[ALL], result.fixed[top, ALL]
    name = shell.plain(found.name)
    idle = f"**{result.n_idle or 'none'}** of {shell.counted(len(result.fixed), 'number')}"
    return (
        f"{name}: fixing **z{top + 1}** costs most, the error rises from {whole:.4f} to "
        f"**{fixed:.4f}**, by {fixed - whole:.4f}; less than a hundredth of that costs {idle}. "
        f"Fixing PCA's strongest component costs {result.linear.max():.4f}."
    )
