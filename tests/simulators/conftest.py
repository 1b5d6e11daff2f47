import socketserver
import threading
from http.server import BaseHTTPRequestHandler

import pytest
import stripe

from simulators.stripe.testing import run_simulator


@pytest.fixture
def account():
    with run_simulator() as running:
        yield running


@pytest.fixture
def client(account):
    return stripe.StripeClient("sk_test_x", base_addresses={"api": account.api_base})


@pytest.fixture
def patient(account):
    """A client that does not try again by itself."""
    return stripe.StripeClient(
        "sk_test_x", base_addresses={"api": account.api_base}, max_network_retries=0
    )


class Shop:
    """A shop that keeps the webhooks it gets; `answers` are the statuses to give."""

    def __init__(self):
        self.received, self.answers = [], []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = shop.answers.pop(0) if shop.answers else 200
                if status == 200:
                    shop.received.append((body, self.headers["Stripe-Signature"]))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *args):
                """Quiet."""

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks/"
        threading.Thread(
            target=self.server.serve_forever,
            kwargs={"poll_interval": 0.02},
            daemon=True,
        ).start()

    def types(self):
        return [
            stripe.Event.construct_from(_json(b), "k").type for b, _ in self.received
        ]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def _json(body):
    import json

    return json.loads(body)


@pytest.fixture
def shop(account):
    shop = Shop()
    yield shop
    shop.close()


@pytest.fixture
def new_session(client):
    """Create a session over 12.00 EUR: new_session(mode="setup", ...)."""

    def make(**params):
        asked = {
            "mode": "payment",
            "success_url": "http://shop.example/done?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://shop.example/back",
            **params,
        }
        if asked["mode"] == "payment":
            asked.setdefault(
                "line_items",
                [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": "eur",
                            "unit_amount": 1200,
                            "product_data": {"name": "Course"},
                        },
                    }
                ],
            )
        return client.v1.checkout.sessions.create(asked)

    return make
