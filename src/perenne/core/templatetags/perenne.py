"""Template tags of the design system: money, dates, icons, form fields."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.numbers import format_currency, format_decimal
from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from perenne.core import clock, legal
from perenne.core.domain.money import Money

if TYPE_CHECKING:
    from django.forms import BaseForm, BoundField
    from django.template import Context
    from django.utils.safestring import SafeString

    from perenne.core.models import LogEntry
    from perenne.core.web.pages import KeysetPage

register = template.Library()


@register.filter
def money(amount_cents: int | None, currency: str = "EUR") -> str:
    """Write an amount with its currency in the active language: 1 234,50 €."""
    if amount_cents is None:
        return "—"
    amount = Money(int(amount_cents), currency or "EUR")
    return format_currency(
        amount.decimal(), amount.currency, locale=get_language() or "fr"
    )


@register.filter
def rate(rate_bp: int) -> str:
    """Write basis points as a percentage in the active language: 5,5 %."""
    shown = format_decimal(Decimal(rate_bp) / 100, locale=get_language() or "fr")
    return f"{shown}\u00a0%"


@register.filter
def country(code: str) -> str:
    """Write a country's name in the active language: France for FR."""
    return Locale.parse(get_language() or "fr").territories.get(code, code)


@register.filter
def hours(minutes: int | None) -> str:
    """Write minutes as hours and minutes: 3 h 05."""
    if minutes is None:
        return "—"
    sign, whole = ("-" if minutes < 0 else ""), abs(int(minutes))
    return f"{sign}{whole // 60} h {whole % 60:02d}"


@register.filter
def log_words(entry: LogEntry) -> str:
    """Write what happened and who did it: "Consent withdrawn (the person)"."""
    words = entry.verb.rpartition(".")[2].replace("_", " ").capitalize()
    return f"{pgettext('log', words)} ({_actor_words(entry.actor)})"


def _actor_words(actor: str) -> str:
    kind = actor.partition(":")[0]
    known = {
        "owner": _("the owner"),
        "person": _("the person"),
        "system": _("by itself"),
        "user": _("at the desk"),
        "visitor": _("a visitor"),
    }
    return known.get(kind, actor)


@register.filter
def duration(minutes: int) -> str:
    """Write how long something takes: 30 min, 1 h, 1 h 30."""
    whole, rest = divmod(int(minutes), 60)
    if not whole:
        return f"{rest} min"
    return f"{whole} h {rest:02d}" if rest else f"{whole} h"


@register.filter
def iban(number: str) -> str:
    """Write an account number in groups of four, as banks do."""
    bare = "".join(number.split())
    return " ".join(bare[at : at + 4] for at in range(0, len(bare), 4))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; with a label for screen readers, else decorative."""
    sprite = static("core/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            label,
            sprite,
            name,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name
    )


@register.simple_tag
def legal_wording(key: str, dataset: str = "consumer_terms") -> str:
    """Write words that the law gives ("cancel_link", "franchise"), dated (R0).

    Before the law is in force its first wording is written: it does no harm then.
    """
    language = "en" if (get_language() or "fr").startswith("en") else "fr"
    name, today = f"{key}.{language}", clock.today("Europe/Paris")
    wordings = [row for row in legal.dataset(dataset) if row.key == name]
    in_force = [row for row in wordings if row.covers(today)]
    return str((in_force or wordings)[0].value)


@register.inclusion_tag("core/components/field.html")
def field(bound: BoundField, **extra: Any) -> dict[str, Any]:
    """Draw a form field: label above, hint below, error beside, input kept."""
    return {"field": bound, **extra}


@register.inclusion_tag("core/components/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """Draw what is wrong with the form as a whole."""
    return {"form": form}


@register.inclusion_tag("core/components/pager.html", takes_context=True)
def pager(context: Context, page: KeysetPage[Any]) -> dict[str, str]:
    """Draw links to the newer and the older page; the search and filters stay."""
    query = context["request"].GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)

    def link(name: str, key: int | None) -> str:
        if key is None:
            return ""
        there = query.copy()
        there[name] = str(key)
        return f"?{there.urlencode()}"

    return {
        "newer": link("before", page.newer_key),
        "older": link("after", page.next_key),
    }


@register.inclusion_tag("core/components/empty.html")
def empty(
    title: str, *, text: str = "", href: str = "", action: str = "", symbol: str = ""
) -> dict[str, str]:
    """Draw an empty state: what will stand here, and the next step."""
    return {
        "title": title,
        "text": text,
        "href": href,
        "action": action,
        "symbol": symbol,
    }


@register.inclusion_tag("core/components/figure.html")
def figure(label: str, value: Any, *, note: str = "", href: str = "") -> dict[str, Any]:
    """Draw one number with its name; with href it opens its rows."""
    return {"label": label, "value": value, "note": note, "href": href}


@register.inclusion_tag("core/components/confirm.html", takes_context=True)
def confirm(
    context: Context, label: str, *, action: str, question: str, kind: str = ""
) -> dict[str, Any]:
    """Draw a button that asks once more before it posts to action."""
    return {
        "csrf_token": context.get("csrf_token"),
        "label": label,
        "action": action,
        "question": question,
        "kind": kind,
    }
