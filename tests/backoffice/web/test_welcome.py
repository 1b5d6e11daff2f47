"""The first run: open once, only by the owner's link."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from perenne.core.models import Business
from perenne.people.api import issue_owner_link, owner_account
from perenne.streams.api import streams

TYPED = {
    "owner_name": "Camille Moreau",
    "owner_email": "Camille@Boreal.example",
    "language": "fr",
    "time_zone": "Europe/Paris",
    "name": "Atelier Boréal",
    "legal_form": "micro",
    "vat_regime": "franchise",
    "siren": "732 829 320",
    "currency": "EUR",
    "street": "",
    "postcode": "",
    "city": "",
    "brand_colour": "#123456",
}


@pytest.fixture
def holder(client, db, now):
    """A browser that came by the owner's link."""
    cache.clear()
    client.post(f"/enter/{issue_owner_link(now=now)}/")
    return client


def _bomb():
    """A PNG that says it is 30,000 pixels wide and high."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    check = struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk + check


def _picture(kind="PNG"):
    stream = BytesIO()
    Image.new("RGB", (20, 20), "red").save(stream, kind)
    return stream.getvalue()


def test_nobody_sets_up_without_the_link(client, db):
    assert client.get("/welcome/").status_code == 403
    assert client.post("/welcome/", TYPED).status_code == 403
    assert (Business.objects.count(), owner_account()) == (0, None)


def test_the_set_up_makes_business_owner_and_streams_and_signs_in(holder):
    assert holder.get("/welcome/").status_code == 200
    answer = holder.post("/welcome/", TYPED)
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    business = Business.objects.get()
    told = (business.name, business.siren, business.email, business.brand_colour)
    assert told == (
        "Atelier Boréal",
        "732829320",
        "camille@boreal.example",
        "#123456",
    )
    owner = owner_account()
    assert (owner.email, owner.get_full_name()) == (
        "camille@boreal.example",
        "Camille Moreau",
    )
    assert holder.session["_auth_user_id"] == str(owner.pk)
    assert len(streams()) > 0


def test_the_set_up_happens_once(holder):
    holder.post("/welcome/", TYPED)
    answer = holder.post("/welcome/", TYPED | {"name": "Another"})
    assert answer["Location"] == "/desk/"
    assert [b.name for b in Business.objects.all()] == ["Atelier Boréal"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("siren", "732829321"),
        ("owner_email", "camille@localhost"),
        ("brand_colour", "red"),
        ("time_zone", "Nowhere/Land"),
        ("currency", "ABC"),
        ("name", ""),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_made(
    holder, field, typed
):
    answer = holder.post("/welcome/", TYPED | {field: typed})
    assert list(answer.context["form"].errors) == [field]
    assert (Business.objects.count(), owner_account()) == (0, None)


def test_who_charges_vat_gets_the_number_from_the_siren(holder):
    holder.post("/welcome/", TYPED | {"vat_regime": "liable"})
    assert Business.objects.get().vat_number == "FR44732829320"


def test_who_charges_vat_needs_a_number(holder):
    answer = holder.post("/welcome/", TYPED | {"vat_regime": "liable", "siren": ""})
    assert list(answer.context["form"].errors) == ["siren"]
    assert Business.objects.count() == 0


def test_the_logo_is_named_by_what_it_is(holder):
    logo = SimpleUploadedFile("logo.html", _picture(), "text/html")
    holder.post("/welcome/", TYPED | {"logo": logo})
    assert Business.objects.get().logo.name == "brand/logo.png"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.png", b"<script>alert(1)</script>"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("logo.gif", _picture("GIF")),
        ("logo.png", b"\x89PNG" + b"0" * 1024 * 1024),
        ("logo.png", _bomb()),
    ],
)
def test_a_file_that_is_no_picture_is_refused(holder, name, content):
    logo = SimpleUploadedFile(name, content, "image/png")
    answer = holder.post("/welcome/", TYPED | {"logo": logo})
    assert list(answer.context["form"].errors) == ["logo"]
    assert Business.objects.count() == 0


def test_public_pages_say_that_nothing_is_set_up_yet(client, db):
    answer = client.get("/account/inactive/", headers={"accept-language": "en"})
    assert "This house is being furnished." in answer.content.decode()
