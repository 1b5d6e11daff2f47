from __future__ import annotations

from django.apps import AppConfig


class LaunchesConfig(AppConfig):
    name = "perenne.launches"
    label = "launches"

    def ready(self) -> None:
        """Answer for the persons in the snapshots (R33), and for segments."""
        from perenne.audience.api import segment_sources
        from perenne.launches.actions.personal_data import LaunchData
        from perenne.launches.segments import SOURCES
        from perenne.people.api import personal_data

        personal_data.register("launches", LaunchData())
        for key, source in SOURCES.items():
            segment_sources.register(key, source)
