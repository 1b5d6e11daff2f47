"""The owner's form for what happens around a checkout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from perenne.money.actions.orders.around import Around

if TYPE_CHECKING:
    from collections.abc import Sequence

BUMPS = (1, 2, 3)
_HOURS = (1, 4, 24, 36)


class AroundForm(forms.Form):
    """Proposals beside the checkout and after it, gifts, reminders; all off at first."""

    can_be_given = forms.BooleanField(
        label=_("People may buy it for somebody else"), required=False
    )
    remind_hours = forms.TypedChoiceField(
        label=_("Remind of an order that is not paid"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("One mail, only to those who tick a box for it at the checkout."),
    )
    proposed = forms.TypedChoiceField(
        label=_("Propose this right after the payment"),
        coerce=int,
        empty_value=None,
        required=False,
    )
    sentence = forms.CharField(
        label=_("Why it goes well with it"), max_length=300, required=False
    )
    otherwise = forms.TypedChoiceField(
        label=_("To who says no, propose this instead, once"),
        coerce=int,
        empty_value=None,
        required=False,
    )
    minutes = forms.IntegerField(
        label=_("For how many minutes"), min_value=1, max_value=60, initial=15
    )

    def __init__(
        self, *args: Any, offers: Sequence[tuple[int, str]], **kwargs: Any
    ) -> None:
        """Offer what has a single price."""
        super().__init__(*args, **kwargs)
        nothing = [("", _("Nothing")), *offers]
        for name in ("proposed", "otherwise"):
            self.fields[name].choices = nothing  # type: ignore[attr-defined]
        hours = ngettext_lazy("after %(count)d hour", "after %(count)d hours", "count")
        self.fields["remind_hours"].choices = [  # type: ignore[attr-defined]
            ("", _("Never")),
            *((count, hours % {"count": count}) for count in _HOURS),
        ]
        for at in BUMPS:
            self.fields[f"bump_{at}"] = forms.TypedChoiceField(
                label=_("Propose beside the checkout"),
                choices=nothing,
                coerce=int,
                empty_value=None,
                required=False,
            )
            self.fields[f"sentence_{at}"] = forms.CharField(
                label=_("Why it goes well with it"), max_length=300, required=False
            )

    def bump_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the pairs of offer and sentence."""
        return [(self[f"bump_{at}"], self[f"sentence_{at}"]) for at in BUMPS]

    def wanted(self) -> Around:
        """Return what the owner wants."""
        data = self.cleaned_data
        chosen = [(data[f"bump_{at}"], data[f"sentence_{at}"]) for at in BUMPS]
        return Around(
            can_be_given=data["can_be_given"],
            remind_hours=data["remind_hours"],
            bumps=tuple((pk, text) for pk, text in chosen if pk is not None),
            proposed=data["proposed"],
            otherwise=data["otherwise"] if data["proposed"] else None,
            sentence=data["sentence"],
            minutes=data["minutes"],
        )
