"""listmonk's subscribers: one cell holds everything else as JSON (E12)."""

from __future__ import annotations

from perenne.portability.domain.formats.base import SourceFormat
from perenne.portability.domain.states import State

FORMAT = SourceFormat(
    key="listmonk",
    label="listmonk",
    signatures=(frozenset({"email", "attributes"}),),
    targets={"uuid": "", "attributes": "json", "updatedat": ""},
    states={"disabled": State.UNKNOWN},
    vouched=True,
)
