"""Three launches: a window, a frozen audience, three letters, a few percent who buy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.history import texts
from demo.history.catalogue import CIRCLE, COURSE
from demo.history.letters import send_past_letter
from demo.history.members import join
from demo.history.sales import Purchase, sell
from demo.history.story import OWNER, Contact, Story, Work
from perenne.launches.actions.launches import note_closing
from perenne.launches.api import plan_launch, take_snapshot
from perenne.launches.models import Snapshot
from perenne.money.api import set_offer_window


@dataclass(frozen=True, slots=True)
class Cart:
    """One launch. day: when it opens; rate: buyers among the frozen audience."""

    name: str
    slug: str
    day: int
    days: int
    rate: float
    goal: int


CARTS = (
    Cart("Écrire pour être lu, première édition", COURSE, 150, 6, 0.034, 25),
    Cart("Le Cercle, membres fondateurs", CIRCLE, 300, 7, 0.026, 50),
    Cart("Écrire pour être lu, deuxième édition", COURSE, 480, 6, 0.029, 90),
)


def plan_launches(story: Story) -> None:
    """Plan the three launches with their letters and sales."""
    for cart in CARTS:
        story.plan(story.at(cart.day - 25, 11), _announcer(story, cart))


def _announce(story: Story, cart: Cart, at: datetime) -> None:
    opens = story.at(cart.day, 8)
    closes = story.at(cart.day + cart.days, 22)
    offer = story.things[f"offer:{cart.slug}"]
    launch = plan_launch(
        name=cart.name,
        offer_ids=[offer],
        opens_at=opens,
        closes_at=closes,
        goal_buyers=story.scaled(cart.goal),
        actor=OWNER,
        now=at,
    )
    story.plan(opens, lambda when: _open(story, cart, launch.pk, at=when))
    middle = story.at(cart.day + cart.days // 2, 8)
    for when, words in zip(
        (opens + timedelta(minutes=30), middle, closes - timedelta(hours=12)),
        texts.LAUNCH_LETTERS,
        strict=True,
    ):
        subject = words.format(offer=texts.OFFERS[cart.slug]["title"])
        story.plan(when, _writer(subject))
    story.plan(closes, lambda when: note_closing(launch.pk, now=when))
    if cart.slug == CIRCLE:
        story.plan(closes + timedelta(hours=10), lambda when: _stay_open(offer, when))


def _announcer(story: Story, cart: Cart) -> Work:
    return lambda at: _announce(story, cart, at)


def _writer(subject: str) -> Work:
    return lambda at: send_past_letter(subject, at)


def _stay_open(offer_id: int, at: datetime) -> None:
    set_offer_window(offer_id, opens_at=None, closes_at=None, actor=OWNER, now=at)


def _open(story: Story, cart: Cart, launch_id: int, *, at: datetime) -> None:
    """Freeze the audience and plan who buys: at the opening and at the end, mostly."""
    size = take_snapshot(launch_id, actor="system", now=at)
    frozen = Snapshot.objects.filter(launch_id=launch_id).order_by("person_id")
    persons = list(frozen.values_list("person_id", flat=True))
    dice = story.dice(f"launch{cart.day}")
    buyers = [
        story.contacts[person]
        for person in dice.sample(
            persons, min(len(persons), max(1, round(size * cart.rate)))
        )
        if person in story.contacts
    ]
    ana = Contact(story.things["ana"], "ana@example.org", "Ana Silva")
    if cart is not CARTS[-1]:
        buyers.append(ana)
    length = timedelta(days=cart.days, hours=13)
    for contact in buyers:
        share = dice.choice(
            [dice.uniform(0, 0.15), dice.uniform(0.15, 0.8), dice.uniform(0.85, 0.99)]
        )
        story.plan(at + length * share, _buyer(story, cart, contact))


def _buyer(story: Story, cart: Cart, contact: Contact) -> Work:
    def buy(at: datetime) -> None:
        if cart.slug == CIRCLE:
            join(story, contact, at)
        else:
            sell(story, Purchase(contact, cart.slug), at)

    return buy
