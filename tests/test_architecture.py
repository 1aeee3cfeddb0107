"""Imports point one way, and each part loads with no more than it needs."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "aecore"

# From the bottom: a package imports from itself and from those before it, inside functions too.
PACKAGES = (
    "errors", "system", "validation", "settings", "corruptions", "config", "presets", "imaging",
    "digits", "latent", "data", "models", "training", "analysis", "checkpoints", "charts",
    "recognition", "jobs", "experiment", "estimator", "sweeps", "lessons", "viewer", "export",
    "ui", "bench", "cli", "__main__",
)  # fmt: skip
RANK = {package: rank for rank, package in enumerate(PACKAGES)}

TRAINING_CORE = [
    "config",
    "corruptions",
    "presets",
    "data.noise",
    "models.autoencoder",
    "training.loop",
    "checkpoints.file",
    "models.inference",
]
TRAINING_TOOLS = [
    *TRAINING_CORE,
    *["analysis.evaluation", "experiment", "cli.models", "cli.train", "cli.parser"],
]
SWEEPS = ["cli.parser", "sweeps.store", "sweeps.answers", "sweeps.task"]
BESIDE = "data.sources digits.reader latent.neighbors analysis.metrics models.pca charts.latent_map"


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

    # The bench has a Streamlit app of its own to compare with, and a client of any.
    in_bench = path.name in ("server_slider.py", "session.py") and part_of(path) == "bench"
    in_ui = path.name == "app.py" or in_bench or part_of(path) == "ui"
    assert in_ui or "streamlit" not in roots
    draws = in_ui or part_of(path) == "charts"
    assert draws or "plotly" not in roots


def test_adapters_alone_name_the_elements_of_streamlit():
    """What changes with Streamlit is in few places: its calls in the browser, and its markup."""
    sources = [
        path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".js", ".css", ".html")
    ]
    outside = [path for path in sources if "adapters" not in path.relative_to(PACKAGE).parts]
    assert len(outside) > 200

    names = re.compile(r"setTriggerValue|setStateValue|data-testid")
    naming = [path for path in outside if names.search(path.read_text(encoding="utf-8"))]

    assert [str(path.relative_to(PACKAGE)) for path in naming] == []


@BY_NAME
def test_the_cluster_is_for_sweeps_alone(path):
    roots = {name.split(".")[0] for name in imported(path)}

    own = path.parent.name == "sweeps" and path.parents[1] == PACKAGE
    assert own or not roots & {"dask", "distributed"}


@BY_NAME
def test_a_package_imports_from_itself_and_lower_ones_only(path):
    top = path.name == "app.py" or path == PACKAGE / "__init__.py"
    own = None if top else part_of(path)
    rank = len(PACKAGES) if top else RANK[own]  # a new package needs a place above

    for name in imported(path):
        root, _, rest = name.partition(".")
        target = rest.split(".")[0]
        if root == "aecore" and target and target != own:
            assert RANK[target] < rank, f"{name} is no lower than {own}"


def test_every_package_in_the_order_exists():
    there = {part_of(path) for path in PACKAGE.rglob("*.py")} - {"__init__"}

    assert set(RANK) == there


def test_at_most_ten_modules_stand_on_the_ground_floor():
    assert len([*PACKAGE.glob("*.py")]) <= 10


def module_of(path):
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_files_import_each_other_in_a_circle():
    modules = {module_of(path): path for path in FILES}
    needs = {
        name: {other for other in imported(path) if other in modules and other != name}
        for name, path in modules.items()
    }

    assert list(TopologicalSorter(needs).static_order())  # raises CycleError, which names them


def test_no_page_imports_another_page():
    pages = PACKAGE / "ui" / "pages"
    for path in pages.rglob("*.py"):
        own = f"aecore.ui.pages.{path.relative_to(pages).parts[0]}."
        foreign = [
            name
            for name in imported(path)
            if name.startswith("aecore.ui.pages.") and not f"{name}.".startswith(own)
        ]
        assert foreign == [], path


def test_app_is_page_config_and_navigation_and_what_the_browser_needs_first():
    body = ast.parse((REPOSITORY / "app.py").read_text(encoding="utf-8")).body

    kinds = [type(node) for node in body]
    first = [ast.ImportFrom, ast.Expr]
    assert kinds == [ast.Expr, ast.Import, *first, ast.ImportFrom, ast.Expr, ast.Expr]
    docstring, _, _, fetch, _, config, navigation = body
    assert isinstance(docstring.value, ast.Constant)
    assert ast.unparse(fetch.value) == "chart_code.fetch()"
    assert ast.unparse(config.value.func) == "st.set_page_config"
    assert ast.unparse(navigation.value) == "navigation.pages().run()"


IMPORT_WITHOUT = """
import importlib, importlib.abc, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)

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
        (
            ("checkpoints.file", "cli.parser"),
            {"torch", "sklearn", "scipy", "PIL", "streamlit", "plotly"},
        ),
        (BESIDE.split(), {"streamlit", "torch"}),
        (["ui.navigation", "ui.pages.map.page"], {"torch", "sklearn", "scipy", "skimage"}),
        (SWEEPS, {"distributed", "dask", "streamlit", "plotly"}),
        (["presets"], {"numpy", "torch", "safetensors", "sklearn", "scipy"}),
    ],
    ids=[
        "training without an app",
        "training alone",
        "listing without torch",
        "beside",
        "first map",
        "sweeps without a cluster",
        "presets for the build of a wheel",
    ],
)
def test_modules_load_without(modules, blocked):
    code = IMPORT_WITHOUT.format(modules=modules, blocked=blocked)

    run = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=120
    )

    assert run.stderr == ""
    assert run.returncode == 0
