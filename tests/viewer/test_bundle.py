"""Modules are joined into one that does what they do; what cannot be joined is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aecore.ui.components.registry import entry
from aecore.viewer.bundle import ROOT, BundleError, bundle
from aecore.viewer.widgets import WIDGETS, mount_import

STREAMLIT = re.compile(r"setTriggerValue|setStateValue|data-testid|st-key-|--st-|[sS]treamlit")


def write(root: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (root / f"{name}.js").write_text(text)
    return root


def test_modules_come_before_those_that_import_them_and_only_once(tmp_path):
    root = write(
        tmp_path,
        a='import { c } from "./c.js";\nexport const a = c + 1;\n',
        b='import { c } from "./c.js";\nexport function b() {}\n',
        c="export const c = 1;\n",
        unused="export const u = 1;\n",
    )

    script = bundle(
        'import { a } from "./a.js";\nimport { b } from "./b.js";\nexport { a };\n', root
    )

    assert re.findall(r"const \$(\w+) = \(\(\) =>", script.script) == ["c", "a", "b"]
    assert script.script.endswith("const { a } = $a;\nconst { b } = $b;\nexport { a };\n")


def test_two_modules_may_use_one_name_for_different_things(tmp_path):
    root = write(
        tmp_path,
        a="const SIZE = 1;\nexport const a = () => SIZE;\n",
        b="const SIZE = 2;\nexport const b = () => SIZE;\n",
    )

    script = bundle('import { a } from "./a.js";\nimport { b } from "./b.js";\n', root).script

    assert script.count("SIZE = ") == 2
    assert "return { a };" in script


def test_comments_stay_behind_and_style_sheets_come_along(tmp_path):
    root = write(tmp_path, a="// Why.\n\n/** What. */\nexport const a = 1; // this stays\n")
    (root / "a.css").write_text(".a { color: red; }\n")

    script, styles = bundle('import { a } from "./a.js";\n', root)

    assert "Why" not in script
    assert "What" not in script
    assert "// this stays" in script
    assert styles == ".a { color: red; }\n"


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ({"a": 'import { b } from "./b.js";\n', "b": 'import { a } from "./a.js";\n'}, "Circular"),
        ({"a": 'import { b } from "./b.js";\n', "b": "const b = 1;\n"}, "does not export b"),
        (
            {"a": 'import { b } from "./b.js";\nconst b = 2;\n', "b": "export const b = 1;\n"},
            "twice",
        ),
    ],
)
def test_what_cannot_be_joined_is_refused(tmp_path, modules, message):
    with pytest.raises(BundleError, match=message):
        bundle('import { a } from "./a.js";\n', write(tmp_path, **modules))


def test_all_widgets_fit_into_one_module_without_streamlit():
    script, styles = bundle("".join(mount_import(name) for name in WIDGETS))

    for _, function in WIDGETS.values():
        assert f"const {{ {function} }}" in script
    assert not STREAMLIT.search(script + styles)


@pytest.mark.parametrize("name", [*WIDGETS, "ear"])
def test_a_component_exports_what_streamlit_calls_and_imports_nothing(name):
    script = bundle(entry(name)).script

    assert re.search(r"^export default ", script, re.MULTILINE)
    assert not re.search(r"^import ", script, re.MULTILINE)


def test_only_the_adapter_names_streamlit():
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.*")
        if path.suffix in (".js", ".css") and STREAMLIT.search(path.read_text("utf-8"))
    }

    assert found == {"adapters/streamlit.js", "adapters/streamlit.css"}
