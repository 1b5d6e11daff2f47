"""Kit, once ConvertKit: both layouts that are told of (E9)."""

from __future__ import annotations

from perenne.portability.domain.formats.base import SourceFormat
from perenne.portability.domain.states import State

FORMAT = SourceFormat(
    key="kit",
    label="Kit",
    signatures=(
        frozenset({"emailaddress", "state", "createdat"}),
        frozenset({"emailaddress", "subscriberid"}),
    ),
    targets={
        "subscriberid": "",
        "state": "status",
        "source": "touch:utm_source",
        "lastsubscribedthrough": "",
    },
    states={
        "inactive": State.UNKNOWN,  # has not confirmed yet
        "cold": State.SUBSCRIBED,  # confirmed, has not opened for long
    },
    rest="new:text",
)
