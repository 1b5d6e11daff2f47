"""The owner's screens: who may open them, and the frame they share."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.views.decorators.csp import csp_override

from perenne.core.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

ACCESS = "wagtailadmin.access_admin"


def desk_view(
    permission: str,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Open a view to people of the desk who hold `permission` ("<app>.<codename>").

    A visitor is sent to sign in; someone without the permission gets NotAllowed. The
    permission is kept on the view as `desk_permission` for the test that walks all urls.
    """

    def decorate(
        view: Callable[..., HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.has_perms([ACCESS, permission]):
                raise NotAllowed
            return view(request, *args, **kwargs)

        guarded.desk_permission = permission  # type: ignore[attr-defined]
        return csp_override(dict(settings.DESK_CSP))(guarded)

    return decorate


def actor_of(request: HttpRequest) -> str:
    """Return who acts, for the log: "user:<id>" or "visitor"."""
    return f"user:{request.user.pk}" if request.user.is_authenticated else "visitor"
