"""The pages: folders with `TITLE`, `ICON`, `PATH`, `GROUP` and `ORDER`, and `render` in
`page.py`.

A folder may say by `is_available()` that its page is left out. `page.py` may have `prepare`, which
computes for all visits what the page shows first of a checkpoint, on a `TestSet` of digits.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aecore.checkpoints.file import Checkpoint
    from aecore.ui.cache.datasets import TestSet

    Preparation = Callable[[Checkpoint, TestSet], None]


@dataclass(frozen=True, kw_only=True)
class Page:
    """An entry of the navigation."""

    name: str
    """Of the folder."""
    title: str
    icon: str
    path: str
    """Of its address; empty for the page that the app opens on."""
    group: str
    """Heading that the page is under in the navigation."""
    order: int
    """Rank in the navigation, lowest first."""

    def renderer(self) -> Callable[[], None]:
        """Import the page, which is slow, and return the function that draws it."""
        return self._module().render

    def preparation(self) -> Preparation | None:
        """Return the page's `prepare`, if it has one."""
        return getattr(self._module(), "prepare", None)

    def _module(self) -> Any:
        return importlib.import_module(f"{__name__}.{self.name}.page")


def find_pages() -> list[Page]:
    """Return all pages that are available, in the order of the navigation."""
    pages = []
    for folder in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{folder.name}")
        if not getattr(module, "is_available", lambda: True)():
            continue
        pages.append(
            Page(
                name=folder.name,
                title=module.TITLE,
                icon=module.ICON,
                path=module.PATH,
                group=module.GROUP,
                order=module.ORDER,
            )
        )
    return sorted(pages, key=lambda page: page.order)
