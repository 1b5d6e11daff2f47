from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "perenne.mail"
    label = "mail"
