"""The letter editor's form: plain fields, so that it works without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.audience.domain.blocks import KINDS, Block, moved
from perenne.audience.models import Letter
from perenne.audience.queries.purposes import letter_purposes

if TYPE_CHECKING:
    from django.http import QueryDict

KIND_LABELS = {
    "heading": _("Heading"),
    "text": _("Text"),
    "button": _("Button"),
    "image": _("Image"),
    "quote": _("Quote"),
    "divider": pgettext_lazy("divider", "Line"),
}
_MOST_BLOCKS = 100


class LetterForm(forms.ModelForm[Letter]):
    """The head of a letter; its blocks are read by blocks_from."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=letter_purposes)

    class Meta:
        model = Letter
        fields = ("subject", "preheader", "purpose", "segment", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 6})}
        help_texts = {
            "text": _("Leave empty: it is then made from the letter itself."),
            "preheader": _("Shown after the subject in many mailboxes."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the choice that means everybody."""
        super().__init__(*args, **kwargs)
        self.fields["segment"].empty_label = str(_("Everybody who subscribed"))  # type: ignore[attr-defined]
        self.fields["segment"].required = False


def blocks_from(data: QueryDict) -> list[Block]:
    """Return the blocks of a posted form, in order."""
    blocks = []
    for index in range(_MOST_BLOCKS):
        kind = data.get(f"block-{index}-kind")
        if kind not in KINDS:
            break
        fields = {name: data.get(f"block-{index}-{name}", "") for name in KINDS[kind]}
        blocks.append({"kind": kind} | fields)
    return blocks


def changed_blocks(blocks: list[Block], order: str) -> list[Block]:
    """Return blocks after a button: "add:text", "up:2", "down:2", "remove:2"."""
    verb, _colon, what = order.partition(":")
    if verb == "add" and what in KINDS and len(blocks) < _MOST_BLOCKS:
        return [*blocks, {"kind": what} | dict.fromkeys(KINDS[what], "")]
    if not what.isdigit() or int(what) >= len(blocks):
        return blocks
    index = int(what)
    if verb == "remove":
        return [*blocks[:index], *blocks[index + 1 :]]
    return moved(blocks, index, {"up": -1, "down": 1}.get(verb, 0))
