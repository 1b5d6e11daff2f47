"""Pictures are shown; whatever else lies in the folder is not."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x00\xff\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;"
)


@pytest.fixture
def stored(settings):
    def keep(name):
        return default_storage.save(name, ContentFile(PIXEL))

    return keep


def test_a_picture_is_shown_and_kept_for_a_day(client, business, stored):
    answer = client.get(f"/media/{stored('brand/logo.gif')}")
    assert b"".join(answer.streaming_content) == PIXEL
    assert answer["Content-Type"] == "image/gif"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=86400"
    again = client.get(
        "/media/brand/logo.gif",
        headers={"if-modified-since": answer["Last-Modified"]},
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "name",
    [
        "documents/page.html",
        "documents/drawing.svg",
        "documents/contract.pdf",
        "nothing.png",
        "../perenne.sqlite3",
        "../private/lesson.png",
        "brand/../../private/lesson.png",
        "%2e%2e/private/lesson.png",
        "brand/",
        "brand/\x00.png",
    ],
)
def test_nothing_else_is(client, business, stored, settings, tmp_path, name):
    stored("brand/logo.gif")
    for inside in ("documents/page.html", "documents/drawing.svg"):
        stored(inside)
    private = tmp_path / "private"
    private.mkdir(exist_ok=True)
    (private / "lesson.png").write_bytes(PIXEL)
    assert client.get(f"/media/{name}").status_code == 404
