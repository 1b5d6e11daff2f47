"""Pages of the site, its legal texts, and the proof of visitors' choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from perenne.website.blocks import BodyBlock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class SitePage(Page):
    """What all our pages share: a lead and a body of blocks."""

    lead = models.TextField(_("Lead"), blank=True, help_text=_("One or two sentences."))
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("Body"))

    content_panels = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]

    class Meta:
        abstract = True

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer, and let the page be kept for all anonymous visitors."""
        request.front_cached = True  # type: ignore[attr-defined]
        return super().serve(request, *args, **kwargs)

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        """Name the page by the site's public address, which only the settings know."""
        parts = super().get_url_parts(request)
        return parts and (parts[0], settings.SITE_URL, parts[2])


class HomePage(SitePage):
    """The owner's words first; one thing to do."""

    call = models.CharField(_("Text of the button"), max_length=60, blank=True)
    call_href = models.CharField(
        _("Where the button leads"), max_length=300, blank=True
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("call"),
        FieldPanel("call_href"),
        FieldPanel("body"),
    ]
    template = "website/public/home.html"
    max_count = 1
    parent_page_types = ["wagtailcore.Page"]

    class Meta:
        verbose_name = _("home page")


class BlogPage(SitePage):
    """The list of posts."""

    template = "website/public/blog.html"
    max_count = 1
    parent_page_types = ["website.HomePage"]
    subpage_types = ["website.PostPage"]

    class Meta:
        verbose_name = _("blog")


class PostPage(SitePage):
    """A post of the blog."""

    published_on = models.DateField(_("Date of the post"))

    content_panels = [
        *Page.content_panels,
        FieldPanel("published_on"),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    template = "website/public/post.html"
    parent_page_types = ["website.BlogPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("post")
        indexes = [models.Index(fields=["-published_on"], name="post_by_date")]


class ContentPage(SitePage):
    """Any other page: about, thanks, questions."""

    template = "website/public/content.html"

    class Meta:
        verbose_name = _("page")


class LegalText(models.Model):
    """The owner's own version of a legal text; the newest valid one is shown.

    Without a row, the text is made from the identity of the business (SL9).
    """

    class Kind(models.TextChoices):
        NOTICE = "notice", _("Legal notice")
        PRIVACY = "privacy", _("Privacy policy")

    kind = models.CharField(_("Text"), max_length=20, choices=Kind)
    language = models.CharField(_("Language"), max_length=5, default="fr")
    body = models.TextField(_("Your text"))
    valid_from = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kind", "language", "-valid_from"])]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language}), {self.valid_from:%Y-%m-%d}"


class CookieChoice(models.Model):
    """Proof of a visitor's choice (R6). Append-only; nothing personal, no address."""

    choice_id = models.CharField(max_length=40, db_index=True)
    at = models.DateTimeField()
    accepted = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    wording = models.TextField()
    wording_hash = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=5)
    method = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.choice_id} {self.at:%Y-%m-%d}"
