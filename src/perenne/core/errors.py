"""Refusals: what an action says when a rule forbids it.

A refusal is raised before the first write, so nothing has changed. It carries a sentence
for the person and no personal data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Refusal(Exception):
    """A rule says no. Subclasses are facts: MembershipNotActive, SlotTaken.

    sentence     what the person reads, translatable; says what to do next
    field        the form field it belongs to, or "" for the whole form
    http_status  what the web layer answers when no form catches it
    """

    sentence: str | _StrPromise = _("This is not possible right now.")
    field: str = ""
    http_status: int = 409

    def __init__(
        self, sentence: str | _StrPromise | None = None, **details: object
    ) -> None:
        """Keep the sentence; `details` (ids, counts) help the log, never the person."""
        if sentence is not None:
            self.sentence = sentence
        self.details = details
        super().__init__(str(self.__class__.__name__))

    def __str__(self) -> str:
        """Return the sentence in the active language."""
        return str(self.sentence)


class NotFound(Refusal):
    """It does not exist, or this person may not know that it does."""

    sentence = _("This page does not exist, or it is not open to you.")
    http_status = 404


class NotAllowed(Refusal):
    """The person is known and may not do this."""

    sentence = _("You do not have access to this.")
    http_status = 403


class TooManyAttempts(Refusal):
    """The rate limit of a form or of sign-in is reached."""

    sentence = _("Too many attempts. Wait a few minutes and try again.")
    http_status = 429
