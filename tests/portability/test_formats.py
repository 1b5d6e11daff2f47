"""The files of other tools become one neutral row, whatever they call things (E1–E13)."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from perenne.people.domain.addresses import normal_address
from perenne.portability.domain.archives import open_table
from perenne.portability.domain.contacts import ParsedContact, Plan, parse_contact
from perenne.portability.domain.files import Choices, understand
from perenne.portability.domain.formats import FORMATS
from perenne.portability.domain.formats.base import SYNONYMS, TARGETS
from perenne.portability.domain.states import WORDS, State, most_careful
from perenne.portability.domain.tables import UnreadableTable, read_rows
from tests.portability.conftest import SHARED

NOW = datetime(2026, 9, 15, tzinfo=UTC)
real_files = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared sample files are not here"
)


def read(data, name="contacts.csv", **choices):
    """Return the file and its rows, parsed by its own proposals."""
    stream = io.BytesIO(data)
    file = understand(stream, file_name=name, choices=Choices(**choices))
    parsed = []
    for table in file.tables:
        plan = Plan(
            mapping={c: t for c, t in file.mapping.items() if t},
            source=file.source,
            state=table.state,
            silent=State.SUBSCRIBED if file.source.vouched else State.UNKNOWN,
            habits=file.habits,
            normalise=normal_address,
            now=NOW,
        )
        with open_table(stream, table.name) as opened:
            parsed += [parse_contact(r, plan) for r in read_rows(opened, table.layout)]
    return file, parsed


def packed(**files):
    """Return a zip of files: packed(subscribed=b"…") holds "subscribed.csv"."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(f"{name}.csv", data)
    return stream.getvalue()


def states(parsed):
    return {row.email: row.state.value for row in parsed}


def test_every_place_a_format_sends_a_column_to_exists():
    for source in FORMATS.values():
        for target in source.targets.values():
            known = target in {"", *TARGETS} or target.startswith(("new:", "touch:"))
            assert known, (source.key, target)
    assert set(SYNONYMS) <= set(TARGETS)


def test_the_more_careful_of_two_states_holds_whatever_their_order():
    assert most_careful([]) is State.UNKNOWN
    assert most_careful([State.SUBSCRIBED, State.UNKNOWN]) is State.UNKNOWN
    assert most_careful([State.UNSUBSCRIBED, State.SUBSCRIBED]) is State.UNSUBSCRIBED
    assert most_careful([State.BOUNCED, State.COMPLAINED]) is State.COMPLAINED


@pytest.mark.parametrize("source", FORMATS.values(), ids=FORMATS)
def test_every_format_answers_every_word_and_subscribes_by_few_r19(source):
    yes = {
        word
        for word in {*WORDS, *source.states, "vip", "?", "true", "1"}
        if source.state(word) is State.SUBSCRIBED
    }
    own = {w for w, state in source.states.items() if state is State.SUBSCRIBED}
    assert (
        yes
        == {w for w, s in WORDS.items() if s is State.SUBSCRIBED}
        - {w for w, s in source.states.items() if s is not State.SUBSCRIBED}
        | own
    )


BUTTONDOWN = (
    "id,secondary_id,email,notes,subscriber_type,referrer_url,creation_date,"
    "subscription_date,unsubscription_date\n"
    "1,1,a@b.fr,Met in Lyon,regular,https://x.example/,2024-01-02T00:00:00Z,"
    "2024-01-03T00:00:00Z,\n"
    "2,2,c@d.fr,,unactivated,,2024-01-02T00:00:00Z,,\n"
    "3,3,e@f.fr,,unsubscribed,,2024-01-02T00:00:00Z,2024-01-03T00:00:00Z,"
    "2024-02-03T00:00:00Z\n"
    "4,4,g@h.fr,,spammy,,2024-01-02T00:00:00Z,,\n"
)
KIT = (
    "Subscriber ID,First Name,Last Name,Email Address,State,Created At,Source,Tags,Size\n"
    '1,Ana,Silva,a@b.fr,active,2024-01-02 10:00:00 UTC,Form,"VIP, Early bird",M\n'
    "2,,,c@d.fr,inactive,,,,\n3,,,e@f.fr,cancelled,,,,\n4,,,g@h.fr,bounced,,,,\n"
    "5,,,i@j.fr,complained,,,,\n6,,,k@l.fr,cold,,,,\n"
)
BREVO = (
    "CONTACT ID;EMAIL;NOM;PRENOM;SMS;EMAIL_BLACKLISTED;ADDED_TIME;MODIFIED_TIME\n"
    "1;a@b.fr;Silva;Ana;33611111111;No;12-04-2022 09:30;13-04-2022 10:00\n"
    "2;c@d.fr;;;;Yes;12-04-2022;13-04-2022\n3;e@f.fr;;;;;;\n"
)
SYSTEME = (
    "Email,First name,Surname,Date registered,Tags,Unsubscribed\n"
    'a@b.fr,Ana,Silva,2024-03-01,"client,atelier",No\nc@d.fr,,,2024-03-02,,Yes\n'
)
CURATED = (
    "Email Address,Subscribed at,UTM Source,UTM Medium,UTM Term,UTM Content,"
    "UTM Campaign,UTM Last Path,UTM Referrer\n"
    "a@b.fr,2023-04-05 10:00:00 UTC,podcast,audio,,,spring,/join,https://x.example/\n"
)
LISTMONK = (
    "email,name,attributes\n"
    'a@b.fr,Ana,"{""city"": ""Lyon"", ""tags"": [""x"", ""y""], ""vip"": true}"\n'
)
SUBSTACK = (
    "email,active_subscription,expiry,email_disabled,prefer_digests,created_at\n"
    "a@b.fr,true,2025-01-01T00:00:00Z,false,false,2022-01-02T03:04:05Z\n"
    "c@d.fr,false,,true,false,2022-01-02T03:04:05Z\n"
)
SUBSTACK_NOW = (
    "Email,Name,Type,Stripe plan,Start date,Paid upgrade date,Country\n"
    "a@b.fr,Ana,Monthly,Monthly,2024-01-02,2024-02-02,FR\nc@d.fr,,Free,,2024-01-02,,\n"
)


@pytest.mark.parametrize(
    ("data", "key", "expected"),
    [
        (
            BUTTONDOWN,
            "buttondown",
            ["subscribed", "unknown", "unsubscribed", "unknown"],
        ),
        (
            KIT,
            "kit",
            [
                *("subscribed", "unknown", "unsubscribed", "bounced"),
                *("complained", "subscribed"),
            ],
        ),
        (BREVO, "brevo", ["subscribed", "unsubscribed", "unknown"]),
        (SYSTEME, "systeme", ["subscribed", "unsubscribed"]),
        (CURATED, "curated", ["subscribed"]),
        (LISTMONK, "listmonk", ["subscribed"]),
        (SUBSTACK, "substack", ["subscribed", "unsubscribed"]),
        (SUBSTACK_NOW, "substack", ["subscribed", "subscribed"]),
    ],
)
def test_a_tool_is_recognised_and_its_states_are_read(data, key, expected):
    file, parsed = read(data.encode())
    assert (file.source.key, [row.state.value for row in parsed]) == (key, expected)


def test_what_each_tool_knows_of_somebody_arrives():
    first = {
        name: read(data.encode())[1][0]
        for name, data in {
            "kit": KIT,
            "brevo": BREVO,
            "systeme": SYSTEME,
            "curated": CURATED,
            "buttondown": BUTTONDOWN,
            "substack": SUBSTACK_NOW,
        }.items()
    }
    assert (first["kit"].name, first["kit"].labels, first["kit"].touch) == (
        "Ana Silva",
        ("VIP", "Early bird"),
        {"utm_source": "Form"},
    )
    assert (first["brevo"].name, first["brevo"].created_at) == (
        "Ana Silva",
        datetime(2022, 4, 12, 9, 30, tzinfo=UTC),
    )
    assert first["systeme"].labels == ("client", "atelier")
    assert first["curated"].touch == {
        "utm_source": "podcast",
        "utm_medium": "audio",
        "utm_campaign": "spring",
        "page": "/join",
        "referrer": "https://x.example/",
    }
    assert (first["buttondown"].note, first["buttondown"].created_at) == (
        "Met in Lyon",
        datetime(2024, 1, 3, tzinfo=UTC),
    )
    assert first["substack"].paid is True


def test_columns_that_only_the_owner_knows_become_custom_fields():
    assert read(KIT.encode())[0].mapping["Size"] == "new:text"
    assert read(BREVO.encode())[0].mapping["SMS"] == "new:text"
    mapping = read(LISTMONK.encode())[0].mapping
    assert {c: t for c, t in mapping.items() if c.startswith("attributes.")} == {
        "attributes.city": "new:text",
        "attributes.tags": "new:text",
        "attributes.vip": "new:text",
    }


MAILCHIMP = "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,TAGS\n"


def test_mailchimps_state_is_in_the_name_of_each_file():
    file, parsed = read(
        packed(
            subscribed_members=f"{MAILCHIMP}s@b.fr,,,,192.0.2.7,\nu@b.fr,,,,,\n",
            unsubscribed_members=f"{MAILCHIMP}u@b.fr,,,,,\n",
            cleaned_members=f"{MAILCHIMP}c@b.fr,,,,,\n",
            nonsubscribed_members=f"{MAILCHIMP}n@b.fr,,,,,\n",
            campaigns="Title,Sent\nHello,1\n",
        ),
        "audience.zip",
    )
    assert [table.name for table in file.tables] == [
        "cleaned_members.csv",
        "unsubscribed_members.csv",
        "nonsubscribed_members.csv",
        "subscribed_members.csv",
    ]
    # Who is out is read first: the later line of the same address is the one refused.
    assert [(row.email, row.state.value) for row in parsed] == [
        ("c@b.fr", "bounced"),
        ("u@b.fr", "unsubscribed"),
        ("n@b.fr", "unknown"),
        ("s@b.fr", "subscribed"),
        ("u@b.fr", "subscribed"),
    ]
    assert parsed[3].evidence == {"OPTIN_IP": "192.0.2.7"}


def test_mailchimps_file_under_another_name_subscribes_nobody_r19():
    _file, parsed = read(f"{MAILCHIMP}s@b.fr,,,,,\n".encode(), "export.csv")
    assert states(parsed) == {"s@b.fr": "unknown"}


def test_substacks_zip_gives_its_list_and_leaves_the_posts():
    file, parsed = read(
        packed(posts="post_id,title\n1.a,Hello\n", email_list=SUBSTACK), "export.zip"
    )
    assert (file.source.key, [table.name for table in file.tables]) == (
        "substack",
        ["email_list.csv"],
    )
    assert states(parsed) == {"a@b.fr": "subscribed", "c@d.fr": "unsubscribed"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 and nothing more", "zip_broken"),
        (packed(posts="post_id,title\n1.a,Hello\n", more="a,b\n1,2\n"), "zip_empty"),
        (packed(), "empty"),
    ],
)
def test_a_zip_without_contacts_is_refused_whole(data, reason):
    with pytest.raises(UnreadableTable) as refused:
        read(data, "x.zip")
    assert refused.value.reason in {reason, "binary"}


def test_a_zip_that_would_fill_the_disk_is_refused(monkeypatch):
    monkeypatch.setattr("perenne.portability.domain.archives._MOST_BYTES", 1000)
    bomb = packed(contacts="email\n" + "a" * 2000)
    assert len(bomb) < 1000
    with pytest.raises(UnreadableTable) as refused:
        read(bomb, "x.zip")
    assert refused.value.reason == "zip_too_large"


@real_files
def test_the_real_mailchimp_files_are_read_whole():
    files = {
        f"{name}_export": (SHARED / "mailchimp" / f"{name}.csv").read_bytes()
        for name in ("subscribed", "unsubscribed", "cleaned")
    }
    file, parsed = read(packed(**files), "audience.zip")
    assert file.source.key == "mailchimp"
    by_letter = {row.email[0]: row.state.value for row in parsed}
    assert by_letter == {"s": "subscribed", "u": "unsubscribed", "c": "bounced"}
    tagged = {label for row in parsed for label in row.labels}
    assert tagged == {"Editors", "Lorem Editors"}


@real_files
def test_the_real_beehiiv_file_is_read_whole():
    file, parsed = read((SHARED / "beehiiv" / "members.csv").read_bytes())
    assert file.source.key == "beehiiv"
    found = {
        row.email.partition("@")[0]: (row.state.value, row.paid, row.labels)
        for row in parsed
        if isinstance(row, ParsedContact)
    }
    assert {name: found[name] for name in ("lorem", "ipsum", "dolor", "amett")} == {
        "lorem": ("subscribed", False, ()),
        "ipsum": ("subscribed", True, ("Silver Tier",)),
        "dolor": ("unsubscribed", False, ()),
        "amett": ("unknown", False, ()),
    }
