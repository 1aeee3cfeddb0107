"""`export`: an explorer in one HTML file."""

import base64
import re
import zlib
from dataclasses import replace

import pytest

from aecore.checkpoints import file as checkpoint_file

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")


def test_a_file_is_written_and_described(run_json, models, tmp_path):
    out = tmp_path / "new" / "explorer.html"
    (name, *_) = sorted(path.stem for path in models.glob("*.safetensors"))

    status, found = run_json("export", name, "--out", str(out), "--title", "My digits")

    assert status == 0
    assert found == {"path": str(out), "bytes": out.stat().st_size, "models": [name]}
    assert "<title>My digits</title>" in out.read_text()


def test_pictures_come_from_the_data_that_the_model_was_trained_on(
    run, run_json, models, digits, tmp_path
):
    out = tmp_path / "explorer.html"

    status, _ = run_json("export", "tiny", "--out", str(out), "--pictures", "7")

    assert status == 0
    (held,) = re.findall('id="pictures">([^<]+)<', out.read_text())
    content = zlib.decompress(base64.b85decode(held.translate(str.maketrans(":,.", "&<>"))))
    assert content.endswith(digits.test_images[:7].tobytes())

    checkpoint = checkpoint_file.load(models / "tiny.safetensors")
    other = replace(checkpoint, card=replace(checkpoint.card, fingerprint="0" * 16))
    checkpoint_file.save(other, models / "other.safetensors")
    status, _, err = run("export", "other", "--out", str(tmp_path / "x.html"), "--pictures", "7")
    assert status == 1
    assert "other was trained on other data" in err


def test_an_unknown_model_is_one_line(run, tmp_path):
    status, _, err = run("export", "nobody", "--out", str(tmp_path / "x.html"))

    assert status == 1
    assert err.startswith("aecore: There is no model 'nobody'")
    assert not (tmp_path / "x.html").exists()
