"""Money that comes and goes outside the shop."""

from __future__ import annotations

from datetime import datetime

from demo.history.story import DAYS, OWNER, ZONE, Story, Work
from perenne.money.api import record_outside_money

# day, stream, kind, cents, label, counterparty
_ONCE = (
    (95, "capital", "income", 18_450, "Dividendes", "Fonds indiciel Monde"),
    (278, "capital", "income", 21_200, "Dividendes", "Fonds indiciel Monde"),
    (460, "capital", "income", 22_780, "Dividendes", "Fonds indiciel Monde"),
    (82, "courses", "expense", 24_900, "Microphone et éclairage", "Son & Image"),
    (132, "courses", "expense", 42_000, "Montage des leçons", "Studio Nord"),
    (296, "membership", "expense", 18_000, "Illustration du Cercle", "Lina Roche"),
    (470, "courses", "expense", 15_000, "Relecture du cours", "Lina Roche"),
)


def plan_outside_money(story: Story) -> None:
    """Plan dividends, a marketplace's sales and what the business pays for."""
    for day, *row in _ONCE:
        story.plan(story.at(day, 12), _booking(story, *row))
    dice = story.dice("outside")
    for day in range(20, DAYS, 30):
        story.plan(
            story.at(day, 12, 5),
            _booking(
                story,
                "one-to-one",
                "expense",
                4_500,
                "Comptabilité en ligne",
                "Compta Claire",
            ),
        )
        story.plan(
            story.at(day, 12, 6),
            _booking(
                story,
                "membership" if day > 300 else "one-to-one",
                "expense",
                1_900,
                "Visioconférence",
                "Visio Libre",
            ),
        )
        if day > 90:
            sold = dice.randint(2, 9) * 1_260
            story.plan(
                story.at(day, 12, 7),
                _booking(
                    story,
                    "products",
                    "income",
                    sold,
                    "Ventes du mois",
                    "Place des Plans",
                ),
            )


def _booking(story: Story, *row: object) -> Work:
    stream, kind, cents, label, counterparty = row

    def book(at: datetime) -> None:
        record_outside_money(
            stream_id=story.things[f"stream:{stream}"],
            kind=str(kind),
            on=at.astimezone(ZONE).date(),
            amount_cents=int(str(cents)),
            currency="EUR",
            label=str(label),
            counterparty=str(counterparty),
            actor=OWNER,
            now=at,
        )

    return book
