import asyncio
import smtplib
from email.message import EmailMessage
from threading import Thread

import pytest

from demo.catcher import HOST, Folder, receiver


@pytest.fixture
def catcher(tmp_path):
    """A running catcher: (port, folder)."""
    loop = asyncio.new_event_loop()
    serving = loop.create_server(lambda: receiver(Folder(tmp_path)), HOST, 0)
    server = loop.run_until_complete(serving)
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield server.sockets[0].getsockname()[1], tmp_path
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def test_catcher_keeps_each_message_with_its_envelope(catcher):
    port, folder = catcher
    message = EmailMessage()
    message["To"], message["Subject"] = "list@example.org", "Bonjour"
    message.set_content("Salut")
    with smtplib.SMTP(HOST, port) as server:
        server.send_message(message, "camille@boreal.example", ["ana@example.org"])
        server.send_message(message, "camille@boreal.example", ["lin@example.org"])
    kept = sorted(folder.iterdir())
    assert [path.suffix for path in kept] == [".eml", ".eml"]
    assert [path.read_text().splitlines()[0] for path in kept] == [
        "Delivered-To: ana@example.org",
        "Delivered-To: lin@example.org",
    ]
