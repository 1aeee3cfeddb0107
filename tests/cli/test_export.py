"""`export`: an explorer in one HTML file."""

import pytest

pytest_plugins = ["tests.support.command_line"]
pytestmark = pytest.mark.usefixtures("torch_threads")


def test_a_file_is_written_and_described(run_json, models, tmp_path):
    out = tmp_path / "new" / "explorer.html"
    (name, *_) = sorted(path.stem for path in models.glob("*.safetensors"))

    status, found = run_json("export", name, "--out", str(out), "--title", "My digits")

    assert status == 0
    assert found == {"path": str(out), "bytes": out.stat().st_size, "models": [name]}
    assert "<title>My digits</title>" in out.read_text()


def test_an_unknown_model_is_one_line(run, tmp_path):
    status, _, err = run("export", "nobody", "--out", str(tmp_path / "x.html"))

    assert status == 1
    assert err.startswith("aecore: There is no model 'nobody'")
    assert not (tmp_path / "x.html").exists()
