"""Imports: what was brought in, from which file, and which rows were refused."""

from __future__ import annotations

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def _private() -> Storage:
    return storages["private"]


class Import(models.Model):
    """One file of contacts brought in (OP1).

    digest       SHA-256 of the file: the same one is known again
    mapping      the file's column → where it goes (domain.formats.base.TARGETS)
    columns_key  what files of the same tool and columns share: their mapping is remembered
    layout       domain.files.ContactFile as JSON
    options      {"tags": [...] for everybody, "silent": state of rows that say none,
                 "new_fields": ids of the custom fields it made}
    summary      {"states": {state: contacts}, "words": {word of state we do not know: n}}
    bytes_done   how far the file was read, of bytes_total
    """

    class Basis(models.TextChoices):
        CONSENT = "consent", _("They agreed to receive my letters")
        SALE = "sale", _("They are customers of mine (similar products)")
        B2B = "b2b", _("Professionals, about their trade")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("to check")
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("stopped")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    file = models.FileField(storage=_private, upload_to="imports/", max_length=300)
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, blank=True, db_index=True)
    basis = models.CharField(max_length=10, choices=Basis, blank=True)
    mapping = models.JSONField(default=dict)
    columns_key = models.CharField(max_length=64, blank=True, db_index=True)
    layout = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    problem = models.CharField(max_length=40, blank=True)
    bytes_total = models.BigIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    error_file = models.FileField(
        storage=_private, upload_to="imports/", max_length=300, blank=True
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    added_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="uploaded") | Q(state="failed") | ~Q(basis=""),
                name="import_names_its_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.added_at:%Y-%m-%d %H:%M})"


class ImportBatch(models.Model):
    """A thousand rows of an import that are in: written with them, in one transaction.

    An import that was killed goes on after its last batch; an undo goes back over them.

    number   of the batch in the file, from 0
    counts   {"rows", "created", "updated", "unchanged", "refused", "states", "words"}
    effects  audience.ImportEffects as JSON
    """

    imported = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    effects = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["imported", "number"], name="import_batch_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.imported_id} {self.number}"


class ImportRow(models.Model):
    """A row of the file that was refused, kept so that it can be mended and sent again.

    part  the table it stands in, for a zip of several; "" else
    """

    imported = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=255, blank=True)
    line = models.PositiveIntegerField()
    code = models.CharField(max_length=20)
    column = models.CharField(max_length=200, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    cells = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["imported", "part", "line"], name="one_reason_per_refused_line"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.code}"
