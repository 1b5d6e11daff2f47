"""The shape of each object: every key of Stripe's published examples, and its default."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

PREFIXES = {
    "customer": "cus_",
    "product": "prod_",
    "price": "price_",
    "checkout.session": "cs_test_",
    "payment_intent": "pi_",
    "setup_intent": "seti_",
    "payment_method": "pm_",
    "charge": "ch_",
    "refund": "re_",
    "balance_transaction": "txn_",
    "dispute": "dp_",
    "payout": "po_",
    "mandate": "mandate_",
    "event": "evt_",
    "subscription": "sub_",
}
_UNDATED = {"mandate"}
_EVIDENCE = """
    access_activity_log billing_address cancellation_policy
    cancellation_policy_disclosure cancellation_rebuttal customer_communication
    customer_email_address customer_name customer_purchase_ip customer_signature
    duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id
    product_description receipt refund_policy refund_policy_disclosure
    refund_refusal_explanation service_date service_documentation shipping_address
    shipping_carrier shipping_date shipping_documentation shipping_tracking_number
    uncategorized_file uncategorized_text
"""
_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
# Keys that are null until something sets them.
_NULL = {
    "customer": """
        address balance currency default_source delinquent description discount
        email invoice_prefix invoice_settings livemode metadata name
        next_invoice_sequence phone preferred_locales shipping tax_exempt
        test_clock
    """,
    "product": """
        active default_price description images livemode marketing_features
        metadata name package_dimensions shippable statement_descriptor tax_code
        type unit_label updated url
    """,
    "price": """
        active billing_scheme currency custom_unit_amount livemode lookup_key
        metadata nickname product recurring tax_behavior tiers_mode
        transform_quantity type unit_amount unit_amount_decimal
    """,
    "checkout.session": """
        adaptive_pricing after_expiration allow_promotion_codes amount_subtotal
        amount_total automatic_tax billing_address_collection cancel_url
        client_reference_id client_secret collected_information consent
        consent_collection currency currency_conversion custom_fields custom_text
        customer customer_account customer_creation customer_details
        customer_email discounts expires_at integration_identifier invoice
        invoice_creation livemode locale managed_payments metadata mode
        origin_context payment_intent payment_link payment_method_collection
        payment_method_configuration_details payment_method_options
        payment_method_types payment_status permissions phone_number_collection
        recovered_from saved_payment_method_options setup_intent
        shipping_address_collection shipping_cost shipping_options status
        submit_type subscription success_url total_details ui_mode url
        wallet_options
    """,
    "payment_intent": """
        amount amount_capturable amount_details amount_received application
        application_fee_amount automatic_payment_methods canceled_at
        cancellation_reason capture_method client_secret confirmation_method
        currency customer customer_account description
        excluded_payment_method_types last_payment_error latest_charge livemode
        managed_payments metadata next_action on_behalf_of payment_method
        payment_method_configuration_details payment_method_options
        payment_method_types processing receipt_email review setup_future_usage
        shipping source statement_descriptor statement_descriptor_suffix status
        transfer_data transfer_group
    """,
    "setup_intent": """
        application automatic_payment_methods cancellation_reason client_secret
        customer description excluded_payment_method_types flow_directions
        last_setup_error latest_attempt livemode mandate metadata next_action
        on_behalf_of payment_method payment_method_configuration_details
        payment_method_options payment_method_types single_use_mandate status
        usage
    """,
    "payment_method": """
        allow_redisplay billing_details card customer customer_account livemode
        metadata type
    """,
    "charge": """
        amount amount_captured amount_refunded application application_fee
        application_fee_amount balance_transaction billing_details
        calculated_statement_descriptor captured currency customer description
        disputed failure_balance_transaction failure_code failure_message
        fraud_details livemode metadata on_behalf_of outcome paid payment_intent
        payment_method payment_method_details receipt_email receipt_number
        receipt_url refunded refunds review shipping source source_transfer
        statement_descriptor statement_descriptor_suffix status transfer_data
        transfer_group
    """,
    "refund": """
        amount balance_transaction charge currency customer customer_account
        destination_details metadata payment_intent payment_method reason
        receipt_number source_transfer_reversal status transfer_reversal
    """,
    "balance_transaction": """
        amount available_on balance_type currency description exchange_rate fee
        fee_details net reporting_category source status type
    """,
    "dispute": """
        amount balance_transactions charge currency enhanced_eligibility_types
        evidence evidence_details is_charge_refundable livemode metadata
        payment_intent payment_method_details reason status
    """,
    "payout": """
        amount application_fee application_fee_amount arrival_date automatic
        balance_transaction currency description destination
        failure_balance_transaction failure_code failure_message livemode metadata
        method original_payout payout_method reconciliation_status reversed_by
        source_type statement_descriptor status trace_id type
    """,
    "mandate": """
        customer_acceptance livemode multi_use payment_method
        payment_method_details status type
    """,
    "event": """
        api_version data livemode pending_webhooks request type
    """,
    "subscription": """
        application application_fee_percent automatic_tax billing_cycle_anchor
        billing_cycle_anchor_config billing_mode billing_schedules
        billing_thresholds cancel_at cancel_at_period_end canceled_at
        cancellation_details collection_method currency customer
        customer_account days_until_due default_payment_method default_source
        default_tax_rates description discounts ended_at invoice_settings items
        latest_invoice livemode managed_payments metadata
        next_pending_invoice_item_invoice on_behalf_of pause_collection
        payment_settings pending_invoice_item_interval pending_setup_intent
        pending_update schedule start_date status test_clock transfer_data
        trial_end trial_settings trial_start
    """,
}
_SET: dict[str, dict[str, Any]] = {
    "customer": {
        "address": None,
        "balance": 0,
        "delinquent": False,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    },
    "product": {
        "active": True,
        "images": [],
        "marketing_features": [],
        "metadata": {},
        "type": "service",
    },
    "price": {
        "active": True,
        "billing_scheme": "per_unit",
        "metadata": {},
        "tax_behavior": "unspecified",
        "type": "one_time",
    },
    "checkout.session": {
        "adaptive_pricing": {"enabled": False},
        "automatic_tax": {
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    },
    "payment_intent": {
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic",
        "confirmation_method": "automatic",
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    },
    "setup_intent": {
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
    },
    "payment_method": {
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": _ADDRESS,
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "metadata": {},
        "type": "card",
    },
    "charge": {
        "amount_captured": 0,
        "amount_refunded": 0,
        "captured": False,
        "disputed": False,
        "fraud_details": {},
        "metadata": {},
        "paid": False,
        "refunded": False,
    },
    "refund": {
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": {},
        "status": "succeeded",
    },
    "balance_transaction": {"balance_type": "payments", "fee": 0, "fee_details": []},
    "dispute": {
        "balance_transactions": [],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(_EVIDENCE.split()) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "metadata": {},
        "status": "needs_response",
    },
    "payout": {
        "automatic": True,
        "description": "STRIPE PAYOUT",
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "completed",
        "source_type": "card",
        "status": "in_transit",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    },
    "mandate": {"multi_use": {}, "status": "active", "type": "multi_use"},
    "event": {"pending_webhooks": 1},
    "subscription": {
        "automatic_tax": {"enabled": False, "liability": None},
        "cancel_at_period_end": False,
        "collection_method": "charge_automatically",
        "default_tax_rates": [],
        "discounts": [],
        "metadata": {},
    },
}


def new_object(kind: str, key: str, created: int, **values: Any) -> dict[str, Any]:
    """Return a complete object of that kind with its defaults and the given values."""
    known = dict.fromkeys(_NULL[kind].split())
    if "livemode" in known:
        known["livemode"] = False
    defaults = deepcopy(_SET[kind])
    unknown = values.keys() - known.keys()
    if unknown:
        raise KeyError(f"{kind} has no {sorted(unknown)}")
    return {
        "id": key,
        "object": kind,
        **({} if kind in _UNDATED else {"created": created}),
        **known,
        **defaults,
        **deepcopy(values),
    }


def list_of(url: str, rows: list[Any], *, has_more: bool = False) -> dict[str, Any]:
    """Return a list object."""
    return {"object": "list", "url": url, "has_more": has_more, "data": rows}
