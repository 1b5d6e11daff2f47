from django.apps import AppConfig


class BilanConfig(AppConfig):
    name = "perenne.bilan"
    label = "bilan"
