from django.apps import AppConfig


class AudienceConfig(AppConfig):
    name = "perenne.audience"
    label = "audience"

    def ready(self) -> None:
        """Answer for the audience's tables in personal-data requests."""
        from perenne.audience.actions.personal_data import AudienceData
        from perenne.audience.queries.dealings import ConsentDealings, LetterDealings
        from perenne.people.api import person_dealings, personal_data

        personal_data.register("audience", AudienceData())
        person_dealings.register("consents", ConsentDealings())
        person_dealings.register("letters", LetterDealings())
