from django.apps import AppConfig


class MembershipsConfig(AppConfig):
    name = "perenne.memberships"
    label = "memberships"

    def ready(self) -> None:
        """Answer personal-data requests, say what can be granted, answer for segments."""
        from perenne.audience.api import segment_sources
        from perenne.memberships.dealings import PassDealings
        from perenne.memberships.fulfilment import GrantTier
        from perenne.memberships.personal_data import PassesOfAPerson
        from perenne.memberships.segments import SOURCES
        from perenne.money.api import fulfilment
        from perenne.people.api import person_dealings, personal_data

        personal_data.register("memberships", PassesOfAPerson())
        fulfilment.register("tier", GrantTier())
        for key, source in SOURCES.items():
            segment_sources.register(key, source)
        person_dealings.register("memberships", PassDealings())
