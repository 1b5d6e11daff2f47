from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "perenne.practice"
    label = "practice"

    def ready(self) -> None:
        """Answer personal-data requests and for segments; say what an offer can grant."""
        from perenne.audience.api import segment_sources
        from perenne.money.api import fulfilment
        from perenne.people.api import person_dealings, personal_data
        from perenne.practice.fulfilment import GrantPack
        from perenne.practice.personal_data import PracticeOfAPerson
        from perenne.practice.queries.dealings import SessionDealings
        from perenne.practice.queries.segments import SOURCES

        personal_data.register("practice", PracticeOfAPerson())
        fulfilment.register("session_pack", GrantPack())
        for key, source in SOURCES.items():
            segment_sources.register(key, source)
        person_dealings.register("practice", SessionDealings())
