"""The PDF says all that the document says, and is the same bytes every time."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from perenne.money.domain.books.documents import from_body, to_body
from perenne.money.domain.books.invoices import DocumentKind
from perenne.money.gateways.pdf import invoice_pdf


def _text(content):
    pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    return " ".join(" ".join(pages).replace("\xa0", " ").replace("\u202f", " ").split())


@pytest.mark.parametrize(
    "said",
    [
        "F-2026-0042",
        "Atelier Boréal · Camille Moreau EI",
        "12 rue des Tilleuls",
        "69003 Lyon",
        "SIREN 732 829 320",
        "Studio Mésange SARL",
        "3 quai de la Pêcherie",
        "SIREN 552 100 554",
        "15 septembre 2026",
        "15 octobre 2026",
        "Accompagnement stratégique",
        "6,5",
        "90,00 €",
        "585,00 €",
        "TVA non applicable, art. 293 B du CGI",
        "Escompte pour paiement anticipé : néant",
        "Pénalités de retard",
        "40 €",
        "FR76 3000 6000 0112 3456 7890 189",
    ],
)
def test_the_pdf_says_it(make_document, said):
    assert said in _text(invoice_pdf(make_document()))


def test_the_same_document_gives_the_same_bytes(make_document):
    assert invoice_pdf(make_document()) == invoice_pdf(make_document())


def test_it_is_pdf_a_with_fonts_inside(make_document):
    content = invoice_pdf(make_document())
    reader = PdfReader(BytesIO(content))
    assert b"pdfaid:part" in content
    fonts = [
        font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()
    ]
    inner = [font["/DescendantFonts"][0].get_object() for font in fonts]
    for font in inner:
        descriptor = font["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_vat_is_shown_per_rate_when_liable(make_document, hours):
    document = make_document(
        lines=(replace(hours, vat_rate_bp=2000), replace(hours, vat_rate_bp=550))
    )
    liable = replace(document.seller, liable=True, vat_number="FR44732829320")
    text = _text(invoice_pdf(replace(document, seller=liable, wordings={})))
    for said in ("FR44732829320", "117,00 €", "32,18 €", "1 319,18 €", "20 %", "5,5 %"):
        assert said in text


def test_a_credit_note_quotes_number_and_date(make_document):
    note = make_document(
        kind=DocumentKind.CREDIT_NOTE,
        number="A-2026-0001",
        corrects_number="F-2026-0042",
        corrects_on=date(2026, 9, 15),
        reason="Séance annulée",
        language="en",
    )
    text = _text(invoice_pdf(note))
    for said in ("Credit note", "F-2026-0042", "September 15, 2026", "Séance annulée"):
        assert said in text


def test_a_paid_invoice_asks_for_nothing(make_document):
    text = _text(invoice_pdf(make_document(paid_on=date(2026, 9, 15), language="en")))
    assert "Paid on September 15, 2026" in text
    assert "IBAN" not in text


def test_a_long_invoice_runs_over_pages(make_document, hours):
    content = invoice_pdf(make_document(lines=(hours,) * 60))
    assert len(PdfReader(BytesIO(content)).pages) == 3


def test_the_frozen_body_gives_the_document_back(make_document):
    document = make_document()
    assert from_body(to_body(document)) == document
