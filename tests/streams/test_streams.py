import pytest

from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.streams.actions.streams import (
    StreamNameTaken,
    add_stream,
    change_stream,
    move_stream,
)
from perenne.streams.api import default_stream, ensure_default_streams, stream_by_slug
from perenne.streams.api import streams as all_streams
from perenne.streams.models import Stream

DEFAULTS = [
    ("one-to-one", "one_to_one", "1:1"),
    ("membership", "recurring", "Membership"),
    ("courses", "digital", "Courses"),
    ("products", "digital", "Digital products"),
    ("events", "event", "Events"),
    ("affiliate", "affiliate", "Affiliate"),
    ("capital", "capital", "Capital income"),
]


def test_default_streams_are_made_once(db, now):
    ensure_default_streams(language="en", now=now)
    ensure_default_streams(language="fr", now=now)
    assert [(s.slug, s.nature, s.name) for s in all_streams()] == DEFAULTS
    assert LogEntry.objects.filter(verb="streams.stream_added").count() == 7


def test_default_stream_is_the_first_active_one(streams, now):
    assert default_stream("digital") == streams["courses"]
    change_stream(
        streams["courses"].pk,
        name="Courses",
        nature="digital",
        active=False,
        actor="owner",
        now=now,
    )
    assert default_stream("digital") == streams["products"]


def test_default_stream_is_made_when_missing(business):
    stream = default_stream("other")
    assert (stream.nature, stream.slug, stream.active) == ("other", "other", True)
    assert default_stream("other") == stream


def test_default_stream_of_an_unknown_nature_is_a_bug(db):
    with pytest.raises(StopIteration):
        default_stream("lottery")


def test_add_stream_gives_a_free_slug_and_the_last_place(streams, now):
    stream = add_stream(name="Events!", nature="event", actor="owner", now=now)
    assert (stream.slug, stream.position) == ("events-2", 8)
    assert all_streams()[-1] == stream


def test_a_stream_name_is_taken_once(streams, now):
    logged = LogEntry.objects.count()
    with pytest.raises(StreamNameTaken):
        add_stream(name="Courses", nature="digital", actor="owner", now=now)
    with pytest.raises(StreamNameTaken):
        change_stream(
            streams["events"].pk,
            name="Courses",
            nature="event",
            active=True,
            actor="owner",
            now=now,
        )
    assert (Stream.objects.count(), LogEntry.objects.count()) == (7, logged)


def test_move_stream_swaps_neighbours(streams, now):
    move_stream(streams["membership"].pk, up=True, actor="owner", now=now)
    assert [s.slug for s in all_streams()][:3] == [
        "membership",
        "one-to-one",
        "courses",
    ]
    move_stream(streams["membership"].pk, up=True, actor="owner", now=now)
    assert all_streams()[0] == streams["membership"]
    with pytest.raises(NotFound):
        move_stream(0, up=True, actor="owner", now=now)


def test_stream_by_slug(streams):
    assert stream_by_slug("capital") == streams["capital"]
    assert stream_by_slug("nothing") is None
