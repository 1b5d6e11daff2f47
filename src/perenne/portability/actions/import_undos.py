"""Undo a whole import: what it made and changed, batch by batch, newest first (OP1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.tasks import task
from django.utils.translation import gettext_lazy as _

from perenne.audience.api import drop_empty_fields, effects_from, undo_import_batch
from perenne.core import clock, log
from perenne.core.errors import Refusal
from perenne.portability.models import Import, ImportBatch

if TYPE_CHECKING:
    from datetime import datetime


class NothingToUndo(Refusal):
    """The import has written nothing, is on its way, or was undone before."""

    sentence = _("There is nothing to undo in this import.")


@transaction.atomic
def start_undo(imported: Import, *, now: datetime, actor: str) -> None:
    """Queue the undo of an import that is done or has stopped.

    Raises  NothingToUndo: nothing was changed
    """
    done = Import.objects.filter(
        pk=imported.pk, state__in=[Import.State.DONE, Import.State.FAILED]
    )
    if not ImportBatch.objects.filter(imported=imported, undone_at=None).exists():
        raise NothingToUndo
    if not done.update(state=Import.State.UNDOING):
        raise NothingToUndo
    imported.refresh_from_db()
    log.record("portability.undo_started", actor=actor, obj=imported, at=now)


def run_undo(import_id: int, *, actor: str) -> Import:
    """Do the queued undo to its end; may run twice, and goes on where it was killed."""
    imported = Import.objects.get(pk=import_id)
    if imported.state != Import.State.UNDOING:
        return imported
    batches = ImportBatch.objects.filter(imported=imported, undone_at=None)
    for key in list(batches.order_by("-number").values_list("pk", flat=True)):
        _undo(key, imported, actor=actor)
    _finish(imported, actor=actor)
    imported.refresh_from_db()
    return imported


@transaction.atomic
def _undo(batch_id: int, imported: Import, *, actor: str) -> None:
    """Undo one batch unless somebody else just did."""
    now = clock.now()
    waiting = ImportBatch.objects.filter(pk=batch_id, undone_at=None)
    if waiting.update(undone_at=now):
        batch = ImportBatch.objects.get(pk=batch_id)
        undo_import_batch(
            effects_from(batch.effects),
            evidence={"undone_import": imported.pk},
            actor=actor,
            now=now,
        )


@transaction.atomic
def _finish(imported: Import, *, actor: str) -> None:
    now = clock.now()
    waiting = Import.objects.filter(pk=imported.pk, state=Import.State.UNDOING)
    if waiting.update(state=Import.State.UNDONE, finished_at=now):
        drop_empty_fields(imported.options.get("new_fields", []), actor=actor, now=now)
        log.record("portability.import_undone", actor=actor, obj=imported, at=now)


@task
def undo_in_background(import_id: int, actor: str) -> None:
    """Run a queued undo in the worker; a second run undoes nothing more."""
    run_undo(import_id, actor=actor)
