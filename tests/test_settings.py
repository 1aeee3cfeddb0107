"""One definition of a setting: what is derived from it."""

import dataclasses
from typing import Annotated

import pytest

from aecore.cli import train as train_command
from aecore.config import ModelConfig, NoiseConfig, Serializable, TrainConfig
from aecore.errors import ConfigError
from aecore.settings import Choice, Number, Switch, Widths, settings_of, whole

pytest_plugins = ["tests.support.command_line"]

LAYERS = whole("The width of a layer", 1, 9, limits=(2, 8)), whole("The number of layers", 1, 2)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Example(Serializable):
    count: Annotated[int, whole("Count of things", 1, 5000, tag="c{}", unit="things"), "How many."]
    share: Annotated[float, Number("Share", 0.0, 1.0, limits=(0.1, 0.9)), "How much."] = 0.5
    kind: Annotated[str, Choice("Kind", ("a_b", "c")), "Which."] = "c"
    on: Annotated[bool, Switch("Quick"), "Whether."] = False
    widths: Annotated[tuple[int, ...], Widths("Widths", *LAYERS), "How wide."] = (3,)
    rest: str = ""


SETTINGS = settings_of(Example)


@pytest.mark.parametrize("config", [ModelConfig, NoiseConfig, TrainConfig])
def test_every_field_of_a_configuration_is_a_setting_with_a_label_and_help(config):
    settings = settings_of(config)

    assert {field.name for field in dataclasses.fields(config)} - set(settings) <= {
        "restarts",
        "level",
        "input_shape",  # of the data
    }
    assert all(setting.label and setting.help for setting in settings.values())


def test_no_two_settings_are_called_the_same_in_a_file_name():
    settings = settings_of(ModelConfig) | settings_of(TrainConfig)

    numbers = [setting.tag for setting in settings.values() if isinstance(setting, Number)]
    assert "{}" not in numbers
    assert len(set(numbers)) == len(numbers)


def test_fields_are_checked_when_a_configuration_is_made():
    made = Example(count=2, widths=[4, 5])

    assert made.widths == (4, 5)
    for wrong in ({"count": 0}, {"share": 1.5}, {"kind": "d"}, {"on": 1}, {"widths": (3, 10)}):
        with pytest.raises(ConfigError, match="|".join(wrong)):
            dataclasses.replace(made, **wrong)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("share", 0.95, "Share must be a number from 0.1 to 0.9, not 0.95"),
        ("widths", (9,), "The width of a layer must be a whole number from 2 to 8, not 9"),
        ("widths", (4, 4, 4), "The number of layers must be a whole number from 1 to 2, not 3"),
    ],
)
def test_the_limits_of_the_app_are_said_with_the_label(name, value, message):
    with pytest.raises(ConfigError, match=message):
        SETTINGS[name].check_limit(value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", "7", 7),
        ("count", "many", "many"),  # for the configuration to refuse
        ("share", ".25", 0.25),
        ("kind", "a_b", "a_b"),
        *(("widths", text, (8, 4)) for text in ("8,4", "8, 4", "8 4", "8-4", "8;4,")),
    ],
)
def test_a_value_is_read_from_what_a_person_types(name, text, value):
    assert SETTINGS[name].read(text) == value


@pytest.mark.parametrize("text", ["", "8,,x", "eight", "8.5", "--8"])
def test_widths_that_cannot_be_read_are_refused(text):
    with pytest.raises(ConfigError, match="Widths must be whole numbers"):
        SETTINGS["widths"].read(text)


@pytest.mark.parametrize(
    ("name", "value", "title", "tag"),
    [
        ("count", 7, "count of things 7", "c7"),
        ("share", 0.25, "share 0.25", "0.25"),
        ("kind", "a_b", "kind a b", "ab"),
        ("on", True, "quick", "quick"),
        ("on", False, "not quick", "notquick"),
        ("widths", (8, 4), "widths 8-4", "8-4"),
    ],
)
def test_a_changed_value_reads_well_in_a_title_and_in_a_file_name(name, value, title, tag):
    assert SETTINGS[name].change_text(value) == title
    assert SETTINGS[name].change_tag(value) == tag


def test_the_range_is_part_of_the_description():
    assert SETTINGS["count"].describe() == "How many. 1 to 5,000 things."
    assert SETTINGS["kind"].describe() == "Which. One of a_b, c."


def test_the_command_line_takes_its_options_from_the_settings(run):
    status, out, _ = run("train", "--help")

    text = " ".join(out.split())
    assert status == 0
    for name, setting in train_command.OPTIONS.items():
        assert f"--{name.replace('_', '-')}" in text
        assert setting.describe() in text.replace("- ", "-")
