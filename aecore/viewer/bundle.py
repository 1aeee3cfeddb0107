"""ES modules as the one module, and the one style sheet, that a page is given.

Every module keeps a scope of its own, so two of them may use the same name for different things.
What cannot be joined correctly is refused: circular imports, missing exports, and names that a
module declares twice.
"""

from __future__ import annotations

import functools
import posixpath
import re
from pathlib import Path
from typing import NamedTuple

from aecore.errors import AecoreError

ROOT = Path(__file__).resolve().parent / "js"
_COMMENT = re.compile(r"^[ \t]*(?://.*|/\*[\s\S]*?\*/)\n", re.MULTILINE)
_IMPORT = re.compile(r'^import \{([^}]+)\} from "([^"]+)";$', re.MULTILINE)
_DECLARATION = re.compile(r"^(export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


class BundleError(AecoreError):
    """Modules that cannot be joined."""


class Bundle(NamedTuple):
    """What a page is given."""

    script: str
    """An ES module that imports nothing."""
    styles: str
    """The style sheets that lie beside the modules and have their names."""


@functools.cache
def bundle(entry: str, root: Path = ROOT) -> Bundle:
    """Join the module `entry` and all that it imports, directly or not.

    Parameters
    ----------
    entry : str
        The text of a module, whose imports start at `root`. It alone is not wrapped in a scope:
        what it exports, the result exports.
    root : Path
        The folder of the modules.

    Raises
    ------
    BundleError
        If modules import each other in a circle, or a name is missing or declared twice.
    """
    exports: dict[str, list[str]] = {}
    scripts: list[str] = []
    styles: list[str] = []

    def add(path: str, importers: tuple[str, ...]) -> None:
        if path in importers:
            raise BundleError(f"Circular import: {' -> '.join((*importers, path))}.")
        if path in exports:
            return
        text = read_imports((root / path).read_text("utf-8"), path, (*importers, path))
        exports[path] = [name for exported, name in _DECLARATION.findall(text) if exported]
        text = re.sub("^export ", "", text, flags=re.MULTILINE)
        names = ", ".join(exports[path])
        scripts.append(f"const {_scope(path)} = (() => {{\n{text}return {{ {names} }};\n}})();\n")
        if (sheet := (root / path).with_suffix(".css")).exists():
            styles.append(sheet.read_text("utf-8"))

    def read_imports(text: str, path: str, importers: tuple[str, ...] = ()) -> str:
        """Add what a module imports, and let it take the names from there."""
        text = _COMMENT.sub("", text)
        names = [name for _, name in _DECLARATION.findall(text)]

        def take(match: re.Match[str]) -> str:
            source = posixpath.normpath(posixpath.join(posixpath.dirname(path), match[2]))
            add(source, importers)
            taken = [name.strip() for name in match[1].split(",") if name.strip()]
            if missing := [name for name in taken if name not in exports[source]]:
                raise BundleError(f"{path}: {source} does not export {', '.join(missing)}.")
            names.extend(taken)
            return f"const {{ {', '.join(taken)} }} = {_scope(source)};"

        text = _IMPORT.sub(take, text)
        if twice := {name for name in names if names.count(name) > 1}:
            raise BundleError(f"{path} declares twice: {', '.join(sorted(twice))}.")
        return text

    main = read_imports(entry, "entry")
    return Bundle("".join([*scripts, main]), "\n".join(styles))


def _scope(path: str) -> str:
    """The name of a module's scope."""
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))
