"""The page that holds an explorer."""

import base64
import hashlib
import json
import re

import pytest

from aecore.errors import AecoreError, ConfigError
from aecore.export import page
from aecore.viewer.bundle import ROOT, bundle
from tests.support.checkpoint_files import small_checkpoint


@pytest.fixture(scope="module")
def html():
    return page.to_html([small_checkpoint()], title="Codes & <digits>")


def test_the_policy_allows_the_one_script_alone(html):
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', html)
    (script,) = re.findall(r'<script type="module">(.*?)</script>', html, re.DOTALL)

    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def test_nothing_is_fetched(html):
    outside = [url for url in re.findall(r'(?:src|href)="([^"]*)"', html) if url != "data:,"]

    assert outside == []
    assert "plotly" not in html.lower()


def test_a_title_is_a_text(html):
    assert "<title>Codes &amp; &lt;digits&gt;</title>" in html


def test_most_of_the_script_is_the_apps():
    script = bundle(page._ENTRY).script

    parts = re.split(r"^const \$(\w+) = \(\(\) => \{\n", script, flags=re.MULTILINE)
    lines = dict(zip(parts[1::2], (part.count("\n") for part in parts[2::2]), strict=True))
    own = sum(count for name, count in lines.items() if name.startswith("adapters_html"))
    assert 0 < own < 0.15 * sum(lines.values())


def test_no_module_of_the_page_names_another_host():
    for path in (ROOT / "adapters/html").rglob("*.js"):
        assert "treamlit" not in path.read_text()


def test_it_opens_on_an_address_that_cannot_end_its_element():
    address = {"model": "plane", "z": "0,-4", "page": None, "other": "</script>"}

    html = page.to_html([small_checkpoint()], address=address)

    (text,) = re.findall(r'<script type="application/json" id="settings">(.*?)</script>', html)
    found = json.loads(text)["address"]
    assert found == {name: value for name, value in address.items() if value}


@pytest.mark.parametrize("count", [0, 2])
def test_models_are_told_apart_by_their_names(count):
    with pytest.raises(ConfigError, match=r"no model|Two models"):
        page.to_html([small_checkpoint()] * count)


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(AecoreError, match="cannot be written"):
        page.write_html(tmp_path / "file" / "x.html", "")
