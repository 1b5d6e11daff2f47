"""The pages of the books: lists, details, exports, and who may see what."""

import pytest
from django.core.files.storage import storages

from perenne.core.web.csv_export import safe_cell
from perenne.money.actions.books.receipts import record_receipt
from perenne.money.models import Invoice, LedgerEntry
from perenne.streams.api import default_stream

PAGES = ["/desk/invoices/", "/desk/ledger/", "/desk/outside/"]


def _body(response):
    return b"".join(response.streaming_content).decode("utf-8-sig")


@pytest.mark.parametrize("page", [*PAGES, "/desk/invoices.csv", "/desk/ledger.csv"])
def test_the_desk_is_closed_to_members(member_client, business, page):
    assert member_client.get(page).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_page_says_what_will_stand_there(owner_client, streams, page):
    response = owner_client.get(page)
    assert response.status_code == 200
    assert b'class="empty"' in response.content


@pytest.mark.parametrize("page", ["/desk/invoices/", "/desk/ledger/"])
def test_a_list_costs_the_same_for_one_and_three(
    owner_client, bill, page, django_assert_num_queries, django_assert_max_num_queries
):
    bill("mission:1", paid=True)
    with django_assert_max_num_queries(12) as one:
        owner_client.get(page)
    bill("mission:2", paid=True)
    bill("mission:3", paid=True)
    with django_assert_num_queries(len(one)):
        owner_client.get(page)


def _numbers(client, query):
    response = client.get(f"/desk/invoices/?{query}")
    return [invoice.number for invoice in response.context["page"].rows]


def test_invoices_are_searched_and_filtered(owner_client, bill):
    bill("mission:1", paid=True)
    bill("mission:2")
    assert _numbers(owner_client, "") == ["F-2026-0002", "F-2026-0001"]
    assert _numbers(owner_client, "q=f-2026-0001") == ["F-2026-0001"]
    assert _numbers(owner_client, "q=Studio") == ["F-2026-0002", "F-2026-0001"]
    assert _numbers(owner_client, "q=compta@") == ["F-2026-0002", "F-2026-0001"]
    assert _numbers(owner_client, "state=paid") == ["F-2026-0001"]
    assert _numbers(owner_client, "state=unpaid") == ["F-2026-0002"]
    assert _numbers(owner_client, "state=late") == []
    assert _numbers(owner_client, "year=2025") == []


def test_a_transfer_is_marked_paid_once(owner_client, bill):
    bill()
    url = "/desk/invoices/F-2026-0001/"
    values = {"on": "2026-09-14", "method": "transfer"}
    assert owner_client.post(f"{url}paid/", values).status_code == 302
    again = owner_client.post(f"{url}paid/", values)
    assert again.status_code == 200
    assert len(again.context["paid_form"].non_field_errors()) == 1
    assert LedgerEntry.objects.get().received_on.isoformat() == "2026-09-14"


def test_a_credit_note_of_a_paid_invoice_books_the_money(owner_client, bill):
    bill(paid=True)
    values = {
        "amount": "85.00",
        "reason": "Une heure de moins",
        "given_back_on": "2026-09-15",
        "key": "form-1",
    }
    for _ in range(2):
        owner_client.post("/desk/invoices/F-2026-0001/credit/", values)
    note = Invoice.objects.get(kind="credit_note")
    assert (note.number, note.gross_cents) == ("A-2026-0001", 8500)
    rows = LedgerEntry.objects.order_by("sequence")
    assert [row.amount_cents for row in rows] == [58500, -8500]


def test_too_high_a_credit_keeps_the_typing(owner_client, bill):
    bill()
    response = owner_client.post(
        "/desk/invoices/F-2026-0001/credit/",
        {
            "amount": "9999",
            "reason": "Erreur",
            "given_back_on": "2026-09-15",
            "key": "form-1",
        },
    )
    form = response.context["credit_form"]
    assert list(form.errors) == ["amount"]
    assert form["reason"].value() == "Erreur"
    assert Invoice.objects.count() == 1


def test_a_sale_of_the_shop_is_refunded_from_its_order(owner_client, payment, now):
    record_receipt(payment.pk, actor="system", now=now)
    response = owner_client.post(
        "/desk/invoices/F-2026-0001/credit/",
        {"reason": "x", "given_back_on": "2026-09-15", "key": "form-1"},
    )
    assert len(response.context["credit_form"].non_field_errors()) == 1
    assert not response.context["can_credit"]
    assert Invoice.objects.count() == 1


def test_the_member_gets_their_own_file_only(
    member_client, payment, bill, make_person, now
):
    record_receipt(payment.pk, actor="system", now=now)
    other = make_person("bo@example.org", name="Bo")
    bill("mission:9", person_id=other.pk)
    page = member_client.get("/me/invoices/")
    assert [invoice.number for invoice in page.context["invoices"]] == ["F-2026-0001"]
    mine = member_client.get("/me/invoices/F-2026-0001.pdf")
    assert mine["Content-Type"] == "application/pdf"
    assert mine.content.startswith(b"%PDF")
    assert storages["private"].exists("invoices/2026/F-2026-0001.pdf")
    assert member_client.get("/me/invoices/F-2026-0002.pdf").status_code == 404
    assert member_client.get("/desk/invoices/F-2026-0001.pdf").status_code == 403


def test_a_visitor_is_sent_to_sign_in(client, payment, now):
    record_receipt(payment.pk, actor="system", now=now)
    for page in ("/me/invoices/", "/me/invoices/F-2026-0001.pdf"):
        response = client.get(page)
        assert (response.status_code, response.url) == (302, f"/login/?next={page}")


def test_the_receipts_book_says_how_it_was_paid_r118(owner_client, bill):
    bill(paid=True)
    page = owner_client.get("/desk/ledger/?year=2026").content.decode()
    assert "<td>Virement</td>" in page


@pytest.mark.parametrize(
    ("url", "form", "field"),
    [
        ("paid", {"on": "2026-09-16", "method": "transfer"}, "paid_form"),
        ("credit", {"given_back_on": "2062-09-15", "reason": "x", "key": "k"}, ""),
    ],
)
def test_no_money_moves_on_a_day_to_come(owner_client, bill, url, form, field):
    bill(paid=not field)
    before = list(LedgerEntry.objects.values())
    answer = owner_client.post(f"/desk/invoices/F-2026-0001/{url}/", form)
    errors = answer.context[field or "credit_form"].errors
    assert list(errors) == ["on" if field else "given_back_on"]
    assert list(LedgerEntry.objects.values()) == before
    assert Invoice.objects.count() == 1


def test_no_money_from_outside_comes_on_a_day_to_come(owner_client, streams, business):
    values = {
        "kind": "income",
        "stream": default_stream("capital").pk,
        "on": "2026-09-16",
        "amount": "700",
        "label": "Loyer",
        "method": "transfer",
        "key": "form",
    }
    answer = owner_client.post("/desk/outside/", values)
    assert list(answer.context["form"].errors) == ["on"]
    assert not LedgerEntry.objects.exists()


def test_outside_money_is_recorded_once_per_form(owner_client, streams, business):
    values = {
        "kind": "expense",
        "stream": default_stream("digital").pk,
        "on": "2026-09-01",
        "amount": "19.90",
        "label": "Logiciel",
        "counterparty": "Éditeur",
        "method": "card",
        "key": "one-form",
    }
    for _ in range(2):
        assert owner_client.post("/desk/outside/", values).status_code == 302
    assert LedgerEntry.objects.get().amount_cents == -1990


def test_outside_money_is_filtered_and_corrected(owner_client, streams, business):
    capital, digital = default_stream("capital"), default_stream("digital")
    for place, stream in enumerate((capital, digital)):
        values = {
            "kind": "income",
            "stream": stream.pk,
            "on": f"2026-0{place + 7}-01",
            "amount": "700",
            "label": "Loyer",
            "method": "transfer",
            "key": f"form-{place}",
        }
        owner_client.post("/desk/outside/", values)
    page = owner_client.get(f"/desk/outside/?stream={capital.pk}&to=2026-07-31")
    (row,) = page.context["page"].rows
    assert row.stream_id == capital.pk
    owner_client.post(f"/desk/outside/{row.pk}/reverse/", {"reason": "Saisi deux fois"})
    total = sum(entry.amount_cents for entry in LedgerEntry.objects.all())
    assert total == 70000


def test_the_receipts_book_leaves_capital_and_expenses_out(
    owner_client, bill, payment, now, one_to_one
):
    from perenne.money.api import record_outside_money

    record_receipt(payment.pk, actor="system", now=now)
    bill(paid=True)
    for nature, kind in (("capital", "income"), ("digital", "expense")):
        record_outside_money(
            stream_id=default_stream(nature).pk,
            kind=kind,
            on=now.date(),
            amount_cents=100,
            currency="EUR",
            label="x",
            counterparty="",
            actor="owner",
            now=now,
        )
    page = owner_client.get("/desk/ledger/?year=2026&month=9")
    (total,) = page.context["months"]
    assert (total.rows, total.amount_cents) == (2, 63400)
    lines = _body(owner_client.get("/desk/ledger.csv?year=2026")).splitlines()
    assert lines[1] == ("2026-09-15,F-2026-0001,Ana Silva,The course,49.00,EUR,Carte,1")
    assert len(lines) == 3


def test_the_export_is_safe_in_a_spreadsheet(owner_client, bill):
    from perenne.money.api import Customer

    bill(customer=Customer(name='=HYPERLINK("http://x")'))
    lines = _body(owner_client.get("/desk/invoices.csv")).splitlines()
    assert lines[1].startswith('F-2026-0001,2026-09-15,"\'=HYPERLINK(""http://x"")",')


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("@cmd", "'@cmd"),
        ("+33 4", "'+33 4"),
        ("-12.50", "-12.50"),
        ("-1+1", "'-1+1"),
        ("plain", "plain"),
        (None, ""),
        (12, "12"),
    ],
)
def test_a_cell_is_never_a_formula(cell, safe):
    assert safe_cell(cell) == safe


def test_waiting_invoices_are_shown_and_issued(owner_client, payment, now):
    from perenne.core.models import Business

    Business.objects.update(siren="")
    record_receipt(payment.pk, actor="system", now=now)
    assert len(owner_client.get("/desk/invoices/").context["waiting"]) == 1
    Business.objects.update(siren="732829320")
    owner_client.post("/desk/invoices/waiting/")
    assert Invoice.objects.get().number == "F-2026-0001"
