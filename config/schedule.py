"""What runs by itself, and when: each app's recurring tasks in one list.

Times are UTC. A missed tick runs once when a worker is back; every task may run twice.
"""

from __future__ import annotations

from typing import Any

SCHEDULES: dict[str, dict[str, Any]] = {
    "sign of life": {
        "task": "perenne.backoffice.actions.leave_sign_of_life",
        "every": 60,
    },
    "money waiting invoices": {
        "task": "perenne.money.actions.books.receipts.issue_waiting_invoices",
        "every": 900,
    },
    "launch openings": {
        "task": "perenne.launches.actions.launches.keep_launches",
        "every": 60,
    },
    "practice reminders": {
        "task": "perenne.practice.actions.bookings.send_reminders",
        "every": 600,
    },
    "practice packs": {
        "task": "perenne.practice.actions.packs.tend_packs",
        "every": 900,
    },
    "reminders of live events": {
        "task": "perenne.community.actions.reminders.send_event_reminders",
        "every": 300,
    },
    "news of live events": {
        "task": "perenne.community.actions.events.tell_all_news",
        "every": 300,
    },
    "mail": {"task": "perenne.mail.actions.delivery.deliver_due", "every": 30},
    "letters that must stop": {
        "task": "perenne.mail.actions.watch.watch_running_letters",
        "every": 30,
    },
    "returned mail": {
        "task": "perenne.mail.actions.bounces.read_bounce_mailbox",
        "every": 300,
    },
    "readers who complained": {
        "task": "perenne.audience.actions.complaints.withdraw_complainers",
        "every": 300,
    },
    "letters due and letters gone": {
        "task": "perenne.audience.actions.sending.tend_letters",
        "every": 30,
    },
    "unconfirmed sign-ups": {
        "task": "perenne.audience.actions.signups.purge_unconfirmed_signups",
        "cron": "20 3 * * *",
    },
}

# People: requests to be erased whose time to think again is over (R33).
SCHEDULES["erasure requests"] = {
    "task": "perenne.people.actions.requests.tend_requests",
    "every": 3600,
}

# Prospects who have not turned to us for too long, once the owner allowed it (R32).
SCHEDULES["prospects kept too long"] = {
    "task": "perenne.audience.actions.retention.purge_prospects",
    "cron": "10 4 * * *",
}

# Selling: renewals by our own clock, events that were stored but not handled, closed tabs.
SCHEDULES |= {
    "renew subscriptions": {
        "task": "perenne.money.actions.renewals.renewals.renew_what_is_due",
        "every": 300,
    },
    "handle waiting payment events": {
        "task": "perenne.money.actions.inbox.events.handle_waiting_events",
        "every": 60,
    },
    "compare with the payment providers": {
        "task": "perenne.money.actions.inbox.reconcile.reconcile_nightly",
        "cron": "40 2 * * *",
    },
    "tend declarations of the public exits": {
        "task": "perenne.money.actions.exits.exits.tend_declarations",
        "every": 60,
    },
    "climb price ladders": {
        "task": "perenne.money.actions.offers.ladders.climb_ladders",
        "every": 60,
    },
    "announce SEPA debits": {
        "task": "perenne.money.actions.subscriptions.prenotices.announce_due_debits",
        "every": 3600,
    },
    "look after open orders": {
        "task": "perenne.money.actions.checkout.upkeep.look_after_open_orders",
        "every": 600,
    },
}

# The life of subscriptions: who must be told, changes that wait, credit that is left.
SCHEDULES |= {
    "tell members in time": {
        "task": "perenne.money.actions.subscriptions.notices.tend_notices",
        "every": 900,
    },
    "tend changes of plan": {
        "task": "perenne.money.actions.renewals.plan_changes.tend_plan_changes",
        "every": 900,
    },
    "give back credit that is left": {
        "task": "perenne.money.actions.exits.free_exits.give_back_credits",
        "every": 3600,
    },
}

# Around the checkout: gifts on their day, reminders that were asked for, lost answers.
SCHEDULES |= {
    "gifts due": {
        "task": "perenne.money.actions.orders.gifts.deliver_due_gifts",
        "every": 60,
    },
    "reminders of unpaid orders": {
        "task": "perenne.money.actions.checkout.reminding.send_due_reminders",
        "every": 300,
    },
    "tell the former billing what was taken over": {
        "task": "perenne.money.actions.subscriptions.takeovers.release_takeovers",
        "every": 600,
    },
    "settle proposals": {
        "task": "perenne.money.actions.checkout.upsells.settle_proposals",
        "every": 60,
    },
}
