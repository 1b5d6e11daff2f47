"""The owner's forms for offers: what they say, what they cost, the steps they rise by."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.core.domain.money import cents
from perenne.money.actions.offers.prices import PriceTerms
from perenne.money.domain.offers.ladders import Step
from perenne.money.models import Offer, Price
from perenne.money.web.forms import AmountField

if TYPE_CHECKING:
    from django.http import QueryDict

# Those a payment page takes as ISO 4217 writes them, the most used first.
CURRENCIES = [
    "EUR",
    "CHF",
    "GBP",
    "USD",
    "CAD",
    "AUD",
    "JPY",
    "SEK",
    "DKK",
    "NOK",
    "PLN",
    "CZK",
    "MAD",
    "TND",
    "XOF",
    "XPF",
]
_RHYTHMS = [pair for pair in Price.Interval.choices if pair[0] != "one_off"]
_GROUPS = (
    (_("What it says"), ("title", "slug", "summary", "description")),
    (_("What it opens"), ("grants",)),
    (
        _("When, and how many"),
        ("opens_at", "closes_at", "closing_reason", "seats", "active"),
    ),
    (_("In law and in your books"), ("stream_id", "legal_nature", "vat_nature")),
)


class LocalInstantField(forms.DateTimeField):
    """A date and time typed in the business's own time zone."""

    def __init__(self, **kwargs: Any) -> None:
        """Use the browser's own picker."""
        widget = forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        )
        super().__init__(
            widget=widget,
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
            **kwargs,
        )


class OfferForm(forms.Form):
    """What an offer says, when it is open, and what it opens."""

    title = forms.CharField(label=_("Title"), max_length=200)
    slug = forms.SlugField(
        label=_("Address"),
        max_length=80,
        help_text=_("The page is /offers/<address>/."),
    )
    summary = forms.CharField(
        label=_("In one sentence"), max_length=300, required=False
    )
    description = forms.CharField(
        label=_("What people get"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Text or simple HTML: paragraphs, lists, links, emphasis."),
    )
    stream_id = forms.TypedChoiceField(label=_("Source of income"), coerce=int)
    legal_nature = forms.ChoiceField(
        label=_("What it is in law"),
        choices=Offer.LegalNature.choices,
        help_text=_("This decides the withdrawal wording at checkout."),
    )
    vat_nature = forms.ChoiceField(
        label=_("How it is supplied"), choices=Offer.VatNature.choices
    )
    opens_at = LocalInstantField(label=_("Opens on"), required=False)
    closes_at = LocalInstantField(label=_("Closes on"), required=False)
    closing_reason = forms.CharField(
        label=_("Why it closes"),
        max_length=300,
        required=False,
        help_text=_("Shown to visitors. Only a true reason helps."),
    )
    seats = forms.IntegerField(
        label=_("Places"),
        min_value=1,
        max_value=1_000_000,
        required=False,
        help_text=_(
            "How many can be sold in all. Empty: any number. A place is held while "
            "somebody pays, and comes back when they do not."
        ),
    )
    active = forms.BooleanField(label=_("Shown on the site"), required=False)
    grants = forms.MultipleChoiceField(
        label=_("What it opens"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        streams: list[tuple[int, str]],
        grants: list[tuple[str, str]],
        time_zone: str,
        **kwargs: Any,
    ) -> None:
        """Offer the streams and everything that can be granted."""
        with timezone.override(ZoneInfo(time_zone)):
            super().__init__(*args, **kwargs)
        self.fields["stream_id"].choices = streams  # type: ignore[attr-defined]
        self.fields["grants"].choices = grants  # type: ignore[attr-defined]
        if not grants:
            del self.fields["grants"]

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields under their headings."""
        return [
            (str(heading), [self[name] for name in names if name in self.fields])
            for heading, names in _GROUPS
        ]

    def granted(self) -> list[tuple[str, str]]:
        """Return (kind, key) of what was ticked."""
        ticked = self.cleaned_data.pop("grants", [])
        return [
            (kind, key) for kind, _sign, key in (row.partition(":") for row in ticked)
        ]


class PriceForm(forms.Form):
    """One way to pay, from now on; each kind asks only for what it needs."""

    kind = ""
    title: Any = ""

    def __init__(self, data: QueryDict | None = None, *, currency: str) -> None:
        """Take amounts with the decimals of the currency that was chosen."""
        super().__init__(data, prefix=None, auto_id=f"id_{self.kind}_%s")
        chosen = data.get("currency", currency) if data else currency
        codes = sorted({currency, *CURRENCIES}, key=lambda code: code != currency)
        self.currency = chosen if chosen in codes else currency
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"),
            choices=[(code, code) for code in codes],
            initial=currency,
        )
        for name, label, optional in self.amounts:
            self.fields[name] = AmountField(
                currency=self.currency, label=label, required=not optional
            )
        self.order_fields(self.shown)

    amounts: tuple[tuple[str, Any, bool], ...] = (
        ("amount", _("Price, VAT included"), False),
    )
    shown: tuple[str, ...] = ("amount", "currency")

    def terms(self) -> PriceTerms:
        """Return the price as typed."""
        data = self.cleaned_data
        minimum = data.get("minimum")
        return PriceTerms(
            amount_cents=self._cents("amount"),
            currency=self.currency,
            interval=data.get("interval") or Price.Interval.ONE_OFF,
            interval_count=data.get("interval_count") or 1,
            instalments=data.get("instalments") or 1,
            access_on_default=data.get("access_on_default") or Price.OnDefault.SUSPEND,
            trial_days=data.get("trial_days") or 0,
            trial_price_cents=self._cents("trial_price"),
            minimum_cents=None if minimum is None else self._cents("minimum"),
        )

    def _cents(self, name: str) -> int:
        return cents(self.cleaned_data.get(name) or Decimal(0), self.currency)


class OneOffForm(PriceForm):
    """Paid once."""

    kind, title = "once", _("Paid once")


class RhythmForm(PriceForm):
    """What a price that comes back has in common."""

    interval_count = forms.IntegerField(
        label=_("Every how many"), min_value=1, max_value=365, initial=1
    )
    interval = forms.ChoiceField(
        label=pgettext_lazy("how often", "Paid"), choices=_RHYTHMS, initial="month"
    )


class SubscriptionForm(RhythmForm):
    """Paid every so often until it is ended, after a trial if there is one."""

    kind, title = "subscription", _("A subscription")
    amounts = (
        ("amount", _("Price, VAT included"), False),
        ("trial_price", _("Price of the trial"), True),
    )
    shown = (
        "amount",
        "currency",
        "interval_count",
        "interval",
        "trial_days",
        "trial_price",
    )
    trial_days = forms.IntegerField(
        label=_("Days of trial"),
        min_value=1,
        max_value=365,
        required=False,
        help_text=_("Empty: no trial. Each person has one."),
    )


class InstalmentsForm(RhythmForm):
    """A sum in so many payments."""

    kind, title = "instalments", _("In instalments")
    amounts = (("amount", _("Each payment, VAT included"), False),)
    shown = (
        "instalments",
        "amount",
        "currency",
        "interval_count",
        "interval",
        "access_on_default",
    )
    instalments = forms.IntegerField(
        label=_("How many payments"), min_value=2, max_value=48, initial=3
    )
    access_on_default = forms.ChoiceField(
        label=_("If one is not paid"),
        choices=Price.OnDefault.choices,
        initial=Price.OnDefault.SUSPEND,
        widget=forms.RadioSelect,
    )


class ChosenPriceForm(PriceForm):
    """People choose what they give."""

    kind, title = "chosen", _("People choose the amount")
    amounts = (
        ("minimum", _("Lowest amount"), False),
        ("amount", _("Amount you suggest"), False),
    )
    shown = ("minimum", "amount", "currency", "interval")
    interval = forms.ChoiceField(
        label=pgettext_lazy("how often", "Paid"),
        choices=Price.Interval.choices,
        initial=Price.Interval.ONE_OFF,
    )


PRICE_FORMS: dict[str, type[PriceForm]] = {
    form.kind: form
    for form in (OneOffForm, SubscriptionForm, InstalmentsForm, ChosenPriceForm)
}


class StepForm(forms.Form):
    """A rise of one price: at an instant, or once so many places are taken."""

    starts_at = LocalInstantField(label=_("From"), required=False)
    after_seats = forms.IntegerField(
        label=_("Or once so many places are taken"), min_value=1, required=False
    )

    def __init__(self, data: QueryDict | None = None, *, price: Price) -> None:
        """Take the amount in the price's currency."""
        super().__init__(data, auto_id=f"id_step{price.pk}_%s")
        self.currency = price.currency
        self.fields["amount"] = AmountField(
            currency=price.currency, label=_("New price, VAT included")
        )
        self.order_fields(("amount", "starts_at", "after_seats"))

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        data = super().clean() or {}
        wrong = {"starts_at", "after_seats"} & set(self.errors)
        if not wrong and (data.get("starts_at") is None) == (
            data.get("after_seats") is None
        ):
            self.add_error("starts_at", _("Say either when, or after how many places."))
        return data

    def step(self) -> Step:
        """Return the step as typed."""
        data = self.cleaned_data
        return Step(
            cents(data["amount"], self.currency), data["starts_at"], data["after_seats"]
        )
