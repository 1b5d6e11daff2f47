"""Letters are lists of blocks; here is what each holds and how it reads as plain text.

    [{"kind": "heading", "text": "..."}, {"kind": "text", "text": "..."},
     {"kind": "button", "text": "...", "url": "https://..."},
     {"kind": "image", "url": "https://...", "alt": "..."},
     {"kind": "quote", "text": "..."}, {"kind": "divider"}]

A text block is written plainly: a blank line between paragraphs, lines that begin with
"- " for a list, **bold**, *emphasis*, [label](https://address).

Words in braces are filled in per recipient: {first_name}, or {first_name|friend} with
what stands there for people whose name is not known.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

KINDS: dict[str, tuple[str, ...]] = {
    "heading": ("text",),
    "text": ("text",),
    "button": ("text", "url"),
    "image": ("url", "alt"),
    "quote": ("text",),
    "divider": (),
}
MERGE_WORDS = frozenset({"first_name"})
_MOST_BLOCKS = 100
_MERGE = re.compile(r"\{(\w+)(?:\|([^{}|]*))?\}")
_LINK = re.compile(r'<a\s[^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_BREAK = re.compile(r"<(?:br\s*/?|/p|/li|/ul|/ol|/h[1-6])>", re.IGNORECASE)
_ITEM = re.compile(r"<li[^>]*>", re.IGNORECASE)
_WRITTEN_LINK = re.compile(r"\[([^\[\]]+)\]\(((?:https?://|mailto:)[^\s()]+)\)")
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_EMPHASIS = re.compile(r"\*([^*\n]+)\*")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_TAG = re.compile(r"<[^>]+>")
_MANY_LINES = re.compile(r"\n{3,}")

Block = dict[str, str]


def read_blocks(data: Any) -> list[Block]:
    """Return stored blocks with exactly their fields; what is no block is left out."""
    if not isinstance(data, list):
        return []
    blocks = []
    for row in data[:_MOST_BLOCKS]:
        if isinstance(row, dict) and row.get("kind") in KINDS:
            kind = str(row["kind"])
            fields = {name: str(row.get(name, "")) for name in KINDS[kind]}
            blocks.append({"kind": kind} | fields)
    return blocks


def moved(blocks: list[Block], index: int, step: int) -> list[Block]:
    """Return blocks with one moved up (-1) or down (1); unchanged at the ends."""
    target = index + step
    if not (0 <= index < len(blocks) and 0 <= target < len(blocks)):
        return blocks
    changed = list(blocks)
    changed[index], changed[target] = changed[target], changed[index]
    return changed


def plain_text(blocks: list[Block]) -> str:
    """Return the plain-text part: links spelled out, one blank line between blocks."""
    parts = [_plain(block) for block in blocks]
    return "\n\n".join(part for part in parts if part)


def _plain(block: Block) -> str:
    kind = block["kind"]
    if kind == "heading":
        return block["text"]
    if kind == "button":
        return f"{block['text']}: {block['url']}"
    if kind == "image":
        return f"[{block['alt']}]" if block["alt"] else ""
    if kind == "quote":
        return "\n".join(f"> {line}" for line in block["text"].splitlines())
    return "---" if kind == "divider" else text_of_html(html_of_text(block["text"]))


def html_of_text(text: str) -> str:
    """Return a text block as HTML: everything escaped, then our own few tags."""
    parts = _PARAGRAPHS.split(text.replace("\r\n", "\n").strip())
    return "".join(_paragraph(part.strip()) for part in parts if part.strip())


def _paragraph(text: str) -> str:
    lines = text.splitlines()
    if all(line.startswith("- ") for line in lines):
        return f"<ul>{''.join(f'<li>{_inline(line[2:])}</li>' for line in lines)}</ul>"
    return f"<p>{'<br>'.join(_inline(line) for line in lines)}</p>"


def _inline(text: str) -> str:
    """Return one line with links, bold and emphasis; addresses are left alone."""
    parts, end = [], 0
    for match in _WRITTEN_LINK.finditer(text):
        parts.append(_stressed(text[end : match.start()]))
        label, address = _stressed(match[1]), escape(match[2])
        parts.append(f'<a href="{address}">{label}</a>')
        end = match.end()
    return "".join([*parts, _stressed(text[end:])])


def _stressed(text: str) -> str:
    bold = _BOLD.sub(r"<strong>\1</strong>", escape(text, quote=False))
    return _EMPHASIS.sub(r"<em>\1</em>", bold)


def text_of_html(html: str) -> str:
    """Return clean HTML as text; a link is followed by its address."""
    text = _LINK.sub(_spelled, html.replace("\n", " "))
    text = _ITEM.sub("- ", _BREAK.sub("\n", text))
    text = unescape(_TAG.sub("", text))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _spelled(link: re.Match[str]) -> str:
    address, label = unescape(link[1]), _TAG.sub("", link[2])
    return label if unescape(label).strip() == address else f"{label} ({address})"


def links_of(blocks: list[Block]) -> list[str]:
    """Return every address a letter links to, in order."""
    found: list[str] = []
    for block in blocks:
        if block["kind"] == "text":
            found += [
                unescape(match[1])
                for match in _LINK.finditer(html_of_text(block["text"]))
            ]
        elif "url" in block:
            found.append(block["url"])
    return found


def merge_tokens(text: str) -> str:
    """Return text with {first_name|friend} as the mail app's {{ merge.… }} token."""

    def token(match: re.Match[str]) -> str:
        if match[1] not in MERGE_WORDS:
            return match[0]
        fallback = (match[2] or "").strip()
        return f"{{{{ merge.{match[1]}{'|' + fallback if fallback else ''} }}}}"

    return _MERGE.sub(token, text.replace("{{", "{").replace("}}", "}"))


def filled_in(text: str, values: dict[str, str]) -> str:
    """Return text as one recipient reads it, for previews."""

    def word(match: re.Match[str]) -> str:
        if match[1] not in MERGE_WORDS:
            return match[0]
        return values.get(match[1]) or (match[2] or "").strip()

    return _MERGE.sub(word, text)


def first_name(name: str) -> str:
    """Return what somebody is called: the first word of their name."""
    return name.split(maxsplit=1)[0] if name.strip() else ""
