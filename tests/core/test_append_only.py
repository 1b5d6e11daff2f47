"""The rows of a kept table: added, read, never changed."""

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.state import ProjectState

from perenne.core.append_only import KeepRows

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept_table():
    """A table `core_slip` (number, note, state): made, protected, thrown away."""

    def make(**options):
        state = ProjectState()
        with connection.schema_editor(atomic=True) as editor:
            create = models_operation()
            create.state_forwards("core", state)
            create.database_forwards("core", editor, ProjectState(), state)
            KeepRows("Slip", **options).database_forwards("core", editor, state, state)
        return state.apps.get_model("core", "Slip")

    return make


def models_operation():
    from django.db.migrations import CreateModel

    fields = [("id", models.BigAutoField(primary_key=True))]
    fields += [(name, models.CharField(max_length=9)) for name in ("number", "note")]
    return CreateModel("Slip", fields)


@pytest.fixture(autouse=True)
def _constraints_off_for_schema_changes():
    """SQLite's schema editor wants foreign keys unchecked inside a transaction."""
    if connection.vendor != "sqlite":
        yield
        return
    editor = connection.SchemaEditorClass
    enter = editor.__enter__
    editor.__enter__ = lambda self: super(editor, self).__enter__()
    leave = editor.__exit__
    editor.__exit__ = lambda self, *error: super(editor, self).__exit__(*error)
    yield
    editor.__enter__, editor.__exit__ = enter, leave


def _refused(change):
    refused = pytest.raises(IntegrityError, match="core_slip keeps its rows")
    with refused, transaction.atomic():
        change()


def test_a_kept_row_refuses_update_and_delete(kept_table):
    slip = kept_table().objects.create(number="1", note="a")
    rows = type(slip).objects
    _refused(lambda: rows.update(note="b"))
    _refused(lambda: rows.all().delete())
    assert list(rows.values_list("number", "note")) == [("1", "a")]


def test_an_erasable_field_may_change_and_the_others_not(kept_table):
    slip = kept_table(erasable=["note"]).objects.create(number="1", note="a")
    rows = type(slip).objects
    rows.update(note="")
    _refused(lambda: rows.update(number="2"))
    assert list(rows.values_list("number", "note")) == [("1", "")]


def test_a_condition_limits_what_is_kept(kept_table):
    table = kept_table(only_when="OLD.note <> 'draft'")
    table.objects.create(number="1", note="draft")
    table.objects.update(number="2", note="issued")
    _refused(lambda: table.objects.update(number="3"))
    assert list(table.objects.values_list("number", "note")) == [("2", "issued")]


def test_the_operation_prints_itself():
    operation = KeepRows("Slip", erasable=["note"])
    assert operation.deconstruct() == ("KeepRows", ["Slip"], {"erasable": ["note"]})
