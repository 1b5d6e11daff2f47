"""The owner's screens of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from perenne.core import clock
from perenne.core.web.desk import actor_of, desk_view
from perenne.website.actions import publish_legal_text
from perenne.website.models import LegalText
from perenne.website.queries import legal_text, missing_identity
from perenne.website.web.forms import LegalTextForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@desk_view("website.add_legaltext")
@require_http_methods(["GET", "POST"])
def legal_texts(request: HttpRequest) -> HttpResponse:
    """Show a legal text as it is in force and let the owner put another in its place."""
    now = clock.now()
    kind = request.GET.get("kind", "notice")
    language = request.GET.get("language") or get_language() or "fr"
    text = legal_text(kind, language, now=now) or ""
    initial = {"kind": kind, "language": language, "body": text}
    form = LegalTextForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        publish_legal_text(**form.cleaned_data, now=now, actor=actor_of(request))
        messages.success(request, _("The text is in force from now on."))
        return redirect("desk_website_legal")
    context = {"form": form, "missing": missing_identity(), "texts": _texts()}
    return render(request, "website/backoffice/legal.html", context)


def _texts() -> list[tuple[str, str]]:
    """Return (address, label) of each text in each language."""
    return [
        (f"?kind={kind}&language={language}", f"{label} ({name})")
        for kind, label in LegalText.Kind.choices
        for language, name in settings.LANGUAGES
    ]
