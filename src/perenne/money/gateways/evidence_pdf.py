"""Set the file that answers a dispute as PDF with typst."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.inbox.evidence import Evidence

_TEMPLATE = Path(__file__).parent / "typst" / "evidence.typ"


def evidence_pdf(evidence: Evidence, *, at: datetime) -> bytes:
    """Return the file as PDF, fonts embedded; the same file gives the same bytes."""
    import typst  # as large as all the rest

    data = json.dumps(asdict(evidence), ensure_ascii=False, sort_keys=True)
    return typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        timestamp=at,
    )
