"""What may be added at a checkout: proposals, a gift, boxes nobody has to tick (R69)."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.core.web.zones import zone_named
from perenne.money.domain.checkout.extras import Extras, GiftWish
from perenne.money.queries.checkout.extras import (
    bump_words,
    keep_method_words,
    reminder_words,
)
from perenne.people.api import InvalidAddress, normal_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perenne.money.queries.checkout.extras import Bump

CODE = re.compile(r"[a-zA-Z0-9_-]{1,40}")
GIFTS_LEAVE_AT = time(9)


class RecipientForm(forms.Form):
    """For whom a gift is."""

    recipient_name = forms.CharField(label=_("Their name"), max_length=200)
    recipient_email = forms.CharField(
        label=_("Their e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    message = forms.CharField(
        label=_("Your words to them"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_recipient_email(self) -> str:
        """Return the address in its one form."""
        try:
            return normal_address(self.cleaned_data["recipient_email"])
        except InvalidAddress as error:
            raise forms.ValidationError(
                _("This does not look like an e-mail address.")
            ) from error


class GiftForm(RecipientForm):
    """For whom a gift is, and the day it is sent."""

    gift_on = forms.DateField(
        label=_("Send it on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, zone: str, now: datetime, **kwargs: Any) -> None:
        """Say in which time zone the day counts."""
        super().__init__(*args, **kwargs)
        self.zone, self.now = zone, now
        self.fields["gift_on"].help_text = _(
            "At 9 in the morning, %(zone)s. Empty: as soon as it is paid."
        ) % {"zone": zone}

    def wish(self) -> GiftWish:
        """Return the gift as typed."""
        data = self.cleaned_data
        day = data["gift_on"]
        at = self.now
        if day is not None:
            at = datetime.combine(day, GIFTS_LEAVE_AT, tzinfo=zone_named(self.zone))
        return GiftWish(
            recipient_name=data["recipient_name"],
            recipient_email=data["recipient_email"],
            message=data["message"],
            deliver_at=at,
            zone=self.zone,
        )


class ExtrasForm(forms.Form):
    """Boxes around a checkout; none is ticked beforehand, none has to be.

    via  whose link was followed: it travels in the form, never on the device (R1)
    """

    via = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    keep_method = forms.BooleanField(required=False)
    remind = forms.BooleanField(required=False)

    def __init__(
        self,
        *args: Any,
        bumps: Sequence[Bump],
        may_keep: bool,
        may_remind: bool,
        language: str,
        **kwargs: Any,
    ) -> None:
        """Add a box for each proposal, and leave out what is not asked."""
        super().__init__(*args, **kwargs)
        self.offered = list(bumps)
        for bump in bumps:
            self.fields[f"bump_{bump.pk}"] = forms.BooleanField(
                label=bump_words(bump), help_text=bump.sentence, required=False
            )
        for name, wanted, words in (
            ("keep_method", may_keep, keep_method_words),
            ("remind", may_remind, reminder_words),
        ):
            if wanted:
                self.fields[name].label = words(language)
            else:
                del self.fields[name]

    def clean_via(self) -> str:
        """Forget what is no code."""
        code = str(self.cleaned_data["via"])
        return code if CODE.fullmatch(code) else ""

    def ticked(self) -> list[Bump]:
        """Return the proposals that were ticked."""
        data = self.cleaned_data
        return [bump for bump in self.offered if data.get(f"bump_{bump.pk}")]

    def extras(self, gift: GiftWish | None) -> Extras:
        """Return everything that was ticked."""
        return Extras(
            bumps=frozenset(bump.pk for bump in self.ticked()),
            gift=gift,
            keep_method=bool(self.cleaned_data.get("keep_method")),
            remind=bool(self.cleaned_data.get("remind")),
            via=self.cleaned_data["via"],
        )

    def boxes(self) -> list[forms.BoundField]:
        """Return the boxes of the proposals."""
        return [self[f"bump_{bump.pk}"] for bump in self.offered]

    def wishes(self) -> list[forms.BoundField]:
        """Return the boxes that cost nothing."""
        return [self[name] for name in ("keep_method", "remind") if name in self.fields]
