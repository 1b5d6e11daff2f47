"""The tools whose files are known, each in a module of its own.

A new tool is a module with a FORMAT and a line here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.portability.domain.formats import (
    beehiiv,
    brevo,
    buttondown,
    curated,
    ghost,
    kit,
    listmonk,
    mailchimp,
    substack,
    systeme,
)
from perenne.portability.domain.formats.base import ANY, SourceFormat

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMATS: dict[str, SourceFormat] = {
    module.FORMAT.key: module.FORMAT
    for module in (
        mailchimp,
        substack,
        ghost,
        beehiiv,
        kit,
        buttondown,
        brevo,
        systeme,
        curated,
        listmonk,
    )
} | {ANY.key: ANY}


def recognise(columns: Iterable[str]) -> SourceFormat:
    """Return the tool that writes such columns, or ANY."""
    columns = list(columns)
    return next((source for source in FORMATS.values() if source.wrote(columns)), ANY)
