"""Imports point one way, and each part loads with no more than it needs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "aecore"

# Every module stands on a step and imports from lower steps only, inside functions too.
STEPS = (
    {"errors", "scaling", "threads"},
    {"checks", "codes", "config", "dataset", "framing", "held_file", "ink", "picture_file"}
    | {"pictures", "plot", "ruling", "selection", "subset", "whole_file"},
    {"blobs", "cuda_graph", "distortion", "download", "drawing", "history", "latent", "layers"}
    | {"limits", "model", "noise", "presets", "run_spec", "sheet"},
    {"animation", "backprop", "baseline", "card", "changes", "damage", "digits", "download_job"}
    | {"inference", "metrics", "optimizers", "paths", "pin", "projection", "run_folder"}
    | {"run_process", "snippets", "vote"},
    {"ablation", "checkpoint", "controls", "data", "denoising", "estimate", "evaluation"}
    | {"figures", "frames", "importance", "interpolation", "jobs", "perturbation", "remarks"}
    | {"repair", "responses", "settling", "shapes", "training_state", "twins", "units"},
    {"comparison", "curves", "forming", "packing", "plates", "provenance", "recorder", "shelf"}
    | {"spectrum", "training", "verdict"},
    {"experiment"},
    {"bench", "command", "trainer", "ui"},
    {"bench_command", "commands", "reconstruct_command", "train_command", "worker"},
    {"cli"},
    {"__main__"},
)
STEP_OF = {module: step for step, modules in enumerate(STEPS) for module in modules}

TRAINING_CORE = ("config", "presets", "noise", "model", "training", "checkpoint", "inference")
TRAINING_TOOLS = (*TRAINING_CORE, "evaluation", "experiment", "commands", "train_command", "cli")


def part_of(path):
    """The module, or the subpackage as a whole, that a file belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path):
    """Full names of all that a file imports, at its top or later."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


FILES = [*sorted(PACKAGE.rglob("*.py")), REPOSITORY / "app.py"]
BY_NAME = pytest.mark.parametrize(
    "path", FILES, ids=[str(path.relative_to(REPOSITORY)) for path in FILES]
)


@BY_NAME
def test_streamlit_and_plotly_stay_in_their_places(path):
    roots = {name.split(".")[0] for name in imported(path)}

    in_ui = path.name == "app.py" or part_of(path) == "ui"
    assert in_ui or "streamlit" not in roots
    draws = in_ui or part_of(path) in ("curves", "figures", "plates")
    assert draws or "plotly" not in roots


@BY_NAME
def test_a_module_imports_from_lower_steps_only(path):
    if path.name == "app.py" or path == PACKAGE / "__init__.py":
        step, part = len(STEPS), None
    else:
        part = part_of(path)
        step = STEP_OF[part]  # a new module needs a place above

    for name in imported(path):
        root, _, rest = name.partition(".")
        target = rest.split(".")[0]
        if root == "aecore" and target and target != part:
            assert STEP_OF[target] < step, f"{name} is no lower than {part}"


def test_every_step_names_modules_that_exist():
    there = {part_of(path) for path in PACKAGE.rglob("*.py")} - {"__init__"}

    assert set(STEP_OF) == there


def test_app_is_page_config_and_navigation_and_nothing_else():
    body = ast.parse((REPOSITORY / "app.py").read_text(encoding="utf-8")).body

    kinds = [type(node) for node in body]
    assert kinds == [ast.Expr, ast.Import, ast.ImportFrom, ast.Expr, ast.Expr]
    docstring, *_, config, navigation = body
    assert isinstance(docstring.value, ast.Constant)
    assert ast.unparse(config.value.func) == "st.set_page_config"
    assert ast.unparse(navigation.value) == "pages.navigation().run()"


IMPORT_WITHOUT = """
import importlib, importlib.abc, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError("No module named " + repr(name))

sys.meta_path.insert(0, Missing())
for module in {modules!r}:
    importlib.import_module("aecore." + module)
"""


@pytest.mark.parametrize(
    ("modules", "blocked"),
    [
        (TRAINING_TOOLS, {"streamlit", "plotly", "pandas"}),
        (
            TRAINING_CORE,
            {"streamlit", "plotly", "pandas", "sklearn", "scipy", "PIL", "skimage", "filelock"},
        ),
        (("checkpoint", "cli"), {"torch", "sklearn", "scipy", "PIL", "streamlit", "plotly"}),
        (("data", "digits", "latent", "metrics", "baseline", "figures"), {"streamlit", "torch"}),
    ],
    ids=["training without an app", "training alone", "listing without torch", "beside"],
)
def test_modules_load_without(modules, blocked):
    code = IMPORT_WITHOUT.format(modules=modules, blocked=blocked)

    run = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=120
    )

    assert run.stderr == ""
    assert run.returncode == 0
