"""Whoever keeps a row about a person must be able to hand it over and erase it (R33)."""

from django.apps import apps

from perenne.people.api import personal_data
from perenne.people.models import Person


def test_every_table_about_a_person_has_a_personal_data_handler():
    handled = {table for _key, handler in personal_data for table in handler.tables}
    tables = {
        model._meta.label_lower
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is Person
    }
    assert tables - handled == set()
