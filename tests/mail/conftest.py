import sys
from pathlib import Path

import pytest

from perenne.mail.api import Recipient, add_recipients, create_broadcast

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from sink import Sink, start


@pytest.fixture
def make_letter(db, now):
    """Prepare a letter: make_letter(["a@x.example", ...], ref="audience:letter:1")."""

    def make(addresses, *, ref="audience:letter:1", **changes):
        letter_id = create_broadcast(
            **{
                "ref": ref,
                "subject": "News for {{ merge.name|you }}",
                "html": "<p>Hello {{ merge.name }}</p>",
                "text": "Hello {{ merge.name }}\n{{ merge.unsubscribe_url }}",
                "list_unsubscribe_base": "https://boreal.example/unsubscribe/",
                "now": now,
            }
            | changes
        )
        rows = [
            Recipient(
                address=address,
                ref=f"person:{number}",
                merge={"name": address.split("@")[0]},
                unsubscribe_token=f"token-{number}",
            )
            for number, address in enumerate(addresses)
        ]
        add_recipients(letter_id, rows=rows)
        return letter_id

    return make


@pytest.fixture
def mail_templates(settings):
    """Let tests use the templates beside them."""
    settings.TEMPLATES = [
        settings.TEMPLATES[0] | {"DIRS": [HERE / "templates"]},
    ]


@pytest.fixture
def mail_server(settings, tmp_path, business):
    """A server on the loopback that our engine is configured to hand mail to."""
    kept = Sink()
    running = start(kept)
    settings.DATA = tmp_path
    settings.SMTP_URL = f"smtp://127.0.0.1:{running.port}?tls=none"
    settings.MAIL_FROM = "Atelier Boréal <letter@boreal.example>"
    yield kept
    running.stop()
