"""Mail from templates: subject and plain text, and MJML turned into inlined HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.context import make_context
from django.template.loader import get_template
from django.utils import translation

from perenne.core import legal
from perenne.core.models import Business
from perenne.core.queries import business_on

if TYPE_CHECKING:
    from datetime import datetime

_SOLE_TRADERS = {Business.LegalForm.MICRO, Business.LegalForm.EI}


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail ready for the outbox; html is "" when there is no MJML template."""

    subject: str
    text: str
    html: str


def render_mail(
    template: str, context: dict[str, Any], *, language: str, now: datetime
) -> RenderedMail:
    """Return the mail in that language.

    template  "money/mail/receipt": its .subject.txt, .txt and, if present, .mjml
    """
    with translation.override(language):
        values = mail_context(language=language, now=now) | context
        subject = _plain(f"{template}.subject.txt", values)
        return RenderedMail(
            subject=" ".join(subject.split()),
            text=_plain(f"{template}.txt", values).strip() + "\n",
            html=_html(f"{template}.mjml", values),
        )


def mail_context(*, language: str, now: datetime) -> dict[str, Any]:
    """Return what every mail may show: the business and its signature (R41)."""
    business = business_on(now.date())
    return {
        "business": business,
        "language": language,
        "site_url": settings.SITE_URL,
        "signature": signature(business, language=language, now=now),
    }


def signature(business: Business | None, *, language: str, now: datetime) -> list[str]:
    """Return the lines that sign a mail: name, "EI" where the law wants it, address."""
    if business is None:
        return []
    today = now.astimezone(ZoneInfo(business.time_zone)).date()
    lines = [business.name]
    if business.legal_form in _SOLE_TRADERS:
        mention = legal.value("legal_mentions", f"sole_trader.{language}", on=today)
        lines.append(f"{business.owner_name} {mention}")
    place = f"{business.postcode} {business.city}".strip()
    address = ", ".join(part for part in (business.street, place) if part)
    return [*lines, address] if address else lines


def mjml_to_html(source: str) -> str:
    """Return HTML for mail programs: styles inlined, nothing loaded from elsewhere."""
    import mjml

    return _inliner().inline(mjml.mjml2html(source, disable_comments=True, fonts={}))


@cache
def _inliner() -> Any:
    import css_inline

    return css_inline.CSSInliner(
        keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False
    )


def _plain(name: str, values: dict[str, Any]) -> str:
    """Render a plain-text template: nothing to escape in it."""
    template: Any = get_template(name)
    return str(template.template.render(make_context(dict(values), autoescape=False)))


def _html(name: str, values: dict[str, Any]) -> str:
    try:
        template = get_template(name)
    except TemplateDoesNotExist as missing:
        if str(missing) != name:
            raise
        return ""
    return mjml_to_html(template.render(dict(values)))
