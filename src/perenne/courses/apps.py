from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "perenne.courses"
    label = "courses"

    def ready(self) -> None:
        """Answer personal-data requests and say what an offer can grant."""
        from perenne.courses.fulfilment import GrantCourse, GrantDownload
        from perenne.courses.personal_data import LearningOfAPerson
        from perenne.money.api import fulfilment
        from perenne.people.api import personal_data

        personal_data.register("courses", LearningOfAPerson())
        fulfilment.register("course", GrantCourse())
        fulfilment.register("download", GrantDownload())
