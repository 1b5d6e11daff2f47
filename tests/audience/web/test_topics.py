"""Topics: offered on the preferences page, agreed to by themselves (AE4, AE15)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perenne.audience import api
from perenne.audience.actions.topics import keep_topic
from perenne.audience.models import Consent, Topic
from perenne.audience.queries.letters import contacts_for
from perenne.audience.queries.purposes import letter_purposes
from perenne.core.errors import NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(owner_client):
    owner_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return owner_client


@pytest.fixture
def clay(business, now):
    return keep_topic(None, name="Clay", is_open=True, actor="owner", now=now)


def test_a_topic_is_added_renamed_and_closed(desk):
    assert desk.post("/desk/topics/new/", {"name": ""}).status_code == 422
    desk.post("/desk/topics/new/", {"name": "Clay", "is_open": "on"})
    topic = Topic.objects.get()
    again = desk.post("/desk/topics/new/", {"name": "clay", "is_open": "on"})
    assert (again.status_code, Topic.objects.count()) == (422, 1)
    desk.post(f"/desk/topics/{topic.pk}/", {"name": "Glaze"})
    topic.refresh_from_db()
    assert (topic.name, topic.is_open) == ("Glaze", False)
    assert desk.get("/desk/topics/999999/").status_code == 404


def test_people_choose_topics_with_words_of_their_own_ae15(client, clay, person):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    path = f"/preferences/{api.unsubscribe_token(person.pk)}/"
    keys = [choice.key for choice in client.get(path).context["purposes"]]
    assert keys == ["letter", "offers", clay.purpose, "measure"]
    client.post(path, {"purpose": [clay.purpose]})
    proof = Consent.objects.get(state="confirmed")
    assert (proof.purpose, proof.wording.text) == (
        clay.purpose,
        "I agree to receive the letters of Atelier Boréal about Clay by e-mail. I can "
        "unsubscribe at any time with the link in every letter.",
    )
    assert api.is_subscribed(person.pk, clay.purpose) is True
    assert api.is_subscribed(person.pk) is False


def test_a_closed_topic_stays_with_those_who_agreed(client, clay, person, now):
    path = f"/preferences/{api.unsubscribe_token(person.pk)}/"
    client.post(path, {"purpose": [clay.purpose]})
    keep_topic(clay.pk, name="Clay", is_open=False, actor="owner", now=now)
    keys = [choice.key for choice in client.get(path).context["purposes"]]
    assert keys == ["letter", "offers", clay.purpose, "measure"]
    client.post(path, {"purpose": ["letter"]})
    keys = [choice.key for choice in client.get(path).context["purposes"]]
    assert keys == ["letter", "offers", "measure"]
    assert [key for key, _name in letter_purposes()] == ["letter", "offers"]


def test_a_letter_on_a_topic_goes_to_those_who_agreed_to_it(
    desk, clay, subscribe_person, now
):
    from perenne.audience.actions import letters

    ana = subscribe_person("ana@example.org", purpose=clay.purpose)
    subscribe_person("bob@example.org")
    letter = letters.start_letter(subject="Spring", actor="owner", now=now)
    answer = desk.post(
        f"/desk/letters/{letter.pk}/",
        {
            "subject": "Spring",
            "purpose": clay.purpose,
            "block-0-kind": "text",
            "block-0-text": "Hello",
            "do": "save",
        },
    )
    assert answer.status_code == 302
    letter.refresh_from_db()
    rows = contacts_for(letter, now=now)
    assert list(rows.values_list("person_id", flat=True)) == [ana.pk]
    measured = desk.post(
        f"/desk/letters/{letter.pk}/", {"subject": "S", "purpose": "measure"}
    )
    assert measured.status_code == 422


def test_a_purpose_that_is_none_is_refused(clay, now):
    from perenne.audience.queries.purposes import checked_purpose, shipped_wording

    for purpose in ("measure", "topic0", "topicx", "nonsense"):
        with pytest.raises(NotFound):
            checked_purpose(purpose)
    for purpose in ("topic0", "topicx", "nonsense"):
        with pytest.raises(NotFound):
            shipped_wording(purpose, language="fr", on=now.date())


def test_the_list_asks_the_same_for_three_topics(desk, clay, now):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            desk.get("/desk/topics/")
        return len(caught)

    desk.get("/desk/topics/")
    one = queries()
    for name in ("Glaze", "Fire"):
        keep_topic(None, name=name, is_open=True, actor="owner", now=now)
    assert (queries(), one <= 12) == (one, True)
