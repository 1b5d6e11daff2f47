"""One request to a checkout: who buys from where, for how much, and what is asked back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from perenne.money.actions.vat.places import locate_buyer
from perenne.money.queries.checkout.checkout import consents_for, vat_day
from perenne.money.queries.checkout.checkout_sum import checkout_sum
from perenne.money.queries.orders.methods import methods_for
from perenne.money.web.checkout.forms_buyer import buyer_from, country_names
from perenne.money.web.forms import CheckoutForm
from perenne.people.api import person_of_user

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from perenne.money.domain.vat.places import Place
    from perenne.money.queries.checkout.checkout_sum import CheckoutSum
    from perenne.money.queries.vat.vat import VatDay
    from perenne.money.web.checkout.extras import Around
    from perenne.money.web.checkout.wanted import Wanted

_NOT_A_COUNTRY = {"", "XX", "T1", "ZZ"}


@dataclass(frozen=True, slots=True)
class Visit:
    """What is wanted, by whom, and what it would cost them."""

    request: HttpRequest
    wanted: Wanted
    around: Around
    now: datetime
    vat: VatDay
    place: Place
    sum: CheckoutSum

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the ways to pay it."""
        terms = self.wanted.basket.terms
        return methods_for(
            gross_cents=self.sum.quoted.total.gross_cents,
            currency=self.wanted.price.currency,
            business=self.vat.business,
            once=not self.wanted.basket.plan.after,
            charged_again=bool(terms.trial_days) or terms.payments_left is not None,
        )

    def form(self, **options: Any) -> CheckoutForm:
        """Return the form with the boxes of everything that may be agreed to."""
        language, methods = self.request.LANGUAGE_CODE, self.methods
        consents = consents_for(
            self.wanted.offer,
            self.wanted.basket,
            language=language,
            now=self.now,
            methods=methods,
        )
        return CheckoutForm(
            price=self.wanted.price,
            consents=consents,
            methods=list(methods),
            language=language,
            **options,
        )

    def place_of(self, form: CheckoutForm) -> Place:
        """Return the place with the numbers as the form has cleaned them."""
        buyer = form.buyer()
        return replace(self.place, siren=buyer.siren, vat_id=buyer.vat_number)

    def asks_back(self, form: CheckoutForm) -> bool:
        """Ask before an order is taken when the country or the sum is in doubt."""
        against = self.place.contradictions(self.vat.zones)
        if against:
            name = country_names().get(against[0].country, against[0].country)
            form.add_error(
                "confirmed",
                _("Your connection is from %(country)s. Please say where you live.")
                % {"country": name},
            )
            return True
        shown = form.cleaned_data["shown"]
        if shown and shown != self.sum.shown:
            form.add_error(
                None,
                _("The sum has changed. Please check it, then press the button again."),
            )
            return True
        return False


def visit_of(
    request: HttpRequest, wanted: Wanted, around: Around, *, now: datetime
) -> Visit:
    """Return the visit; the register may be asked about a VAT number."""
    typed = request.POST.dict() if request.method == "POST" else known_of(request)
    vat = vat_day(now)
    place = locate_buyer(
        buyer_from(typed, language=request.LANGUAGE_CODE),
        now=now,
        vat=vat,
        connection=_connection(request),
        confirmed="confirmed" in request.POST,
    )
    wanted = wanted.around(around).at(place, vat)
    found = checkout_sum(wanted.basket, place, vat=vat, now=now)
    return Visit(request, wanted, around, now, vat, place, found)


def known_of(request: HttpRequest) -> dict[str, Any]:
    """Return what we know of the visitor."""
    person = person_of_user(request.user.pk)
    if person is None:
        return {}
    return {
        "name": person.name,
        "email": person.email,
        "country": person.country or "FR",
    }


def _connection(request: HttpRequest) -> str:
    """Return the country that the operator's proxy names, never an address (R123)."""
    if not settings.COUNTRY_HEADER:
        return ""
    found = request.headers.get(settings.COUNTRY_HEADER, "").upper()
    return "" if found in _NOT_A_COUNTRY or len(found) != 2 else found
