"""Snippets that people copy: run as they are, they draw the same picture."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from aecore.checkpoints import file as checkpoint_file
from aecore.imaging.png import to_png
from aecore.latent.codes import MAX_MAGNITUDE, parse_code
from aecore.models import inference
from aecore.ui.text.snippets import as_command, as_python, exact

pytest_plugins = ["tests.support.browser"]

ROOT = Path(__file__).resolve().parents[2]

codes = hnp.arrays(
    np.float32,
    st.integers(1, 130),
    elements=st.floats(-MAX_MAGNITUDE, MAX_MAGNITUDE, width=32),
)


@given(codes)
def test_exact_values_read_back_as_the_same_float32(code):
    found = parse_code(exact(code), len(code)).astype(np.float32)

    np.testing.assert_array_equal(found, code)


@given(codes)
def test_the_program_holds_the_same_float32_values(code):
    program = as_python("plane", code)

    listed = program.split("np.array(\n")[1].split("dtype")[0].strip().rstrip(",")
    np.testing.assert_array_equal(np.array(eval(listed), dtype=np.float32), code)
    assert max(map(len, program.splitlines())) <= 100


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_any_path_survives_the_shell(model):
    words = shlex.split(as_command(model, np.array([-1.5, 2.0])))

    assert words[words.index("--model") + 1] == model
    assert "--z=-1.5,2.0" in words


@pytest.mark.parametrize("form", ["python", "command"])
def test_it_runs_and_draws_the_same_picture(form, small_model, tmp_path):
    found = checkpoint_file.load(small_model)
    dim = found.card.model.latent_dim
    code = np.random.default_rng(1).normal(0, 2, dim).astype(np.float32)
    code[0] = -abs(code[0])
    picture = tmp_path / "it's a digit.png"

    if form == "python":
        words = ["-c", as_python(str(small_model), code, picture=str(picture))]
    else:
        words = shlex.split(as_command(str(small_model), code, picture=str(picture)))[1:]
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, timeout=120)

    model = inference.build_model(found.card.model, found.weights)
    digit = inference.decode(model, code[None]).reshape(28, 28)
    assert picture.read_bytes() == to_png(digit)
