"""The families of models by name. To add one, write its `Family` and register it here."""

from __future__ import annotations

from aecore.config import ModelConfig
from aecore.errors import ConfigError
from aecore.models.conv import ConvFamily
from aecore.models.dense import DenseFamily
from aecore.models.family import Family

FAMILIES: dict[str, Family] = {}


def register(family: Family) -> None:
    """Make a family known, in place of an earlier one of the same name."""
    FAMILIES[family.name] = family


register(DenseFamily())
register(ConvFamily())


def family_of(config: ModelConfig) -> Family:
    """Return the family of a model.

    Raises
    ------
    ConfigError
        If there is none of this name; the message lists those there are.
    """
    if config.family not in FAMILIES:
        raise ConfigError(
            f"There is no model family {config.family!r}. Choose one of: {', '.join(FAMILIES)}."
        )
    return FAMILIES[config.family]
