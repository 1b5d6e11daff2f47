"""Our own signatures: verified by another program, kept secret, changed without a gap."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from hashlib import sha256

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from perenne.mail.actions.builds import Builder, From
from perenne.mail.actions.signing import (
    prepare_keys,
    put_key_to_work,
    signer_for,
    stop_signing,
)
from perenne.mail.domain.mime import BuiltMail, Unsubscribing
from perenne.mail.models import SendingKey

pytestmark = pytest.mark.django_db
DOMAIN = "boreal.example"


def record_of(row):
    return f"v=DKIM1; k={row.algorithm}; p={row.public}".encode()


def built():
    return BuiltMail(
        key="k",
        sender_name="Atelier Boréal",
        sender=f"letter@{DOMAIN}",
        subject="Un été à deux, et bien plus que les soixante-six caractères permis",
        text="Bonjour {{ merge.name }}\n\n  deux  espaces   \n\n\n",
        html="<p>Bonjour {{ merge.name }}</p>",
        unsubscribing=Unsubscribing("https://boreal.example/u/", f"l@{DOMAIN}"),
    )


def joined(now):
    return built().joined(
        to="a@x.example", number=7, at=now, merge={"name": "Ève"}, token="t" * 70
    )


@pytest.fixture
def keys(now):
    prepare_keys(DOMAIN, actor="owner", now=now)
    rows = {row.algorithm: row for row in SendingKey.objects.all()}
    for row in rows.values():
        put_key_to_work(row.pk, actor="owner", now=now)
    return rows


def verify(message, rows, *, index=0):
    published = {
        f"{row.selector}._domainkey.{DOMAIN}.".encode(): record_of(row)
        for row in rows.values()
    }
    verifier = dkim.DKIM(message)
    try:
        return verifier.verify(
            index, dnsfunc=lambda name, timeout=5: published.get(name)
        )
    except dkim.ValidationError:
        return False


def test_a_message_is_signed_so_that_another_program_agrees_r25(keys, now):
    message = signer_for(f"letter@{DOMAIN}").signed(joined(now), at=now)
    found = [line for line in message.split(b"\r\n") if b"a=" in line[:40]]
    assert [b"ed25519" in line for line in found] == [True, False]
    assert verify(message, keys, index=1) is True
    names = message.split(b"a=rsa")[1].split(b"h=")[1].split(b";")[0].split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= set(names)
    assert names.count(b"from") == 2


def test_the_ed25519_signature_holds(keys, now):
    """The library for tests knows RSA only: the steps of RFC 8463 by hand."""
    plain = joined(now)
    message = signer_for(f"letter@{DOMAIN}").signed(plain, at=now)
    head = message.split(b"\r\nDKIM-Signature: ")[0]
    flat = head.replace(b"\r\n", b"")
    tags, _b, signature = flat.partition(b" b=")
    names = tags.split(b"h=")[1].split(b";")[0].split(b":")
    lines = plain.split(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").split(b"\r\n")
    by_name = {line.split(b":")[0].lower(): line.split(b":", 1)[1] for line in lines}
    text = b"".join(
        name + b":" + b" ".join(by_name[name].split()) + b"\r\n" for name in names[:-1]
    )
    text += b"dkim-signature:" + tags.split(b": ", 1)[1] + b" b="
    public = Ed25519PublicKey.from_public_bytes(b64decode(keys["ed25519"].public))
    public.verify(b64decode(signature.replace(b" ", b"")), sha256(text).digest())


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"deux", b"trois"), (b"List-Unsubscribe: <", b"List-Unsubscribe: <x"), (b"To: a@", b"To: b@")],
)  # fmt: skip
def test_a_changed_message_is_found_out(keys, now, before, after):
    message = signer_for(f"letter@{DOMAIN}").signed(joined(now), at=now)
    assert before in message
    assert verify(message.replace(before, after), keys, index=1) is False


def test_the_engines_messages_are_signed(keys, make_letter, business, now):
    make_letter(["a@x.example"])
    from perenne.mail.models import Delivery

    row = Delivery.objects.values(
        "id", "message_id", "address", "merge", "unsubscribe_token"
    ).get()
    builder = Builder(From("B", f"letter@{DOMAIN}"))
    jobs, _broken = builder.jobs([row], now=now, limited=())
    assert verify(b"".join(jobs[0].content()), keys, index=1) is True


def test_a_key_that_waits_signs_nothing(now):
    prepare_keys(DOMAIN, actor="owner", now=now)
    assert signer_for(f"letter@{DOMAIN}") is None


def test_preparing_again_keeps_the_key_that_waits(now):
    assert prepare_keys(DOMAIN, actor="owner", now=now) == 2
    assert prepare_keys(DOMAIN, actor="owner", now=now) == 0


def test_a_new_key_takes_over_when_it_is_put_to_work(keys, now):
    later = now + timedelta(days=180)
    prepare_keys(DOMAIN, actor="owner", now=later)
    assert signer_for(f"letter@{DOMAIN}")._keys[1].selector == keys["rsa"].selector
    new = SendingKey.objects.get(algorithm="rsa", state="prepared")
    assert put_key_to_work(new.pk, actor="owner", now=later) is True
    assert put_key_to_work(new.pk, actor="owner", now=later) is False
    assert signer_for(f"letter@{DOMAIN}")._keys[1].selector == new.selector
    keys["rsa"].refresh_from_db()
    assert (keys["rsa"].state, new.selector) == ("retired", "perenne-r2703-2")


def test_signing_can_be_left_to_the_server(keys, now):
    assert stop_signing(DOMAIN, actor="owner", now=now) == 2
    assert signer_for(f"letter@{DOMAIN}") is None


def test_the_private_key_is_sealed_with_the_installations_secret(keys, settings):
    assert b"PRIVATE" not in bytes(keys["rsa"].sealed)
    settings.SECRET_KEY = "another"
    assert signer_for(f"letter@{DOMAIN}") is None
