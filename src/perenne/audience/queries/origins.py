"""Where people came from, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping


def origin_in_words(source: str) -> str:
    """Return a contact's source in words: "form:guide" → "Form “guide”"."""
    kind, _bar, name = source.partition(":")
    words = {
        "form": _("Form “%(name)s”"),
        "import": _("Import “%(name)s”"),
        "hand": _("By hand"),
        "sale": _("A sale"),
        "preferences": _("Preferences"),
    }
    return words[kind] % {"name": name} if kind in words else source


def first_seen(touch: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a person's first touch as label and value, what an import left over last."""
    labels = {
        "page": _("page"),
        "referrer": _("came from"),
        "import": _("import"),
        "utm_source": _("source"),
        "utm_medium": _("medium"),
        "utm_campaign": _("campaign"),
        "utm_content": _("content"),
        "utm_term": _("word"),
    }
    seen = [(labels[key], str(touch[key])) for key in labels if touch.get(key)]
    extra = touch.get("extra") or {}
    return seen + [(str(key), str(value)) for key, value in extra.items()]
