"""The private storage: files that no public address leads to."""

from __future__ import annotations

import hashlib
import secrets
from typing import IO, TYPE_CHECKING, Any

from django.core.files.storage import storages

if TYPE_CHECKING:
    from django.core.files.base import File

_CHUNK = 1 << 20


def _storage() -> Any:
    return storages["private"]


def keep(file: File[bytes], *, extension: str) -> tuple[str, int, str]:
    """Store a file under a random name; return its path, size in bytes and SHA-256."""
    digest, size = hashlib.sha256(), 0
    for chunk in file.chunks(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    path = _storage().save(f"courses/{secrets.token_hex(16)}.{extension}", file)
    return str(path), size, digest.hexdigest()


def open_file(path: str) -> IO[bytes]:
    """Open a stored file for reading; FileNotFoundError when it is gone."""
    return _storage().open(path, "rb")


def exists(path: str) -> bool:
    """Tell whether a stored file is there."""
    return bool(_storage().exists(path))


def forget(path: str) -> None:
    """Remove a stored file; nothing happens when it is gone."""
    _storage().delete(path)
