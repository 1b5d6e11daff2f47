"""Fixtures that every test may use: a frozen instant, the business, people, clients."""

from __future__ import annotations

import gettext
from datetime import UTC, datetime

import hypothesis
import pytest
from django.test import override_settings
from django.utils.translation import trans_real

from config.messages import compile_catalogues
from perenne.core import clock
from perenne.core.actions import set_up_business
from tests.database import (
    _copied_template,
    django_db_modify_db_settings,
    django_db_setup,
)

__all__ = [
    "_copied_template",
    "django_db_modify_db_settings",
    "django_db_setup",
]


def pytest_configure(config):
    """Compile the translation catalogues once, before any test reads them."""
    if not hasattr(config, "workerinput") and compile_catalogues():
        # Django may have read the older ones, and Python keeps what it read by path.
        trans_real._translations.clear()
        gettext._translations.clear()


# The same examples everywhere, and no failure because a machine was busy.
hypothesis.settings.register_profile(
    "suite",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def _own_data_folder(tmp_path_factory):
    """Give each test process its own folder: files and the mail engine's lock lie there."""
    data = tmp_path_factory.mktemp("data")
    with override_settings(
        DATA=data, MEDIA_ROOT=data / "media", PRIVATE_ROOT=data / "private"
    ):
        yield


NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)  # a Tuesday, 10:30 in Paris


@pytest.fixture
def now():
    """The instant at which tests happen, aware, in UTC."""
    return NOW


@pytest.fixture(autouse=True)
def _frozen_clock():
    with clock.frozen(NOW):
        yield


@pytest.fixture(autouse=True)
def _data_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"
    private = {
        **settings.STORAGES["private"],
        "OPTIONS": {"location": settings.PRIVATE_ROOT, "base_url": None},
    }
    settings.STORAGES = {**settings.STORAGES, "private": private}


@pytest.fixture
def business(db, now):
    """A French micro-entrepreneur in VAT franchise."""
    return set_up_business(
        actor="owner",
        now=now,
        name="Atelier Boréal",
        owner_name="Camille Moreau",
        email="camille@boreal.example",
        street="12 rue des Tilleuls",
        postcode="69003",
        city="Lyon",
        siren="732829320",
        phone="+33 4 78 00 00 00",
        mediator="Médiateur de la consommation, 1 place du Marché, 75001 Paris",
        host="Boréal, 12 rue des Tilleuls, 69003 Lyon, +33 4 78 00 00 00",
    )


@pytest.fixture
def make_person(db, now):
    """Add a person by address: make_person("ana@example.org", name="Ana")."""
    from perenne.people.api import find_or_add_person

    def make(email="ana@example.org", **fields):
        return find_or_add_person(email=email, now=now, actor="system", **fields)

    return make


@pytest.fixture
def person(make_person):
    return make_person("ana@example.org", name="Ana Silva")


@pytest.fixture
def owner(business, now):
    """The owner's account."""
    from perenne.people.api import add_owner

    return add_owner(email="camille@boreal.example", name="Camille Moreau", now=now)


@pytest.fixture
def owner_client(client, owner):
    """A browser signed in as the owner."""
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def member_client(client, person, now):
    """A browser signed in as `person`."""
    from perenne.people.api import open_account

    user = open_account(person, now=now)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
