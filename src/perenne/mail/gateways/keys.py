"""Key pairs for signing, made, sealed and opened with the cryptography library."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

if TYPE_CHECKING:
    from perenne.mail.domain.dkim import PrivateKey

_RSA_BITS = 2048


class KeyNotOurs(Exception):
    """The secret of this installation does not open the key: it was made under another."""


@dataclass(frozen=True, slots=True)
class Pair:
    """public is what the DNS record holds after "p="; sealed opens with the same secret."""

    public: str
    sealed: bytes


class _Rsa:
    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class _Ed25519:
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def sign(self, data: bytes) -> bytes:
        # RFC 8463, 3: the hash of the data is signed, not the data.
        return self._key.sign(sha256(data).digest())


def make_pair(algorithm: str, *, secret: str) -> Pair:
    """Return a new pair for "rsa" or "ed25519"."""
    key: rsa.RSAPrivateKey | Ed25519PrivateKey
    if algorithm == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
        shown = key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
    else:
        key = Ed25519PrivateKey.generate()
        shown = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    hidden = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return Pair(b64encode(shown).decode("ascii"), _box(secret).encrypt(hidden))


def open_key(sealed: bytes, *, secret: str) -> PrivateKey:
    """Return the private key; KeyNotOurs when it was sealed with another secret."""
    try:
        hidden = _box(secret).decrypt(sealed)
    except InvalidToken as error:
        raise KeyNotOurs from error
    key = load_der_private_key(hidden, password=None)
    if isinstance(key, rsa.RSAPrivateKey):
        return _Rsa(key)
    if isinstance(key, Ed25519PrivateKey):
        return _Ed25519(key)
    raise KeyNotOurs


def _box(secret: str) -> Fernet:
    digest = sha256(b"perenne.mail.keys:" + secret.encode()).digest()
    return Fernet(urlsafe_b64encode(digest))
