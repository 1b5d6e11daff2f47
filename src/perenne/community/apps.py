from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "perenne.community"
    label = "community"

    def ready(self) -> None:
        """Answer personal-data requests and say what an offer can grant."""
        from perenne.community.fulfilment import GrantSeat
        from perenne.community.personal_data import EventsOfAPerson
        from perenne.money.api import fulfilment
        from perenne.people.api import personal_data

        personal_data.register("community", EventsOfAPerson())
        fulfilment.register("event_seat", GrantSeat())
