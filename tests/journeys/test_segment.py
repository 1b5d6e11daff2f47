"""The owner builds a segment with live counts; a person chooses, looks and leaves."""

import pytest

from perenne.audience.api import record_consent, tag_person, unsubscribe_token
from perenne.audience.models import Segment
from perenne.people.models import Person

pytestmark = pytest.mark.journey


def _subscriber(make_person, clock, name):
    person = make_person(f"{name.lower()}@example.org", name=name)
    record_consent(
        person.pk, wording="Yes", source="hand", actor="owner", now=clock.now()
    )
    return person


def _people(owner):
    return owner.page.locator("#segment-people strong").inner_text()


def test_a_segment_counts_while_it_is_built(owner, make_person, clock):
    ana = _subscriber(make_person, clock, "Ana")
    _subscriber(make_person, clock, "Bob")
    tag_person(ana.pk, names=["VIP"], actor="owner", now=clock.now())
    owner.go("/desk/segments/new/")
    owner.fill(name="Best")
    owner.press("Add a condition")
    assert _people_waits(owner) == owner.words(
        "Complete the conditions to see who is in it."
    )
    # A choice asks for its own fields at once, and each change counts anew.
    owner.choose(**{"p-0-on": "tag"})
    owner.page.locator("#p-0-value").wait_for()
    owner.page.select_option("#p-0-value", label="VIP")
    owner.page.locator("#segment-people strong").wait_for()
    assert _people(owner).startswith("1 ")
    assert owner.page.locator("#name").input_value() == "Best"
    owner.page.select_option("#p-match", "none")
    owner.page.locator("#segment-people a", has_text="Bob").wait_for()
    assert owner.fits()
    owner.press("Keep")
    owner.sees("The segment is kept.")
    assert Segment.objects.get().expression["match"] == "none"


def _people_waits(owner):
    return owner.page.locator("#segment-people p").inner_text()


def test_a_person_chooses_looks_at_their_data_and_asks_to_be_erased(
    owner, visitor, sign_in, make_person, clock
):
    ana = _subscriber(make_person, clock, "Ana")
    owner.go("/desk/topics/new/")
    owner.fill(name="Clay")
    owner.press("Keep")
    reader = visitor()
    reader.go(f"/preferences/{unsubscribe_token(ana.pk)}/")
    reader.page.get_by_label("Clay").check()
    reader.press("Keep my choice")
    reader.sees("Your choice is kept. It holds from now on.")
    assert reader.page.get_by_label("Clay").is_checked()
    member = sign_in("ana@example.org")
    member.go("/me/data/")
    assert member.fits()
    with member.page.expect_download() as got:
        member.page.get_by_role(
            "link", name=member.words("Download everything")
        ).click()
    assert got.value.suggested_filename.endswith(".zip")
    member.page.locator("#sure").check()
    member.press("Ask to be erased")
    member.sees("You asked to be erased")
    owner.go("/desk/data-requests/")
    owner.press("Ana")
    owner.page.locator(".confirm summary").first.click()
    owner.page.locator(".confirm button").first.click()
    owner.page.wait_for_url("**/desk/data-requests/")
    assert Person.objects.get(pk=ana.pk).name == ""
