"""Every object has the keys of Stripe's published examples."""

import json
from pathlib import Path

import pytest

from simulators.stripe.shapes import PREFIXES, new_object

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = next(
    (
        found
        for parent in ROOT.parents
        if (found := parent / "shared/data/stripe/fixtures3.json").is_file()
    ),
    None,
)
# What the product reads; checked on any machine.
READ = {
    "checkout.session": "amount_total currency customer customer_details expires_at id "
    "metadata mode payment_intent payment_status setup_intent status url",
    "payment_intent": "amount amount_received currency customer id last_payment_error "
    "latest_charge metadata next_action payment_method status",
    "charge": "amount amount_refunded balance_transaction captured created currency id "
    "payment_intent payment_method_details refunded status",
    "balance_transaction": "amount available_on currency fee net source type",
    "refund": "amount charge currency id payment_intent status",
    "setup_intent": "customer id payment_method status usage",
    "payment_method": "billing_details card customer id type",
    "customer": "email id invoice_settings metadata name",
    "event": "api_version created data id livemode pending_webhooks request type",
}


@pytest.mark.parametrize(("kind", "keys"), READ.items(), ids=READ)
def test_an_object_has_what_the_product_reads(kind, keys):
    assert set(keys.split()) - set(new_object(kind, "x", 0)) == set()


@pytest.mark.skipif(PUBLISHED is None, reason="Stripe's examples are not here")
@pytest.mark.parametrize("kind", PREFIXES)
def test_an_object_has_exactly_the_published_keys(kind):
    published = json.loads(PUBLISHED.read_text("utf-8"))["resources"][kind]

    assert set(new_object(kind, "x", 0)) == set(published)
