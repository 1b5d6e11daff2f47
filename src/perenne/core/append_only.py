"""Tables whose rows never change: the database itself refuses UPDATE and DELETE.

Used in a migration, after the table is made:

    operations = [..., KeepRows("Consent", erasable=["evidence"])]

A later migration that alters such a table on SQLite rebuilds it and loses its triggers:
end that migration with the same KeepRows again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation, OperationCategory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState
    from django.db.models import Model

_FUNCTION = """
CREATE OR REPLACE FUNCTION perenne_keep_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        MESSAGE = TG_TABLE_NAME || ' keeps its rows',
        ERRCODE = 'integrity_constraint_violation';
END $$
"""


class KeepRows(Operation):
    """Refuse UPDATE and DELETE on a model's table with IntegrityError.

    model      name of the model in the migration's app
    erasable   fields that may still be updated (personal data erased later, R33; dates
               filled in once); all others are kept
    only_when  SQL condition on OLD that limits the refusal ("OLD.state <> 'draft'");
               every row is kept without it
    """

    category = OperationCategory.SQL
    reduces_to_sql = True
    reversible = True

    def __init__(
        self, model: str, *, erasable: Sequence[str] = (), only_when: str = ""
    ) -> None:
        """Keep what to protect."""
        self.model = model
        self.erasable = tuple(erasable)
        self.only_when = only_when

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """Return how the migration writer prints it."""
        options: dict[str, Any] = {}
        if self.erasable:
            options["erasable"] = list(self.erasable)
        if self.only_when:
            options["only_when"] = self.only_when
        return self.__class__.__name__, [self.model], options

    def describe(self) -> str:
        """Say it in the migration's output."""
        return f"Refuse changes to the rows of {self.model}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing in the models: triggers live in the database only."""

    def database_forwards(  # noqa: PLR0917 - Django calls it so
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the two triggers."""
        model = to_state.apps.get_model(app_label, self.model)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            self._drop(schema_editor, model)
            self._create(schema_editor, model)

    def database_backwards(  # noqa: PLR0917 - Django calls it so
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the two triggers."""
        model = to_state.apps.get_model(app_label, self.model)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            self._drop(schema_editor, model)

    def _create(self, editor: BaseDatabaseSchemaEditor, model: type[Model]) -> None:
        postgres = editor.connection.vendor == "postgresql"
        if postgres:
            editor.execute(_FUNCTION, None)
        table = model._meta.db_table
        kept = ", ".join(
            editor.quote_name(str(field.column))
            for field in model._meta.local_concrete_fields
            if field.name not in self.erasable
        )
        body = (
            "EXECUTE FUNCTION perenne_keep_row()"
            if postgres
            else f"BEGIN SELECT RAISE(ABORT, '{table} keeps its rows'); END"
        )
        when = f"WHEN ({self.only_when}) " if self.only_when else ""
        for verb, event in (("update", f"UPDATE OF {kept}"), ("delete", "DELETE")):
            name = editor.quote_name(f"{table}_no_{verb}")
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {editor.quote_name(table)} "
                f"FOR EACH ROW {when}{body}"
            )

    def _drop(self, editor: BaseDatabaseSchemaEditor, model: type[Model]) -> None:
        table = model._meta.db_table
        on_table = (
            f" ON {editor.quote_name(table)}"
            if editor.connection.vendor == "postgresql"
            else ""
        )
        for verb in ("update", "delete"):
            name = editor.quote_name(f"{table}_no_{verb}")
            editor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")
