"""The owner's screens for disputes: how long there is to answer, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from perenne.core.clock import now
from perenne.core.queries import log_of
from perenne.core.web.desk import desk_view
from perenne.core.web.pages import keyset_page
from perenne.money.domain.inbox.evidence import evidence_text
from perenne.money.gateways.evidence_pdf import evidence_pdf
from perenne.money.models import Dispute
from perenne.money.queries.checkout.checkout import zone_of_business
from perenne.money.queries.inbox.evidence import evidence_for, order_of_dispute
from perenne.money.queries.inbox.reconciliation import dispute_by_id, disputes_matching
from perenne.money.web.inbox.provider_words import reason_words

if TYPE_CHECKING:
    from django.http import HttpRequest


@desk_view("money.view_dispute")
@require_GET
def disputes(request: HttpRequest) -> HttpResponse:
    """List the disputes; search by order or address, filter by state."""
    text, state = request.GET.get("q", ""), request.GET.get("state", "")
    page = keyset_page(
        disputes_matching(text, state if state in Dispute.State.values else ""),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(
        request,
        "money/backoffice/disputes.html",
        {
            "page": page,
            "rows": [(row, order_of_dispute(row)) for row in page.rows],
            "q": text,
            "state": state,
            "states": Dispute.State.choices,
            "now": now(),
            "zone": zone_of_business(),
        },
    )


@desk_view("money.view_dispute")
@require_GET
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a dispute, its deadline, and the file that answers it."""
    row = dispute_by_id(pk)
    return render(
        request,
        "money/backoffice/dispute.html",
        {
            "row": row,
            "reason": reason_words(row.reason),
            "order": order_of_dispute(row),
            "evidence": evidence_for(row, now=now()),
            "log": log_of(row)[:30],
            "now": now(),
            "zone": zone_of_business(),
        },
    )


@desk_view("money.view_dispute")
@require_GET
def dispute_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Hand over the file that answers a dispute, as PDF or as text."""
    row = dispute_by_id(pk)
    evidence = evidence_for(row, now=now())
    if kind == "pdf":
        answer = HttpResponse(
            evidence_pdf(evidence, at=now()), content_type="application/pdf"
        )
    else:
        answer = HttpResponse(
            evidence_text(evidence), content_type="text/plain; charset=utf-8"
        )
    name = f"{order_of_dispute(row).number}-{row.pk}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
