"""Who may set the business up: the browser that came by the owner's one-time link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.core.queries import business_exists

if TYPE_CHECKING:
    from django.http import HttpRequest

_KEY = "may_set_up"


def allow_set_up(request: HttpRequest) -> None:
    """Remember in the session that this browser holds the owner's link."""
    request.session.cycle_key()
    request.session[_KEY] = True


def may_set_up(request: HttpRequest) -> bool:
    """Tell whether this browser may set up, and nobody has yet."""
    return bool(request.session.get(_KEY)) and not business_exists()
