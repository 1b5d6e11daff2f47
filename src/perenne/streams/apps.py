from django.apps import AppConfig


class StreamsConfig(AppConfig):
    name = "perenne.streams"
    label = "streams"
