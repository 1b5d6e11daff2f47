"""Public pages that are no content pages: legal texts, choices, feed, sitemap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.syndication.views import Feed as SyndicationFeed
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.contrib.sitemaps.views import sitemap as wagtail_sitemap
from wagtail.models import Site

from perenne.core import clock
from perenne.core import legal as law
from perenne.core.errors import NotFound
from perenne.core.web.ratelimit import client_address, limit
from perenne.website.actions import keep_choice
from perenne.website.domain.choices import COOKIE, PURPOSES, read_choice
from perenne.website.domain.legal_layout import passages
from perenne.website.queries import legal_text, newest_posts

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from perenne.website.models import PostPage

_TITLES = {
    "notice": _("Legal notice"),
    "terms": _("Terms of sale"),
    "privacy": _("Privacy policy"),
}
_FEED_POSTS = 30
_DAYS_A_MONTH = 30.4


@require_GET
def legal(request: HttpRequest, kind: str) -> HttpResponse:
    """Show a legal text in the visitor's language."""
    text = legal_text(kind, get_language() or "fr", now=clock.now())
    if text is None:
        raise NotFound
    request.front_cached = True  # type: ignore[attr-defined]
    title = _TITLES[kind]
    context = {"title": title, "passages": passages(text, title=str(title))}
    return render(request, "website/public/legal.html", context)


@csrf_exempt  # a visitor without any cookie chooses; what it sets is the visitor's own
@require_http_methods(["GET", "POST"])
def privacy_choices(request: HttpRequest) -> HttpResponse:
    """Show the purposes and keep the visitor's choice (R2–R7)."""
    held = read_choice(request.COOKIES.get(COOKIE, ""))
    if request.method == "POST":
        return _keep(request, held.choice_id if held else "")
    context = {
        "purposes": [(name, bool(held and name in held.accepted)) for name in PURPOSES],
        "asked": held is not None,
        "next": request.GET.get("next", "/"),
    }
    return render(request, "website/public/choices.html", context)


def _keep(request: HttpRequest, choice_id: str) -> HttpResponse:
    limit("privacy", client_address(request), times=60, seconds=3600)
    method = request.POST.get("method", "chosen")
    accepted = {"accept": list(PURPOSES), "refuse": []}.get(
        method, request.POST.getlist("purpose")
    )
    choice = keep_choice(
        accepted=accepted,
        choice_id=choice_id,
        wording=render_to_string("website/public/wording.txt"),
        language=get_language() or "fr",
        method=method if method in {"accept", "refuse"} else "chosen",
        now=clock.now(),
    )
    there = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        there = "/"
    response = redirect(there)
    months = law.value("consent_rules", "choice_months", on=clock.now().date())
    response.set_cookie(
        COOKIE,
        choice.cookie(),
        max_age=int(months * _DAYS_A_MONTH * 86_400),
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


class Feed(SyndicationFeed):  # type: ignore[type-arg]
    """The posts as RSS."""

    link = "/blog/"
    description_template = None

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer and let the page be kept for everybody."""
        request.front_cached = True  # type: ignore[attr-defined]
        return super().__call__(request, *args, **kwargs)

    def title(self) -> str:
        """Return the name of the business."""
        from perenne.core.queries import current_business

        business = current_business()
        return business.name if business else "Pérenne"

    def description(self) -> str:
        """Return what the feed holds."""
        return str(_("The newest posts"))

    def items(self) -> list[PostPage]:
        """Return the newest posts."""
        return newest_posts(_FEED_POSTS)

    def item_title(self, item: Any) -> str:
        """Return the post's title."""
        return str(item.title)

    def item_description(self, item: Any) -> str:
        """Return the post's lead."""
        return str(item.lead)

    def item_link(self, item: Any) -> str:
        """Return the post's address."""
        return str(item.url or "/blog/")

    def item_pubdate(self, item: Any) -> datetime:
        """Return when the post was first published."""
        return item.first_published_at or item.latest_revision_created_at


@require_GET
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the public pages for search engines; NotFound before the set-up."""
    if Site.find_for_request(request) is None:
        raise NotFound
    return wagtail_sitemap(request)


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """Say what search engines may read."""
    lines = [
        "User-agent: *",
        *(f"Disallow: /{name}/" for name in ("desk", "me", "account", "checkout")),
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
