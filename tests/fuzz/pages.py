"""Addresses of pages, and what their widgets report, in Streamlit's own test runner."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from streamlit.testing.v1 import AppTest

from aecore.checkpoints import file as checkpoint_file
from aecore.lessons import catalog as lessons
from aecore.ui.components import registry
from aecore.ui.pages import find_pages
from tests.fuzz import mutations as m
from tests.fuzz.models import LEGACY
from tests.fuzz.target import Seed, Target
from tests.fuzz.texts import DRAWING
from tests.support.pages import TIMEOUT

Report = Callable[[Any], None]
_offered: dict[str, Report] = {}
"""What the widgets of a page report to, by key and name of the report; filled as they are drawn."""
_pending: list[tuple[Report, Any]] = []
"""Reports that come in before the script runs, as a browser's do."""
_component = registry._component

REPORT = {
    "hash": "HASH",
    "z": [0.5, -1],
    "number": 3,
    "serial": 2,
    "token": "3-5",
    "frame": 4,
    "levels": DRAWING,
    "outline": [[0, 0], [9, 0], [9, 9]],
    "labels": [0, 1],
    "numbers": [1, 2, 3],
    "unit": 2,
    "id": "x",
    "lesson": "bottleneck",
    "step": 1,
    "value": "tie",
    "name": "plane",
}
"""All that any widget sends: each takes its own."""
_WIDGETS = 8
"""Of a page that report, at most."""


def _script() -> None:
    from aecore.ui import navigation
    from aecore.ui.pages import find_pages
    from tests.fuzz import pages

    name, *_ = pages._now
    while pages._pending:
        report, value = pages._pending.pop()
        report(value)
    (page,) = (page for page in find_pages() if page.name == name)
    navigation.renderer(page)()


_now: list[str] = []


def _open(page: str, query: dict[str, str]) -> AppTest:
    _now[:] = [page]
    _offered.clear()
    app = AppTest.from_function(_script, default_timeout=TIMEOUT)
    for name, value in query.items():
        app.query_params[name] = value
    return _checked(app.run())


def _checked(app: AppTest) -> AppTest:
    """Raise what the page shows as an exception."""
    for each in app.exception:
        trace = [line.strip() for line in each.stack_trace if "/aecore/" in line]
        raise RuntimeError(f"{each.value[:200]} {' '.join(trace[-1:])}")
    return app


def _noting(widget: str) -> Callable[..., Any]:
    """Return a component that notes what it reports to."""

    def draw(*, key: str, **options: Any) -> Any:
        for name, callback in options.items():
            if name.startswith("on_"):
                _offered[f"{key} {name}"] = callback.args[-1]
        return _component(widget)(key=key, **options)

    return draw


def _addresses(folder: Path) -> list[Seed]:
    links = json.loads((LEGACY / "links.json").read_text())["links"]
    seeds = [
        (link["path"].strip("/").replace("-", "_") or "map", urlencode(link["query"]).encode())
        for link in links
    ]
    names = {page.name for page in find_pages()}
    seeds += [(name, b"model=plane") for name in names]
    for lesson in lessons.listing().lessons.values():
        for number, step in enumerate(lesson.steps, 1):
            query = {"lesson": lesson.name, "step": str(number), **step.state}
            seeds.append(
                (step.page.strip("/").replace("-", "_") or "map", urlencode(query).encode())
            )
    return [seed for seed in seeds if seed[0] in names]


def _read_address(page: str, content: bytes, folder: Path) -> None:
    _open(page, dict(parse_qsl(content.decode(errors="replace"), keep_blank_values=True)))


def _reports(folder: Path) -> list[Seed]:
    """A report to each widget of every page, the lesson's beside it too."""
    registry._component = _noting
    return [
        (page.name, json.dumps({"widget": widget, "query": query, "value": REPORT}).encode())
        for page in find_pages()
        for query in ({"model": "plane"}, {"model": "plane", "lesson": "bottleneck", "step": "1"})
        for widget in range(_WIDGETS)
    ]


def plain(text: object) -> str:
    """Return a text that an address can hold."""
    return str(text)[:500].encode(errors="replace").decode()


def _send_report(page: str, content: bytes, folder: Path) -> None:
    """Open a page, and let a widget of it report."""
    try:
        sent = json.loads(content)
        query, value, widget = dict(sent["query"]), sent["value"], int(sent["widget"])
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
        return  # no report at all
    app = _open(page, {plain(key): plain(text) for key, text in query.items()})
    if isinstance(value, dict) and value.get("hash") == "HASH":
        value["hash"] = checkpoint_file.load("plane").digest
    report = list(_offered.values())[widget % len(_offered)]
    _pending.append((report, value))
    _checked(app.run())


TARGETS = [
    Target("address", _addresses, _read_address, (m.in_numbers, m.in_query), share=0.1),
    Target("report on a page", _reports, _send_report, (m.in_json,), share=0.1),
]
