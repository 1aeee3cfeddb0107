"""What the two set-up commands install is what the package says that it needs."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from aecore.cli.result import APP_PACKAGES

REPOSITORY = Path(__file__).resolve().parents[1]
CONFIGURATION = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = CONFIGURATION["project"]
APP = [Requirement(text) for text in PROJECT["optional-dependencies"]["app"]]
SWEEP = [Requirement(text) for text in PROJECT["optional-dependencies"]["sweep"]]
NOTEBOOK = [Requirement(text) for text in PROJECT["optional-dependencies"]["notebook"]]
NEEDED = [*map(Requirement, PROJECT["dependencies"]), *APP, *SWEEP]
IMPORT_NAMES = {"pillow": "PIL", "scikit-image": "skimage"}


def pins(name):
    """The version of each package that a file of requirements pins."""
    lines = (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
    pinned = [line.partition("#")[0].strip() for line in lines if not line.startswith("-r ")]
    return dict(line.split("==") for line in pinned)


def test_the_pins_name_the_packages_of_the_core_and_the_extras():
    assert set(pins("requirements.txt")) == {needed.name for needed in NEEDED}


@pytest.mark.parametrize("needed", [*NEEDED, *NOTEBOOK], ids=lambda needed: needed.name)
def test_a_pinned_version_lies_in_the_range_of_the_package(needed):
    pinned = pins("requirements.txt") | pins("tests/requirements.txt")

    assert needed.specifier.contains(pinned[needed.name])


def test_the_tests_add_the_builder_of_the_wheel_and_pin_nothing_again():
    added = pins("tests/requirements.txt")
    builder = Requirement(*CONFIGURATION["build-system"]["requires"])

    assert builder.specifier.contains(added[builder.name])
    assert not set(added) & set(pins("requirements.txt"))


def test_the_command_line_knows_what_the_extra_installs():
    assert set(APP_PACKAGES) == {IMPORT_NAMES.get(each.name, each.name) for each in APP}
