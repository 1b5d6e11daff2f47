"""Content of other sites: known players, embedded without cookies where they offer it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Embed:
    """A player that may be shown after the visitor's click (R11).

    provider  the name the visitor reads before consenting (R4)
    src       the address of the frame
    """

    provider: str
    src: str


class NotEmbeddable(ValueError):
    """The address belongs to no player that the site may show."""


def embed_for(url: str) -> Embed:
    """Return the player of a page's address.

    Raises  NotEmbeddable: another site, or no video in the address
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    code = ""
    if host == "youtu.be":
        code = parts.path.strip("/")
    elif host in {"youtube.com", "youtube-nocookie.com"}:
        code = parse_qs(parts.query).get("v", [""])[0] or _after(parts.path, "embed")
    elif host in {"vimeo.com", "player.vimeo.com"}:
        number = parts.path.rstrip("/").rpartition("/")[2]
        if number.isdigit():
            return Embed("Vimeo", f"https://player.vimeo.com/video/{number}?dnt=1")
    if code and all(letter.isalnum() or letter in "-_" for letter in code):
        return Embed("YouTube", f"https://www.youtube-nocookie.com/embed/{code}")
    raise NotEmbeddable(host or url)


def _after(path: str, word: str) -> str:
    first, _, rest = path.strip("/").partition("/")
    return rest if first == word else ""
