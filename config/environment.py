"""Read settings from the environment, then from perenne.toml, then a default.

A wrong value stops the start with one sentence that names it; it is never guessed.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.places import ROOT, data_folder

DATA = data_folder().resolve()


def _file_values() -> dict[str, Any]:
    path = Path(os.environ.get("PERENNE_CONFIG") or ROOT / "perenne.toml")
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ImproperlyConfigured(f"{path.name} cannot be read: {error}") from error


_FILE = _file_values()


def text(name: str, default: str = "") -> str:
    """Return PERENNE_<NAME> from the environment, else <name> from perenne.toml."""
    value = os.environ.get(f"PERENNE_{name.upper()}")
    return str(_FILE.get(name.lower(), default)) if value is None else value


def family(name: str) -> dict[str, str]:
    """Return settings of one kind by their own names: PERENNE_<NAME>_<OWN>, <name>_<own>.

    The environment goes before perenne.toml; own names are in small letters, in order.
    """
    found = {
        key.removeprefix(f"{name}_"): str(value)
        for key, value in _FILE.items()
        if key.startswith(f"{name}_")
    }
    start = f"PERENNE_{name.upper()}_"
    found |= {
        key.removeprefix(start).lower(): value
        for key, value in os.environ.items()
        if key.startswith(start)
    }
    return {own: value for own, value in sorted(found.items()) if value}


def flag(name: str, *, default: bool) -> bool:
    """Return a yes/no setting; any other word is refused."""
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False, "": False}
    value = text(name, str(default)).strip().lower()
    if value not in words:
        raise ImproperlyConfigured(f"PERENNE_{name.upper()} must be yes or no.")
    return words[value]


def number(name: str, default: int) -> int:
    """Return a whole-number setting."""
    value = text(name, str(default)).strip()
    if not value.isdigit():
        raise ImproperlyConfigured(f"PERENNE_{name.upper()} must be a whole number.")
    return int(value)


def words(name: str, default: str) -> list[str]:
    """Return a comma-separated setting as a list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str, default: str = "") -> list[str]:
    """Return a comma-separated setting of addresses and networks; a wrong one is refused."""
    found = words(name, default)
    for text in found:
        try:
            ip_network(text)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"PERENNE_{name.upper()}: {text} is neither an address nor a network."
            ) from error
    return found


def secret_key() -> str:
    """Return the key that signs cookies and links, made at the first start.

    Written once to <data>/secret_key, readable by its owner only.
    """
    given = text("secret_key")
    if given:
        return given
    path = DATA / "secret_key"
    DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(secrets.token_urlsafe(50))
    return path.read_text("utf-8").strip()


def database() -> dict[str, Any]:
    """Return Django's DATABASES entry for PERENNE_DATABASE_URL.

    sqlite:///path (default: <data>/perenne.sqlite3) or
    postgresql://user:password@host:port/name?option=value
    """
    url = text("database_url")
    if not url:
        return _sqlite(DATA / "perenne.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "PERENNE_DATABASE_URL must begin with sqlite:// or postgresql://."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def _sqlite(path: Path) -> dict[str, Any]:
    """Return a SQLite entry: WAL, writers queue at BEGIN, no lock upgrade to fail on.

    docs/adr/0001-databases.md tells why.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
                "PRAGMA cache_size=-16000;PRAGMA temp_store=MEMORY;"
            ),
        },
    }
