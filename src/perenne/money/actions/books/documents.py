"""Make and keep the PDF of an issued document: the same bytes for ever (R84, R88)."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.tasks import task

from perenne.core.queries import business_on
from perenne.money.gateways.pdf import invoice_pdf
from perenne.money.models import Invoice
from perenne.money.queries.books.invoices import document_of

if TYPE_CHECKING:
    from perenne.core.models import Business

_LOG = logging.getLogger(__name__)


def invoice_file(invoice: Invoice) -> bytes:
    """Return the document's PDF, made and stored at the first call.

    The stored bytes are checked against their SHA-256; a lost or damaged file is made
    again from the frozen body.
    """
    name = f"invoices/{invoice.year}/{invoice.number}.pdf"
    storage = storages["private"]
    if invoice.pdf_sha256 and storage.exists(name):
        with storage.open(name) as stored:
            content = bytes(stored.read())
        if hashlib.sha256(content).hexdigest() == invoice.pdf_sha256:
            return content
        _LOG.error("the stored file of a document was damaged: %s", invoice.number)
    content = _render(invoice)
    digest = hashlib.sha256(content).hexdigest()
    if storage.exists(name):
        storage.delete(name)
    storage.save(name, ContentFile(content))
    Invoice.objects.filter(pk=invoice.pk).exclude(pdf_sha256=digest).update(
        pdf_sha256=digest
    )
    invoice.pdf_sha256 = digest
    return content


def _render(invoice: Invoice) -> bytes:
    business = business_on(invoice.issued_on)
    if business is None:
        return invoice_pdf(document_of(invoice))
    return invoice_pdf(
        document_of(invoice), accent=business.brand_colour, logo=logo_of(business)
    )


def logo_of(business: Business) -> bytes | None:
    """Return the logo's file, None when there is none."""
    name = business.logo.name
    if not name or not business.logo.storage.exists(name):
        return None
    with business.logo.open("rb") as stored:
        return bytes(stored.read())


def render_invoice_later(invoice_id: int) -> None:
    """Make the PDF after the commit, outside the transaction."""
    transaction.on_commit(lambda: render_invoice.enqueue(invoice_id))


@task
def render_invoice(invoice_id: int) -> None:
    """Make and store a document's PDF; running twice stores the same bytes."""
    invoice = Invoice.objects.filter(pk=invoice_id).first()
    if invoice is not None and not invoice.pdf_sha256:
        invoice_file(invoice)
