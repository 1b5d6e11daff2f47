"""What an uploaded file really is: told by its first bytes, never by its name."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

HEAD_BYTES = 4096  # enough for every signature below


class MediaKind(StrEnum):
    """What a file is for."""

    VIDEO = "video"
    CAPTIONS = "captions"
    PICTURE = "picture"
    FILE = "file"


# ISO 14496-12: brands of MP4 family files that browsers play.
_MP4_BRANDS = {
    *(b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9"),
    *(b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV", b"mmp4", b"av01"),
}
_OFFICE_ZIP = {"zip", "epub", "docx", "xlsx", "pptx", "odt", "ods", "odp"}
_PLAIN = {"txt", "csv", "md"}
CONTENT_TYPES = {
    "mp4": "video/mp4",
    "webm": "video/webm",
    "vtt": "text/vtt",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "mp3": "audio/mpeg",
    "txt": "text/plain",
    "csv": "text/csv",
    "md": "text/markdown",
    "zip": "application/zip",
    "epub": "application/epub+zip",
}
_ALLOWED = {
    MediaKind.VIDEO: {"mp4", "webm"},
    MediaKind.CAPTIONS: {"vtt"},
    MediaKind.PICTURE: {"png", "jpg", "webp"},
    MediaKind.FILE: {*CONTENT_TYPES, *_OFFICE_ZIP} - {"vtt"},
}


def media_type(kind: MediaKind, *, name: str, head: bytes) -> str | None:
    """Return the file's true extension ("mp4"), or None when it is not of that kind.

    head  the first HEAD_BYTES bytes of the file
    name  only chooses between types with the same signature (.docx and .zip)
    """
    extension = _extension(name, head)
    return extension if extension in _ALLOWED[kind] else None


def content_type(extension: str) -> str:
    """Return the MIME type a file of that extension is served with."""
    return CONTENT_TYPES.get(extension, "application/octet-stream")


def safe_name(name: str, *, extension: str) -> str:
    """Return a file name that no browser or file system can be hurt by.

    The last part of the path, without control and direction characters, with the true
    extension, at most 100 characters.
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    stem = visible.rpartition(".")[0] or visible
    stem = re.sub(r'[<>:"|?*\s]+', " ", stem).strip(" .")
    return f"{stem[: 99 - len(extension)] or 'file'}.{extension}"


def _extension(name: str, head: bytes) -> str | None:
    for found, extension in (
        (_is_mp4(head), "mp4"),
        (head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64], "webm"),
        (head.startswith(b"\x89PNG\r\n\x1a\n"), "png"),
        (head.startswith(b"\xff\xd8\xff"), "jpg"),
        (head[:4] == b"RIFF" and head[8:12] == b"WEBP", "webp"),
        (head.startswith(b"%PDF-"), "pdf"),
        (head.startswith(b"ID3") or head[:2] in {b"\xff\xfb", b"\xff\xf3"}, "mp3"),
    ):
        if found:
            return extension
    typed = name.rpartition(".")[2].lower()
    if head.startswith(b"PK\x03\x04"):
        return typed if typed in _OFFICE_ZIP else "zip"
    return _text_extension(typed, head)


def _is_mp4(head: bytes) -> bool:
    if head[4:8] != b"ftyp":
        return False
    box = int.from_bytes(head[:4], "big")
    if not 16 <= box <= HEAD_BYTES or box % 4 or len(head) < box:
        return False
    brands = {head[8:12], *(head[i : i + 4] for i in range(16, box, 4))}
    return bool(brands & _MP4_BRANDS)


def _text_extension(typed: str, head: bytes) -> str | None:
    text = _utf8(head)
    if text is None or "\x00" in text:
        return None
    if re.match(r"WEBVTT(?:[ \t\r\n]|$)", text):
        return "vtt"
    return typed if typed in _PLAIN else None


def _utf8(head: bytes) -> str | None:
    """Return the text; a full head may end inside a character (at most 3 bytes)."""
    for cut in range(4 if len(head) >= HEAD_BYTES else 1):
        try:
            return head[: len(head) - cut].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
    return None
