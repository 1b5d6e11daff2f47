from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "perenne.people"
    label = "people"

    def ready(self) -> None:
        """Answer for what is known of the person themselves (R33)."""
        from perenne.people.actions.personal_data import PeopleData
        from perenne.people.domain.dealings import person_dealings
        from perenne.people.domain.personal_data import personal_data
        from perenne.people.queries import NotesAndLog

        personal_data.register("people", PeopleData())
        person_dealings.register("people", NotesAndLog())
