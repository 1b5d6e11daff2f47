"""What is looked at before a letter goes out."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from perenne.audience.domain.blocks import Block, links_of

MOST_BYTES = 102_000  # some mail programs cut longer letters, the way out with them


@dataclass(frozen=True, slots=True)
class Check:
    """One look: its key, whether it is good, and what was found."""

    key: str
    is_good: bool
    detail: str = ""


def letter_checks(
    *, subject: str, blocks: list[Block], size_bytes: int, has_way_out: bool
) -> list[Check]:
    """Return the checks of a letter, in the order they are shown."""
    bad_links = [link for link in links_of(blocks) if not well_formed(link)]
    bare = [b["url"] for b in blocks if b["kind"] == "image" and not b["alt"].strip()]
    words = any(
        block["text"].strip()
        for block in blocks
        if block["kind"] in {"text", "heading"}
    )
    return [
        Check("subject", 0 < len(subject.strip()) <= 150),
        Check("body", words),
        Check("unsubscribe", has_way_out),
        Check("images", not bare, ", ".join(bare)[:200]),
        Check("links", not bad_links, ", ".join(bad_links)[:200]),
        Check("size", size_bytes < MOST_BYTES, str(-(-size_bytes // 1000))),
    ]


def well_formed(link: str) -> bool:
    """Tell whether an address can be followed from a mail."""
    if link.startswith("mailto:"):
        return "@" in link
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme in {"http", "https"} and bool(host) and " " not in link
