"""Persons, and the accounts that sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


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
