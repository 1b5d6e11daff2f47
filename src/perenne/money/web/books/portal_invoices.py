"""My invoices: each member's own documents, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from perenne.core.errors import NotFound
from perenne.money.queries.books.invoices import invoice_for_person, invoices_of_person
from perenne.money.web.books.backoffice_invoices import pdf_response
from perenne.people.api import person_of_user

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def _person_id(request: HttpRequest) -> int | None:
    person = person_of_user(request.user.pk)
    return person.pk if person else None


@never_cache
@login_required
@require_GET
def invoices(request: HttpRequest) -> HttpResponse:
    """List the member's invoices and credit notes."""
    person_id = _person_id(request)
    rows = invoices_of_person(person_id) if person_id else []
    return render(request, "money/portal/invoices.html", {"invoices": rows})


@never_cache
@login_required
@require_GET
def invoice_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Hand over a PDF to the person it was issued to; anybody else gets NotFound."""
    invoice = invoice_for_person(_person_id(request), number)
    if invoice is None:
        raise NotFound
    return pdf_response(invoice)
