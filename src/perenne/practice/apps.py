from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "perenne.practice"
    label = "practice"

    def ready(self) -> None:
        """Answer personal-data requests."""
        from perenne.people.api import personal_data
        from perenne.practice.personal_data import PracticeOfAPerson

        personal_data.register("practice", PracticeOfAPerson())
