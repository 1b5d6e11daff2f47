from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "perenne.practice"
    label = "practice"

    def ready(self) -> None:
        """Answer personal-data requests and say what an offer can grant."""
        from perenne.money.api import fulfilment
        from perenne.people.api import personal_data
        from perenne.practice.fulfilment import GrantPack
        from perenne.practice.personal_data import PracticeOfAPerson

        personal_data.register("practice", PracticeOfAPerson())
        fulfilment.register("session_pack", GrantPack())
