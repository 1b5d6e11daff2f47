"""The test database: laid once per set of migrations, whole again after every test."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseOperations
from django.db.backends.sqlite3.creation import DatabaseCreation
from django.test import TransactionTestCase

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "var" / "tests"


def _template() -> Path:
    """Return where the database that these migrations lay is kept."""
    told = hashlib.sha256()
    for path in (
        *sorted((ROOT / "src" / "perenne").glob("*/migrations/*.py")),
        ROOT / "src" / "perenne" / "core" / "append_only.py",
        ROOT / "config" / "settings.py",
        ROOT / "requirements-dev.txt",
    ):
        told.update(path.read_bytes())
    return TEMPLATES / f"{told.hexdigest()[:16]}.sqlite3"


def _keep(template: Path) -> None:
    """Copy the database, as the migrations laid it, for the next session."""
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    for older in TEMPLATES.glob("*.sqlite3"):
        if older != template:
            older.unlink(missing_ok=True)
    partial = template.with_suffix(f".{os.getpid()}")
    connection.ensure_connection()
    with closing(sqlite3.connect(partial)) as target:
        connection.connection.backup(target)
    partial.replace(template)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Name PostgreSQL's test database after this checkout: two may be tested at once."""
    if connection.vendor == "postgresql":
        settings = connection.settings_dict
        name = settings["TEST"].get("NAME") or f"test_{settings['NAME']}"
        checkout = hashlib.sha256(bytes(ROOT)).hexdigest()[:8]
        settings["TEST"]["NAME"] = f"{name}_{checkout}"


@pytest.fixture(scope="session")
def _copied_template():
    """Begin from the kept copy on SQLite: migrations take most of a minute."""
    template = _template()
    plain, copies = DatabaseCreation._create_test_db, []

    def create(self, verbosity, autoclobber, keepdb=False):
        name = plain(self, verbosity, autoclobber, keepdb)
        if self.is_in_memory_db(name) and template.exists():
            copies.append(sqlite3.connect(name, uri=True))
            with closing(
                sqlite3.connect(f"{template.as_uri()}?mode=ro", uri=True)
            ) as source:
                source.backup(copies[-1])
        return name

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseCreation, "_create_test_db", create)
        yield copies


@pytest.fixture(scope="session")
def django_db_setup(_copied_template, django_db_setup, django_db_blocker):
    """Lay the database; put back what migrations wrote after tests that commit."""
    with django_db_blocker.unblock():
        in_memory = (
            connection.vendor == "sqlite"
            and connection.creation.is_in_memory_db(connection.settings_dict["NAME"])
        )
        if in_memory and not _copied_template:
            _keep(_template())
        for copy in _copied_template:
            copy.close()
        first_rows = connection.creation.serialize_db_to_string()

    def empty_and_refill(_self):
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
        connection.creation.deserialize_db_from_string(first_rows)
        # A row may have asked for its content type before that was put back.
        ContentType.objects.clear_cache()
        _count_on()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_and_refill)
        patch.setattr(DatabaseOperations, "sql_flush", _flush_past_kept_rows())
        yield


def _count_on():
    """Let PostgreSQL number new rows after those that were put back by their numbers."""
    tables = [model for model in apps.get_models() if model._meta.managed]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


def _flush_past_kept_rows():
    """Let the end of a test that commits empty append-only tables on SQLite too."""
    plain = DatabaseOperations.sql_flush

    def sql_flush(self, style, tables, **options):
        statements = plain(self, style, tables, **options)
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
                "AND (name LIKE '%_no_update' OR name LIKE '%_no_delete')"
            )
            kept = cursor.fetchall() if statements else []
        drops = [f'DROP TRIGGER "{name}"' for name, _sql in kept]
        return [*drops, *statements, *(sql for _name, sql in kept)]

    return sql_flush
