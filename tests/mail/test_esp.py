"""Mail services by their API, against a server on this machine that answers for them."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from perenne.core import clock
from perenne.mail.actions.delivery import deliver
from perenne.mail.api import Attachment, queue_mail, start_broadcast
from perenne.mail.domain.endpoint import Endpoint, InvalidEndpoint
from perenne.mail.domain.esp import SERVICES, Esp, parse_address
from perenne.mail.models import Delivery, Message, Transport

PEOPLE = [f"p{n}@example.org" for n in range(12)]


@pytest.fixture
def service(settings, tmp_path, business):
    """A stand-in for Brevo's API that the engine is configured to use."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kept.append((self.headers["api-key"], asked))
            status, words = answers.get(
                asked["to"][0]["email"], (201, {"messageId": "7"})
            )
            body = json.dumps(words).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            """Say nothing."""

    kept, answers = [], {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.DATA = tmp_path
    settings.SMTP_URL = f"brevo://Key-1?api=http://127.0.0.1:{server.server_port}/v3/"
    settings.MAIL_FROM = "Atelier Boréal <letter@boreal.example>"
    server.kept, server.answers = kept, answers
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _queue(now, to="ana@example.org", **more):
    queue_mail(ref=to, to=to, subject="Reçu", text="Thanks.", now=now, **more)


def test_a_letter_leaves_with_its_headers_and_each_one_s_words(
    service, make_letter, now
):
    letter = make_letter(PEOPLE)
    start_broadcast(letter, now=now)
    assert deliver() == 12
    assert Message.objects.get().state == "done"
    assert sorted(asked["to"][0]["email"] for _key, asked in service.kept) == sorted(
        PEOPLE
    )
    key, asked = service.kept[0]
    number = PEOPLE.index(asked["to"][0]["email"])
    assert key == "Key-1"
    assert asked["sender"] == {
        "name": "Atelier Boréal",
        "email": "letter@boreal.example",
    }
    assert asked["subject"] == f"News for p{number}"
    assert asked["htmlContent"] == f"<p>Hello p{number}</p>"
    assert asked["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Delivery.objects.values_list("smtp_code", "smtp_reply").first() == (250, "7")


def test_a_service_mail_leaves_with_its_file(service, now):
    _queue(now, attachments=[Attachment("reçu.pdf", b"%PDF", "application/pdf")])
    assert deliver() == 1
    [(_key, asked)] = service.kept
    assert (asked["subject"], asked["textContent"]) == ("Reçu", "Thanks.")
    assert asked["attachment"] == [{"name": "reçu.pdf", "content": "JVBERg=="}]


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, ("failed", 1, 554)), (500, ("queued", 1, 451)), (401, ("queued", 0, 0))],
)
def test_an_answer_means_what_it_says(service, now, status, expected):
    service.answers["ana@example.org"] = (status, {"message": "no"})
    _queue(now)
    deliver()
    row = Delivery.objects.get()
    assert (row.status, row.attempts, row.smtp_code) == expected


@pytest.mark.parametrize(("status", "minutes"), [(429, 1), (401, 5)])
def test_a_service_that_refuses_us_rests(service, now, status, minutes):
    service.answers["ana@example.org"] = (status, {"message": "no"})
    _queue(now)
    deliver()
    transport = Transport.objects.get()
    assert transport.retry_at == now + timedelta(minutes=minutes)
    service.answers.clear()
    with clock.frozen(now + timedelta(minutes=minutes)):
        assert deliver() == 1


def test_a_service_that_is_away_costs_no_attempt(service, settings, now):
    settings.SMTP_URL = "brevo://Key-1?api=http://127.0.0.1:9/v3/"
    _queue(now)
    assert deliver() == 0
    assert Delivery.objects.values_list("status", "attempts").get() == ("queued", 0)
    assert Transport.objects.get().retry_at == now + timedelta(minutes=1)


def test_addresses_say_which_service_and_its_key():
    assert parse_address("brevo://xKey") == Esp("brevo", {"api_key": "xKey"})
    assert parse_address("mailgun://k@mg.boreal.example?region=eu") == Esp(
        "mailgun",
        {
            "api_key": "k",
            "sender_domain": "mg.boreal.example",
            "api_url": "https://api.eu.mailgun.net/v3",
        },
    )
    assert parse_address("mailjet://A:B") == Esp(
        "mailjet", {"api_key": "A", "secret_key": "B"}
    )
    assert parse_address("smtp://mail.boreal.example?tls=none") == Endpoint(
        "mail.boreal.example", 25
    )


@pytest.mark.parametrize("url", ["mailjet://A", "mailgun://k", "pigeon://home", ""])
def test_addresses_that_say_too_little_are_refused(url):
    with pytest.raises(InvalidEndpoint):
        parse_address(url)


@pytest.mark.parametrize("kind", sorted(SERVICES))
def test_each_example_opens_its_service_s_client(kind):
    from perenne.mail.gateways.esp import _backend

    esp = parse_address(SERVICES[kind].example)
    assert (esp.kind, esp.shown) == (kind, SERVICES[kind].shown)
    assert _backend(esp).esp_name.lower().startswith(SERVICES[kind].shown[:6].lower())


def test_a_bug_while_a_message_is_handed_over_ends_the_run_and_loses_nobody(
    service, monkeypatch, now
):
    _queue(now)
    with monkeypatch.context() as broken:
        broken.setattr(
            "perenne.mail.gateways.esp.as_django_mail", lambda _content: 1 / 0
        )
        with pytest.raises(ZeroDivisionError):
            deliver()
    assert Delivery.objects.get().status == "claimed"
    assert deliver() == 1
