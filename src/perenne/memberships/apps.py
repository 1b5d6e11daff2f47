from django.apps import AppConfig


class MembershipsConfig(AppConfig):
    name = "perenne.memberships"
    label = "memberships"

    def ready(self) -> None:
        """Answer personal-data requests, say what can be granted and who has left."""
        from perenne.audience.api import segment_sources
        from perenne.memberships.fulfilment import GrantTier
        from perenne.memberships.personal_data import PassesOfAPerson
        from perenne.memberships.segments import FormerMembers
        from perenne.money.api import fulfilment
        from perenne.people.api import personal_data

        personal_data.register("memberships", PassesOfAPerson())
        fulfilment.register("tier", GrantTier())
        segment_sources.register("has_left", FormerMembers())
