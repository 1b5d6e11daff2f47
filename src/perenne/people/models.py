"""Persons, and the accounts that sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Accounts(BaseUserManager["User"]):
    """Creates accounts keyed by e-mail; passwords are not used to sign in."""

    def create_user(self, email: str, **fields: Any) -> User:
        """Create an account without a password."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_unusable_password()
        user.save()
        return user

    def create_superuser(self, email: str, **fields: Any) -> User:
        """Create the owner's account."""
        fields.pop("password", None)
        return self.create_user(email, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """An account that signs in: the owner, the team, or a member."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Accounts] = Accounts()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Person(models.Model):
    """One human being per e-mail address, over everything they do here (AE1).

    email       stored lower case and trimmed; unique
    search_name the name in lower case, kept by the database, to search by its start
    time_zone   IANA name, "" until known
    source      where they first came from: page, campaign, import (AE23)
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    search_name = models.GeneratedField(
        expression=Lower("name"),
        output_field=models.CharField(max_length=200),
        db_persist=True,
        db_index=True,
    )
    language = models.CharField(max_length=5, default="fr")
    time_zone = models.CharField(max_length=64, blank=True)
    country = models.CharField(max_length=2, blank=True)
    source = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(db_index=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="person_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class PersonNote(models.Model):
    """What the owner wants to remember about a person; the person may read it (R33).

    actor  who wrote it, as the log names them
    """

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    text = models.TextField(_("Note"))
    actor = models.CharField(max_length=64)
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("note")
        indexes = [models.Index(fields=["person", "-id"], name="note_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.written_at:%Y-%m-%d}"


class PersonalDataRequest(models.Model):
    """A person's wish to be erased, until it is answered (R33).

    due_on          the last day on which the law lets it be answered
    runs_at         when it is done by itself; None while the owner looks into it
    reason          what the person was told when the owner asked for more time
    closed_at       when it was done or taken back
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("request", "open")
        DONE = "done", pgettext_lazy("request", "done")
        TAKEN_BACK = "taken_back", pgettext_lazy("request", "taken back")

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    runs_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("erasure request")
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state="open"),
                name="one_open_request_per_person",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="closed_request_has_an_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="request_of_person"),
            models.Index(fields=["state", "due_on"], name="request_due"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.asked_at:%Y-%m-%d}"


class OwnerLink(models.Model):
    """A link that signs the owner in once, or opens the first-run set-up.

    Printed at start by the machine's own console; only the token's hash is kept.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"
