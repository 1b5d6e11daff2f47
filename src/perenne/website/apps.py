from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    name = "perenne.website"
    label = "website"
