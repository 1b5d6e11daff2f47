from __future__ import annotations

from django.apps import AppConfig


class LaunchesConfig(AppConfig):
    name = "perenne.launches"
    label = "launches"

    def ready(self) -> None:
        """Answer for the persons in the snapshots (R33)."""
        from perenne.launches.actions.personal_data import LaunchData
        from perenne.people.api import personal_data

        personal_data.register("launches", LaunchData())
