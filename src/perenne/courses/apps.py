from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "perenne.courses"
    label = "courses"

    def ready(self) -> None:
        """Answer personal-data requests, for segments, and say what can be granted."""
        from perenne.audience.api import segment_sources
        from perenne.courses.fulfilment import GrantCourse, GrantDownload
        from perenne.courses.personal_data import LearningOfAPerson
        from perenne.courses.queries.dealings import LearningDealings
        from perenne.courses.queries.segments import SOURCES
        from perenne.money.api import fulfilment
        from perenne.people.api import person_dealings, personal_data

        personal_data.register("courses", LearningOfAPerson())
        fulfilment.register("course", GrantCourse())
        fulfilment.register("download", GrantDownload())
        for key, source in SOURCES.items():
            segment_sources.register(key, source)
        person_dealings.register("courses", LearningDealings())
