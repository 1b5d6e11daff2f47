"""Forms of the take-over: where the subscriptions come from, which price is which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from perenne.core.templatetags.perenne import money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perenne.money.api import PriceHere
    from perenne.portability.actions.stripe_subscriptions import FoundPrice

_COUNT = ngettext_lazy("%(count)d subscription", "%(count)d subscriptions", "count")
LARGEST_BYTES = 20 * 1024 * 1024


class SourceForm(forms.Form):
    """A file of saved subscriptions, or Stripe itself."""

    file = forms.FileField(
        label=_("Saved subscriptions (JSON or JSONL)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json,.jsonl,application/json"}),
    )

    def __init__(self, *args: Any, can_ask: bool, **kwargs: Any) -> None:
        """Say whether Stripe itself can be asked."""
        super().__init__(*args, **kwargs)
        self.can_ask = can_ask
        if can_ask:
            self.fields["file"].help_text = _("Without a file, Stripe itself is asked.")

    def clean_file(self) -> Any:
        """Ask for a file where Stripe cannot be asked; refuse one that is too large."""
        file = self.cleaned_data["file"]
        if file is None and not self.can_ask:
            raise forms.ValidationError(_("Choose a file, or connect Stripe first."))
        if file is not None and file.size > LARGEST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 20 MB. Import it with bin/perenne.")
            )
        return file


class TakeoverForm(forms.Form):
    """Which of our prices each of Stripe's prices is."""

    rows = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        found: Sequence[FoundPrice],
        targets: Sequence[PriceHere],
        **kwargs: Any,
    ) -> None:
        """Add a choice for each of Stripe's prices."""
        super().__init__(*args, **kwargs)
        choices = [
            ("", _("Do not take over")),
            *(
                (
                    price.pk,
                    f"{offer.title} · {money(price.amount_cents, price.currency)} · "
                    f"{price.get_interval_display()}",
                )
                for offer, price in targets
            ),
        ]
        self.found = list(found)
        for at, price in enumerate(found):
            self.fields[f"price_{at}"] = forms.TypedChoiceField(
                label=f"{money(price.amount_cents, price.currency)} · {price.ref}",
                help_text=str(_COUNT % {"count": price.subscriptions}),
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                initial=price.likely_id or "",
            )

    def price_fields(self) -> list[forms.BoundField]:
        """Return the choices, in order."""
        return [self[f"price_{at}"] for at in range(len(self.found))]

    def mapping(self) -> dict[str, int]:
        """Return Stripe's price → our price's id; 0 for what is left there."""
        return {
            price.ref: self.cleaned_data[f"price_{at}"] or 0
            for at, price in enumerate(self.found)
        }
