"""Put the templates and sample structures into the wheel; an editable install reads them in place."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = {
    "templates": "nanoos_lab/shipped/templates",
    "notebooks/dashboards": "nanoos_lab/shipped/dashboards",
    "notebooks/structures": "nanoos_lab/shipped/structures",
    "notebooks/measured.csv": "nanoos_lab/shipped/measured.csv",
}


class ShippedFilesHook(BuildHookInterface):
    """Add :data:`SHIPPED` to standard wheels only."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files, unless the build is an editable one.

        Args:
            version: ``"standard"`` or ``"editable"``.
            build_data: What the builder will do; changed in place.
        """
        if version == "standard":
            build_data["force_include"].update(SHIPPED)
