"""What other apps may use of money."""

from perenne.money.actions.books.billing import issue_invoice as issue_invoice
from perenne.money.actions.books.invoices import InvoiceIncomplete as InvoiceIncomplete
from perenne.money.actions.books.invoices import issue_credit_note as issue_credit_note
from perenne.money.actions.books.outside import (
    record_outside_money as record_outside_money,
)
from perenne.money.actions.books.receipts import (
    record_invoice_paid as record_invoice_paid,
)
from perenne.money.actions.checkout.checkout import OfferNotOpen as OfferNotOpen
from perenne.money.actions.checkout.checkout import start_checkout as start_checkout
from perenne.money.actions.offers.offers import (
    WindowRunsBackwards as WindowRunsBackwards,
)
from perenne.money.actions.offers.offers import add_offer as add_offer
from perenne.money.actions.offers.offers import change_offer as change_offer
from perenne.money.actions.offers.offers import set_grants as set_grants
from perenne.money.actions.offers.offers import set_offer_window as set_offer_window
from perenne.money.actions.offers.prices import change_price as change_price
from perenne.money.actions.orders.terms import publish_terms as publish_terms
from perenne.money.actions.payments.payments import (
    mark_transfer_paid as mark_transfer_paid,
)
from perenne.money.actions.payments.payments import record_payment as record_payment
from perenne.money.actions.payments.refunds import refund_payment as refund_payment
from perenne.money.actions.subscriptions.subscriptions import (
    stop_renewal as stop_renewal,
)
from perenne.money.actions.subscriptions.takeovers import (
    release_takeover as release_takeover,
)
from perenne.money.actions.subscriptions.takeovers import (
    subscription_at_stripe as subscription_at_stripe,
)
from perenne.money.actions.subscriptions.takeovers import (
    subscriptions_at_stripe as subscriptions_at_stripe,
)
from perenne.money.actions.subscriptions.takeovers import (
    take_over_subscription as take_over_subscription,
)
from perenne.money.domain.books.invoices import Customer as Customer
from perenne.money.domain.books.invoices import Line as Line
from perenne.money.domain.checkout.buyers import Buyer as Buyer
from perenne.money.domain.fulfilment import FulfilmentHandler as FulfilmentHandler
from perenne.money.domain.fulfilment import fulfilment as fulfilment
from perenne.money.domain.offers.windows import Sale as Sale
from perenne.money.domain.subscriptions.takeovers import Billed as Billed
from perenne.money.domain.subscriptions.takeovers import (
    CannotBeTakenOver as CannotBeTakenOver,
)
from perenne.money.domain.subscriptions.takeovers import check_billed as check_billed
from perenne.money.domain.subscriptions.takeovers import check_target as check_target
from perenne.money.domain.subscriptions.takeovers import read_billed as read_billed
from perenne.money.facts import CashFact as CashFact
from perenne.money.facts import CashSum as CashSum
from perenne.money.facts import cash_by_month as cash_by_month
from perenne.money.facts import cash_by_stream as cash_by_stream
from perenne.money.facts import cash_facts as cash_facts
from perenne.money.facts import iter_cash_facts as iter_cash_facts
from perenne.money.gateways.protocol import ProviderRefused as ProviderRefused
from perenne.money.gateways.protocol import ProviderUnavailable as ProviderUnavailable
from perenne.money.gateways.providers import card_payments_ready as card_payments_ready
from perenne.money.queries.books.invoices import invoice_of_ref as invoice_of_ref
from perenne.money.queries.books.invoices import (
    invoices_of_person as invoices_of_person,
)
from perenne.money.queries.books.ledger import ledger_size as ledger_size
from perenne.money.queries.books.ledger import (
    newest_chain_breaks as newest_chain_breaks,
)
from perenne.money.queries.books.pressing import Pressing as Pressing
from perenne.money.queries.books.pressing import pressing_money as pressing_money
from perenne.money.queries.books.vat_watch import VatWatch as VatWatch
from perenne.money.queries.books.vat_watch import vat_watch as vat_watch
from perenne.money.queries.inbox.events import inbox_state as inbox_state
from perenne.money.queries.offers.launch_sales import WindowSale as WindowSale
from perenne.money.queries.offers.launch_sales import sales_in_window as sales_in_window
from perenne.money.queries.offers.offers import current_prices as current_prices
from perenne.money.queries.offers.offers import offer_by_slug as offer_by_slug
from perenne.money.queries.offers.offers import offer_titles as offer_titles
from perenne.money.queries.offers.offers import offers_matching as offers_matching
from perenne.money.queries.offers.offers import offers_on_sale as offers_on_sale
from perenne.money.queries.offers.offers import sale_of as sale_of
from perenne.money.queries.orders.orders import orders_of as orders_of
from perenne.money.queries.orders.orders import (
    paid_orders_between as paid_orders_between,
)
from perenne.money.queries.orders.terms import terms_text as terms_text
from perenne.money.queries.subscriptions.segments import (
    people_by_last_purchase as people_by_last_purchase,
)
from perenne.money.queries.subscriptions.segments import (
    people_subscribed_to as people_subscribed_to,
)
from perenne.money.queries.subscriptions.segments import (
    people_who_bought as people_who_bought,
)
from perenne.money.queries.subscriptions.segments import (
    people_who_spent as people_who_spent,
)
from perenne.money.queries.subscriptions.segments import (
    people_with_purchases as people_with_purchases,
)
from perenne.money.queries.subscriptions.subscriptions import (
    people_who_left as people_who_left,
)
from perenne.money.queries.subscriptions.subscriptions import (
    subscriptions_of as subscriptions_of,
)
from perenne.money.queries.subscriptions.takeovers import PriceHere as PriceHere
from perenne.money.queries.subscriptions.takeovers import likely_price as likely_price
from perenne.money.queries.subscriptions.takeovers import taken_refs as taken_refs
from perenne.money.queries.subscriptions.takeovers import (
    takeover_reason as takeover_reason,
)
from perenne.money.queries.subscriptions.takeovers import target_of as target_of
from perenne.money.queries.subscriptions.takeovers import targets as targets
from perenne.money.queries.subscriptions.takeovers import (
    unreleased_refs as unreleased_refs,
)
