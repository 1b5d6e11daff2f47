from django.apps import AppConfig


class AudienceConfig(AppConfig):
    name = "perenne.audience"
    label = "audience"

    def ready(self) -> None:
        """Answer for the audience's tables in personal-data requests."""
        from perenne.audience.actions.personal_data import AudienceData
        from perenne.people.api import personal_data

        personal_data.register("audience", AudienceData())
