"""An order that waits for its transfer: how to pay, on the page, by mail, as a file."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from perenne.core.actions import change_business
from perenne.mail.models import Message
from perenne.money.models import Invoice
from perenne.money.queries.orders.transfers import transfer_code

ENGLISH = {"accept-language": "en"}
IBAN = "FR7630006000011234567890189"


@pytest.fixture
def shop(business, now):
    return change_business(actor="owner", now=now, bank_iban=IBAN)


def test_the_order_page_shows_whom_to_pay_and_a_code(client, course, make_order, shop):
    order = make_order(course, method="transfer")
    assert transfer_code(order, shop).split("\n")[5:8] == [
        "Camille Moreau",
        IBAN,
        "EUR49.00",
    ]
    text = client.get(f"/orders/{order.key}/", headers=ENGLISH).content.decode()
    assert 'aria-label="QR code of the transfer"' in text
    assert "FR76 3000 6000 0112 3456 7890 189" in text


def test_the_pro_forma_says_that_it_is_none_and_takes_no_number(
    client, course, make_order, shop
):
    order = make_order(course, method="transfer")
    answer = client.get(f"/orders/{order.key}/proforma.pdf", headers=ENGLISH)
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    for words in (
        "Facture pro forma",  # French between two parties in France (R87)
        order.number,
        "Ceci n’est pas une facture",
        "TVA non applicable, art. 293 B du CGI",
    ):
        assert words in " ".join(text.split())
    assert Invoice.objects.count() == 0


def test_a_card_order_has_no_pro_forma(client, course, make_order, shop):
    order = make_order(course)
    assert client.get(f"/orders/{order.key}/proforma.pdf").status_code == 404
    assert client.get("/orders/nobody/proforma.pdf").status_code == 404


def test_the_buyer_is_told_at_once_with_everything_agreed(course, make_order, shop):
    """R46: the terms in full and the consents, before anything is performed."""
    order = make_order(course, method="transfer")
    make_order(course, method="transfer")
    mail = Message.objects.get()
    assert mail.ref == f"order-transfer:{order.pk}:4900"
    assert IBAN in mail.text
    assert order.terms.text in mail.text
    assert all(row["wording"] in mail.text for row in order.consents)
    assert [file.filename for file in mail.attached_files.all()] == [
        f"{order.number}.pdf"
    ]


def test_other_currencies_have_no_code(course, make_order, shop):
    order = make_order(course, method="transfer")
    order.currency = "CHF"
    assert transfer_code(order, shop) == ""
