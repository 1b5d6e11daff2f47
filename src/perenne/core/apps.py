from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "perenne.core"
    label = "core"
