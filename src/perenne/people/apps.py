from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "perenne.people"
    label = "people"
