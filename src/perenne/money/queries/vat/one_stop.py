"""The return of the EU one-stop shop, and the list of reverse-charged sales (R122, R124)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum

from perenne.core import legal
from perenne.money.domain.vat.quarters import end_of_month, quarter_of
from perenne.money.models import Invoice, VatEntry

if TYPE_CHECKING:
    from datetime import date

    from perenne.money.domain.vat.quarters import Quarter


@dataclass(frozen=True, slots=True)
class OneStopLine:
    """What is declared for one country, rate and currency; cents are signed.

    of  the quarter that is corrected; the declared one for its own sales
    """

    country: str
    rate_bp: int
    currency: str
    net_cents: int
    tax_cents: int
    of: Quarter


@dataclass(frozen=True, slots=True)
class OneStopReturn:
    """One quarter's return: sales of the quarter, then corrections of former ones.

    Both empty is a nil return, which is due too. Amounts in another currency than the
    euro are to be converted at the central bank's rate of the quarter's last day.
    """

    quarter: Quarter
    due_on: date
    sales: tuple[OneStopLine, ...]
    corrections: tuple[OneStopLine, ...]

    @property
    def tax_cents(self) -> int:
        """Return the VAT to pay in euros, corrections included."""
        lines = (*self.sales, *self.corrections)
        return sum(line.tax_cents for line in lines if line.currency == "EUR")


def one_stop_return(quarter: Quarter) -> OneStopReturn:
    """Return what is to be declared for a quarter. One query.

    A refund in the quarter of its sale lessens it; a later one is a correction (Dir.
    2006/112 art. 369g(4)).
    """
    rows = (
        VatEntry.objects.filter(
            one_stop=True, booked_on__range=(quarter.start, quarter.end)
        )
        .values("country", "rate_bp", "currency", "taxed_on")
        .annotate(net=Sum("net_cents"), tax=Sum("tax_cents"))
        .order_by("country", "-rate_bp", "currency")
    )
    sums: dict[tuple[Quarter, str, int, str], list[int]] = {}
    for row in rows:
        of = min(quarter_of(row["taxed_on"]), quarter)
        key = (of, row["country"], row["rate_bp"], row["currency"])
        found = sums.setdefault(key, [0, 0])
        found[0] += row["net"]
        found[1] += row["tax"]
    lines = [
        OneStopLine(country, rate_bp, currency, net, tax, of)
        for (of, country, rate_bp, currency), (net, tax) in sorted(sums.items())
        if net or tax
    ]
    months = legal.value("eu_vat_thresholds", "oss_due_months", on=quarter.end)
    return OneStopReturn(
        quarter=quarter,
        due_on=end_of_month(quarter.year, 3 * quarter.number + months),
        sales=tuple(line for line in lines if line.of == quarter),
        corrections=tuple(line for line in lines if line.of != quarter),
    )


def reverse_charged(start: date, end: date) -> list[Invoice]:
    """Return the documents with reverse charge issued in a period, by number (DES)."""
    rows = Invoice.objects.filter(
        issued_on__range=(start, end), body__reverse_charge=True
    )
    return list(rows.order_by("issued_on", "pk")[:500])
