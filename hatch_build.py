"""Put the models of the presets into the wheel, whatever else lies in `models/`."""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedModels(BuildHookInterface):
    """A hook of Hatchling, which leaves out what git ignores."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the checkpoint of every preset."""
        sys.path.insert(0, self.root)
        from aecore.presets import PRESETS  # needs the standard library alone

        folder = "models" if self.target_name == "sdist" else "aecore/_explorer/models"
        for name in PRESETS:
            file = f"{name}.safetensors"
            build_data["force_include"][f"models/{file}"] = f"{folder}/{file}"
