from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "perenne.backoffice"
    label = "backoffice"
