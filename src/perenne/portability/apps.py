from django.apps import AppConfig


class PortabilityConfig(AppConfig):
    name = "perenne.portability"
    label = "portability"
