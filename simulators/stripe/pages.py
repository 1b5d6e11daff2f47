"""The pages a buyer sees: the hosted checkout and the bank's question."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from simulators.stripe import checkout, debits
from simulators.stripe.errors import ApiError, no_such
from simulators.stripe.payments import pay, refuse_challenge
from simulators.stripe.setups import set_up_card

if TYPE_CHECKING:
    from simulators.stripe.store import Store

_STYLE = """
body{font:17px/1.5 system-ui,sans-serif;margin:0;background:#f4f1ec;color:#222}
main{max-width:26rem;margin:2rem auto;padding:1.5rem;background:#fff;border-radius:8px}
label{display:block;margin:1rem 0 .25rem}
input{width:100%;box-sizing:border-box;font:inherit;padding:.6rem;border:1px solid #767676;
border-radius:4px}
button{font:inherit;margin-top:1.25rem;width:100%;min-height:44px;border:0;border-radius:4px;
background:#2f4d3a;color:#fff}
button.quiet{background:#fff;color:#222;border:1px solid #767676}
.error{color:#a1161b;font-weight:600}.small{font-size:.85rem;color:#555}
td.num{text-align:right;padding-left:1rem}
"""
_PAGE = Template(
    "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
    "<meta name='viewport' content='width=device-width, initial-scale=1'>"
    "<title>$title</title><style>$style</style></head>"
    "<body><main><h1>$title</h1>$body</main></body></html>"
)
_PAY = Template(
    "<table>$items</table><p><strong>$total</strong></p>$error"
    "<form method='post'>$email"
    "<label for='card'>$number</label>"
    "<input id='card' name='card' autocomplete='cc-number' required>"
    "<label for='expiry'>Expiry (MM / YY)</label>"
    "<input id='expiry' name='expiry' autocomplete='cc-exp' value='12 / 34' required>"
    "<label for='cvc'>Security code</label>"
    "<input id='cvc' name='cvc' inputmode='numeric' value='123' required>"
    "<label for='name'>Name on the card</label>"
    "<input id='name' name='name' autocomplete='cc-name'>"
    "<button>$button</button></form>$cancel"
    "<p class='small'>Test cards: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is "
    "declined, 4000 0027 6000 3184 asks for 3-D Secure. No real card.$ibans</p>"
)
_IBANS = (
    f" Test accounts for a SEPA debit: {debits.SUCCEEDS} pays in three days, "
    f"{debits.FAILS} is refused then."
)
_CHALLENGE = (
    "<p>Your bank asks you to approve this operation.</p><form method='post'>"
    "<button name='result' value='complete'>Complete</button>"
    "<button class='quiet' name='result' value='fail'>Fail</button></form>"
)
_EMAIL = (
    "<label for='email'>E-mail</label>"
    "<input id='email' name='email' type='email' autocomplete='email' required>"
)
FAILED_CHALLENGE = "We could not authenticate your card. Use another card or try again."


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or the address to go to."""

    status: int
    html: str = ""
    location: str = ""


def page(title: str, body: str, status: int = 200) -> Page:
    """Return a whole page."""
    return Page(status, _PAGE.substitute(title=escape(title), style=_STYLE, body=body))


def amount_text(amount: int | None, currency: str | None) -> str:
    """Write an amount, such as 12.00 EUR."""
    if amount is None:
        return ""
    return f"{Decimal(amount) / 100:.2f} {(currency or '').upper()}"


def show_checkout(store: Store, key: str, error: str = "") -> Page:
    """Show the hosted page of a session."""
    session = store.find("checkout.session", key)
    if session["status"] != "open":
        return page("Checkout", f"<p>This session is {session['status']}.</p>", 410)
    rows = "".join(
        f"<tr><td>{escape(item['description'])} × {item['quantity']}</td><td class='num'>"
        f"{amount_text(item['amount_total'], item['currency'])}</td></tr>"
        for item in store.line_items[key]
    )
    total = amount_text(session["amount_total"], session["currency"])
    known = session["customer"] or session["customer_email"]
    takes_debits = "sepa_debit" in session["payment_method_types"]
    back = session["cancel_url"]
    return page(
        "Pay" if session["mode"] == "payment" else "Save your card",
        _PAY.substitute(
            items=rows,
            total=total,
            error=f"<p class='error' role='alert'>{escape(error)}</p>" if error else "",
            email="" if known else _EMAIL,
            button=escape(f"Pay {total}" if total else "Save card"),
            number="Card number or IBAN" if takes_debits else "Card number",
            ibans=_IBANS if takes_debits else "",
            cancel=f"<p><a href='{escape(back)}'>Back to the shop</a></p>"
            if back
            else "",
        ),
    )


def submit_checkout(store: Store, key: str, body: str) -> Page:
    """Pay or save a card as the form says."""
    session = store.find("checkout.session", key)
    typed = dict(parse_qsl(body))
    try:
        declined = checkout.submit(
            store,
            session,
            card=typed.get("card", ""),
            email=typed.get("email"),
            name=typed.get("name", ""),
        )
    except ApiError as error:
        return show_checkout(store, key, str(error))
    if declined is not None:
        return show_checkout(store, key, declined.message)
    if session["status"] == "complete":
        return Page(303, location=checkout.return_address(session))
    intent = session["payment_intent"] or session["setup_intent"]
    return Page(303, location=f"/authenticate/{intent}")


def _challenged(store: Store, key: str) -> dict[str, Any]:
    intent = store.objects.get(key)
    if intent is None or intent.get("status") != "requires_action":
        raise no_such("payment_intent", key)
    return intent


def show_challenge(store: Store, key: str) -> Page:
    """Show the bank's page."""
    _challenged(store, key)
    return page("3-D Secure", _CHALLENGE)


def answer_challenge(store: Store, key: str, body: str) -> Page:
    """Take the holder's answer and send them back where they came from."""
    intent = _challenged(store, key)
    passed = dict(parse_qsl(body)).get("result") == "complete"
    for session in store.all("checkout.session"):
        if key in {session["payment_intent"], session["setup_intent"]}:
            checkout.answer_challenge(store, session, passed=passed)
            if session["status"] == "complete":
                return Page(303, location=checkout.return_address(session))
            return show_checkout(store, session["id"], FAILED_CHALLENGE)
    back = intent["next_action"]["redirect_to_url"]["return_url"]
    if not passed:
        refuse_challenge(store, intent)
    elif intent["object"] == "payment_intent":
        pay(store, intent, authenticated=True)
    else:
        set_up_card(store, intent, authenticated=True)
    outcome = "succeeded" if intent["status"] == "succeeded" else "failed"
    if not back:
        return page("3-D Secure", f"<p>{outcome.capitalize()}.</p>")
    query = urlencode({intent["object"]: key, "redirect_status": outcome})
    return Page(303, location=f"{back}{'&' if '?' in back else '?'}{query}")


def show_receipt(store: Store, key: str) -> Page:
    """Show the receipt of a charge."""
    charge = store.find("charge", key)
    return page(
        "Receipt", f"<p>{amount_text(charge['amount'], charge['currency'])}</p>"
    )
