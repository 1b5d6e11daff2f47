"""The owner's screens: contacts, person card, segments, letters."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perenne.audience import api
from perenne.audience.actions import letters
from perenne.audience.models import ContactStatus, Letter, Tag
from perenne.audience.queries.letters import checks_of, render_letter
from perenne.mail.models import Message
from perenne.people.api import person_by_email

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(owner_client):
    owner_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return owner_client


@pytest.fixture
def draft(desk, now):
    letter = letters.start_letter(subject="Spring", actor="owner", now=now)
    desk.post(_path(letter), _words(do="save"))
    return Letter.objects.get()


def _path(letter, tail=""):
    return f"/desk/letters/{letter.pk}/{tail}"


def _words(**fields):
    return {
        "subject": "Spring",
        "preheader": "",
        "purpose": "letter",
        "segment": "",
        "text": "",
        "block-0-kind": "text",
        "block-0-text": "Hello {first_name|you}",
    } | fields


def _shown(answer):
    return [row.person.email for row, *_ in answer.context["rows"]]


@pytest.mark.parametrize(
    "path", ["/desk/contacts/", "/desk/letters/", "/desk/segments/"]
)
def test_lists_are_closed_to_visitors_and_members(client, member_client, path):
    assert member_client.get(path).status_code == 403
    client.logout()
    assert client.get(path).status_code == 302


def test_contacts_are_searched_by_part_of_address_or_start_of_name(
    desk, subscribe_person
):
    subscribe_person("ana@example.org", name="Zoé Silva")
    subscribe_person("zed@example.org", name="Bob")
    subscribe_person("bob_x@example.org", name="Élodie")
    assert _shown(desk.get("/desk/contacts/?q=Z")) == [
        "ana@example.org",
        "zed@example.org",
    ]
    assert _shown(desk.get("/desk/contacts/?q=élo")) == ["bob_x@example.org"]
    assert _shown(desk.get("/desk/contacts/?q=%25")) == []
    assert _shown(desk.get("/desk/contacts/?q=D@Ex")) == ["zed@example.org"]
    assert _shown(desk.get("/desk/contacts/?q=_x@")) == ["bob_x@example.org"]
    assert _shown(desk.get("/desk/contacts/?q=silva")) == []


def test_contacts_are_filtered_by_status_tag_and_source(desk, subscribe_person, now):
    ana = subscribe_person("ana@example.org")
    bob = subscribe_person("bob@example.org", source="import:ghost")
    api.tag_person(ana.pk, names=["VIP"], actor="owner", now=now)
    api.withdraw_consent(bob.pk, actor="visitor", now=now)
    tag = api.tags_of(ana.pk).get().pk
    assert _shown(desk.get(f"/desk/contacts/?tag={tag}")) == ["ana@example.org"]
    assert _shown(desk.get("/desk/contacts/?status=withdrawn")) == ["bob@example.org"]
    assert _shown(desk.get("/desk/contacts/?source=import:ghost")) == [
        "bob@example.org"
    ]
    names = [name for name, _ in desk.get("/desk/contacts/").context["sources"]]
    assert names == ["hand", "import:ghost"]


def test_contact_list_is_read_in_the_order_of_an_index():
    rows = ContactStatus.objects.filter(purpose="letter")
    for narrowed in (rows, rows.filter(status="withdrawn"), rows.filter(source="hand")):
        plan = narrowed.select_related("person").order_by("-pk")[:51].explain()
        assert "TEMP B-TREE" not in plan


def test_contact_list_pages_by_keyset(desk, subscribe_person):
    for n in range(52):
        subscribe_person(f"p{n:02d}@example.org")
    first = desk.get("/desk/contacts/")
    assert len(_shown(first)) == 50
    older = desk.get(f"/desk/contacts/?after={first.context['page'].next_key}")
    assert _shown(older) == ["p01@example.org", "p00@example.org"]


def test_a_tag_is_paged_by_keyset_with_its_other_filters(desk, subscribe_person, now):
    for n in range(104):
        person = subscribe_person(f"p{n:03d}@example.org")
        if n % 2:
            api.tag_person(person.pk, names=["odd"], actor="owner", now=now)
    api.withdraw_consent(person.pk, actor="visitor", now=now)
    path = f"/desk/contacts/?tag={api.tags_of(person.pk).get().pk}"
    first = desk.get(path)
    assert _shown(first) == [f"p{n:03d}@example.org" for n in range(103, 3, -2)]
    older = desk.get(f"{path}&after={first.context['page'].next_key}")
    assert _shown(older) == ["p003@example.org", "p001@example.org"]
    newer = desk.get(f"{path}&before={older.context['page'].newer_key}")
    assert _shown(newer) == _shown(first)
    assert _shown(desk.get(f"{path}&status=withdrawn")) == ["p103@example.org"]
    assert _shown(desk.get(f"{path}&q=p00")) == [
        "p001@example.org",
        "p003@example.org",
        "p005@example.org",
        "p007@example.org",
        "p009@example.org",
    ]


def test_part_of_an_address_reads_nothing_but_the_index_of_addresses(
    desk, subscribe_person
):
    subscribe_person("zed@example.org")
    with CaptureQueriesContext(connection) as asked:
        assert _shown(desk.get("/desk/contacts/?q=ed@")) == ["zed@example.org"]
    if connection.vendor == "sqlite":
        (sql,) = [q["sql"] for q in asked if "INSTR" in q["sql"]]
        scans = [line for line in _plan(sql) if line.startswith("SCAN")]
        assert [line.split(" INDEX")[0] for line in scans] == ["SCAN U0 USING COVERING"]


def test_no_list_of_contacts_is_scanned_or_sorted(desk, subscribe_person, now):
    person = subscribe_person()
    api.tag_person(person.pk, names=["VIP"], actor="owner", now=now)
    tag = api.tags_of(person.pk).get().pk
    for narrowed in ("", f"tag={tag}", f"tag={tag}&status=withdrawn", "q=an"):
        with CaptureQueriesContext(connection) as asked:
            desk.get(f"/desk/contacts/?{narrowed}")
        lists = [q["sql"] for q in asked if "audience_contactstatus" in q["sql"]]
        for sql in lists:
            if connection.vendor == "sqlite" and "RECURSIVE" not in sql:
                plan = _plan(sql)
                assert [line for line in plan if line.startswith("SCAN")] == []
                assert narrowed == "q=an" or "TEMP B-TREE" not in "".join(plan)


def _plan(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[3] for row in cursor.fetchall()]


@pytest.mark.parametrize("asked", ["", "q=p", "status=subscribed", "tag={tag}"])
@pytest.mark.parametrize("count", [1, 3])
def test_contact_list_asks_the_same_at_1_and_3_rows(
    desk, subscribe_person, count, asked, now, django_assert_max_num_queries
):
    for n in range(count):
        person = subscribe_person(f"p{n}@example.org", source=f"import:{n}")
        api.tag_person(person.pk, names=["a", "b"], actor="owner", now=now)
    query = asked.format(tag=Tag.objects.get(name="a").pk)
    with django_assert_max_num_queries(12):
        page = desk.get(f"/desk/contacts/?{query}").text
    assert [f"p{n}@example.org" in page for n in range(count)] == [True] * count


def test_a_contact_added_by_hand_needs_the_words_r19(desk):
    form = {"email": "ana@example.org", "name": "Ana", "basis": "consent"}
    assert desk.post("/desk/contacts/new/", form).status_code == 422
    assert person_by_email("ana@example.org") is None
    desk.post("/desk/contacts/new/", form | {"wording": "Signed at the fair"})
    assert api.is_subscribed(person_by_email("ana@example.org").pk)


def test_person_card_shows_the_proof_and_acts(desk, subscribe_person):
    person = subscribe_person(name="Ana Silva")
    path = f"/desk/contacts/{person.pk}/"
    page = desk.get(path).content.decode()
    assert "I agree to get the letter." in page
    desk.post(path, {"do": "tag", "name": "VIP"})
    tag = api.tags_of(person.pk).get()
    assert tag.name == "VIP"
    desk.post(path, {"do": f"untag:{tag.pk}"})
    desk.post(path, {"do": "withdraw"})
    assert api.tags_of(person.pk).count() == 0
    assert not api.is_subscribed(person.pk)
    assert desk.get("/desk/contacts/999999/").status_code == 404


def test_blocks_are_added_moved_and_removed_without_javascript(desk, draft):
    desk.post(_path(draft), _words(do="add:heading"))
    two = {"block-1-kind": "heading", "block-1-text": "Up"}
    desk.post(_path(draft), _words(**two, do="up:1"))
    assert [b["kind"] for b in Letter.objects.get().blocks] == ["heading", "text"]
    desk.post(_path(draft), _words(**two, do="remove:0"))
    assert [b["kind"] for b in Letter.objects.get().blocks] == ["heading"]


def test_the_editor_keeps_the_typing_when_something_is_wrong(desk, draft):
    answer = desk.post(_path(draft), _words(purpose="nonsense", subject="Kept"))
    assert answer.status_code == 422
    assert 'value="Kept"' in answer.content.decode()
    assert "Hello {first_name|you}" in answer.content.decode()


def test_preview_shows_the_letter_alone(desk, draft):
    page = desk.get(_path(draft, "preview/")).content.decode()
    assert "Hello you" in page
    assert "merge." not in page


def test_a_test_goes_to_the_owner(desk, draft):
    desk.post(_path(draft), _words(do="test"))
    assert Message.objects.get().deliveries.get().address == "camille@boreal.example"


def test_send_asks_first_and_a_double_click_sends_once_ae8(
    desk, draft, subscribe_person
):
    subscribe_person()
    assert desk.post(_path(draft), _words(do="send")).url == _path(draft, "send/")
    assert desk.get(_path(draft, "send/")).status_code == 200
    assert Message.objects.count() == 0
    for _click in range(2):
        answer = desk.post(_path(draft, "send/"), {"do": "now"})
        assert (answer.status_code, answer.url) == (302, _path(draft))
    assert Message.objects.count() == 1
    page = desk.get(_path(draft))
    assert page.templates[0].name == "audience/backoffice/letter_progress.html"
    desk.post(_path(draft, "pause/"))
    assert Letter.objects.get().state == "paused"
    assert desk.get("/desk/letters/?state=paused&q=spr").context["page"].rows == [draft]


def test_a_letter_is_scheduled_in_the_owners_zone(desk, draft, now):
    desk.post(_path(draft, "send/"), {"do": "schedule", "at": "2026-09-15T12:30"})
    assert Letter.objects.get().scheduled_at == now + timedelta(hours=2)
    assert desk.get(_path(draft)).status_code == 200
    desk.post(_path(draft, "unschedule/"))
    assert Letter.objects.get().state == "draft"
    bad = desk.post(_path(draft, "send/"), {"do": "schedule", "at": "nonsense"})
    assert bad.status_code == 422


def test_an_unready_letter_says_so(desk, draft, subscribe_person):
    subscribe_person()
    desk.post(
        _path(draft), _words(subject="x", **{"block-0-kind": "divider"}, do="save")
    )
    answer = desk.post(_path(draft, "send/"), {"do": "now"})
    assert answer.status_code == 422
    assert Letter.objects.get().state == "draft"


def test_audience_facts_tell_who_came_and_left(subscribe_person, business, now):
    person = subscribe_person()
    api.withdraw_consent(person.pk, actor="visitor", now=now + timedelta(hours=1))
    facts = api.audience_facts(now.date(), now.date())
    assert [(f.at, f.contact, f.event, f.source) for f in facts] == [
        (now, person.pk, "joined", "hand"),
        (now + timedelta(hours=1), person.pk, "left", ""),
    ]
    day = now.date() - timedelta(days=1)
    assert api.audience_facts(day, day) == []


def test_a_letter_planned_for_later_says_when_in_the_business_zone(desk, now):
    letter = letters.start_letter(subject="Printemps", actor="owner", now=now)
    words = [{"kind": "text", "text": "Bonjour"}]
    letters.write_letter(
        letter.pk,
        subject="Printemps",
        preheader="",
        blocks=words,
        text="",
        segment_id=None,
        actor="owner",
        now=now,
    )
    path = f"/desk/letters/{letter.pk}/"
    form = {"do": "schedule", "at": "2026-09-20T18:00"}
    assert desk.post(f"{path}send/", form).status_code == 302
    page = desk.get(path).content.decode()
    assert "Sept. 20, 2026, 6 p.m. (Europe/Paris)" in page


def test_a_letter_without_words_is_not_ready(now, business):
    draft = letters.start_letter(subject="Printemps", actor="owner", now=now)
    checks = {c.key: c.is_good for c in checks_of(draft, render_letter(draft, now=now))}
    assert checks["body"] is False


def test_what_cannot_be_undone_asks_once_more(desk, subscribe_person):
    person = subscribe_person("ana@example.org")
    path = f"/desk/contacts/{person.pk}/"
    page = desk.get(path).content.decode()
    assert page.count('<details class="confirm">') == 3
    desk.post(f"{path}?do=suppress")
    page = desk.get(path).content.decode()
    assert page.count('<details class="confirm">') == 2
    assert "This address is on the suppression list" in page


def test_what_happened_is_told_in_words(desk, subscribe_person):
    person = subscribe_person("ana@example.org")
    page = desk.get(f"/desk/contacts/{person.pk}/").content.decode()
    assert "Consent recorded (the owner)" in page
    assert "audience.consent" not in page
    french = desk.get(
        f"/desk/contacts/{person.pk}/", headers={"accept-language": "fr"}
    ).content.decode()
    assert "Consentement enregistré (le propriétaire)" in french
