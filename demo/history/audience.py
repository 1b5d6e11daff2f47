"""An audience that grows week by week, and those who leave it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from demo.history.people import invent
from demo.history.story import DAYS, OWNER, Contact, Story, Work
from perenne.audience.actions.proofs import wording_of
from perenne.audience.actions.tags import tag_named
from perenne.audience.api import ImportedContact, import_contacts, withdraw_consent
from perenne.audience.models import Basis, Consent, ContactStatus, PersonTag, Purpose
from perenne.audience.queries.signups import shipped_wording
from perenne.core.bulk import insert_rows
from perenne.people.api import NewPerson, add_persons

if TYPE_CHECKING:
    import random

SIZE = 4000
IMPORTED = 420
_LEAVE = 0.11
_TAGS = (("guide", 0.35), ("atelier", 0.12), ("podcast", 0.08))
_STATUS = (
    "person",
    "purpose",
    "status",
    "basis",
    "source",
    "joined_at",
    "confirmed_at",
    "changed_at",
)
_PROOF = (
    "person",
    "purpose",
    "state",
    "basis",
    "wording",
    "page",
    "evidence",
    "actor",
    "at",
)


def plan_audience(story: Story) -> None:
    """Plan the first import, each week's sign-ups, and who leaves when."""
    dice = story.dice("audience")
    story.plan(story.at(2, 10), lambda at: _take_over(story, dice, at))
    weeks = DAYS // 7
    launches = {
        week for day in (150, 300, 480) for week in range(day // 7 - 3, day // 7)
    }
    weights = [
        (1 + 2.2 * week / weeks) * (1.9 if week in launches else 1.0)
        for week in range(1, weeks + 1)
    ]
    rest, total = story.scaled(SIZE) - story.scaled(IMPORTED), sum(weights)
    done = 0.0
    for week, weight in enumerate(weights, start=1):
        before, done = done, done + weight
        size = round(rest * done / total) - round(rest * before / total)
        story.plan(story.at(week * 7, 23), _week(story, dice, size))


def _take_over(story: Story, dice: random.Random, at: datetime) -> None:
    """Import the readers of the owner's former newsletter."""
    rows = []
    for number in range(story.scaled(IMPORTED)):
        name, email = invent(dice, number + 1)
        joined = at - timedelta(days=dice.randint(5, 700), minutes=dice.randint(0, 999))
        contact = ImportedContact(
            email=email,
            name=name,
            created_at=joined,
            subscribed=True,
            tags=("ancienne lettre",),
            evidence={"subscribed_at": joined.isoformat()},
        )
        rows.append(contact)
    import_contacts(rows, basis="consent", source="ghost", actor=OWNER, now=at)
    known = add_persons(
        [NewPerson(email=row.email) for row in rows], language="fr", actor=OWNER, now=at
    )
    for row in rows:
        person = known[row.email].person_id
        _remember(story, dice, Contact(person, row.email, row.name), at=at)


def _week(story: Story, dice: random.Random, size: int) -> Work:
    def sign_up(at: datetime) -> None:
        first = len(story.contacts) + 1000
        rows = []
        for number in range(size):
            name, email = invent(dice, first + number)
            moment = at - timedelta(seconds=dice.randint(60, 6 * 86400))
            rows.append(
                NewPerson(
                    email=email,
                    name=name,
                    created_at=moment,
                    source={"page": "/subscribe/"},
                )
            )
        known = add_persons(rows, language="fr", actor="visitor", now=at)
        people = [(known[row.email].person_id, row) for row in rows]
        _subscribe(people, dice, at=at)
        for person, row in people:
            _remember(story, dice, Contact(person, row.email, row.name), at=at)

    return sign_up


def _subscribe(
    people: list[tuple[int, NewPerson]], dice: random.Random, *, at: datetime
) -> None:
    """Write statuses, both proofs of each double opt-in, and tags."""
    letter, basis = Purpose.LETTER.value, Basis.CONSENT.value
    wording = wording_of(shipped_wording(letter, language="fr", on=at.date())).pk
    statuses, proofs, tags = [], [], []
    for person, row in people:
        asked = row.created_at or at
        confirmed = asked + timedelta(minutes=dice.randint(1, 300))
        statuses.append(
            (
                person,
                letter,
                "subscribed",
                basis,
                "form:subscribe",
                asked,
                confirmed,
                confirmed,
            )
        )
        given, proven = Consent.State.GIVEN.value, Consent.State.CONFIRMED.value
        for state, moment in ((given, asked), (proven, confirmed)):
            proofs.append(
                (
                    person,
                    letter,
                    state,
                    basis,
                    wording,
                    "/subscribe/",
                    {"form": "subscribe"},
                    f"person:{person}",
                    moment,
                )
            )
        tags += [
            (person, name, confirmed) for name, odds in _TAGS if dice.random() < odds
        ]
    insert_rows(ContactStatus, _STATUS, statuses)
    insert_rows(Consent, _PROOF, proofs)
    keys = {name: tag_named(name, now=at).pk for name in {tag[1] for tag in tags}}
    insert_rows(
        PersonTag,
        ("person", "tag", "at"),
        [(person, keys[name], moment) for person, name, moment in tags],
    )


def _remember(
    story: Story, dice: random.Random, contact: Contact, *, at: datetime
) -> None:
    story.contacts[contact.person_id] = contact
    if dice.random() < _LEAVE:
        leaves = at + timedelta(days=dice.expovariate(1 / 130), hours=1)
        story.plan(leaves, lambda when: _leave(contact.person_id, when))


def _leave(person_id: int, at: datetime) -> None:
    withdraw_consent(
        person_id, page="/unsubscribe/", actor=f"person:{person_id}", now=at
    )
