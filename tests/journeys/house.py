"""A running house for one journey: its own database, web server, clock and letterbox."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from django.db import connection, connections
from django.test.testcases import LiveServerThread
from django_ox.testing import run_tasks


class MovableClock:
    """Time that flows from a chosen instant and can be moved on, for every thread."""

    def __init__(self, start):
        self._start, self._since = start, time.monotonic()

    def now(self):
        return self._start + timedelta(seconds=time.monotonic() - self._since)

    def move_to(self, instant):
        self._start, self._since = instant, time.monotonic()

    def move_on(self, **delta):
        self.move_to(self.now() + timedelta(**delta))


class Letterbox:
    """A mail server on the loopback that keeps what it is given, oldest first."""

    def __init__(self):
        self.mails = []
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{port}"
        self._controller = Controller(self, hostname="127.0.0.1", port=port)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - its name
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((envelope.rcpt_tos[0], mail))
        return "250 2.0.0 kept"

    @contextmanager
    def open(self):
        self._controller.start()
        try:
            yield self
        finally:
            self._controller.stop()

    def to(self, address):
        """Return the mails that address got."""
        return [mail for recipient, mail in self.mails if recipient == address]

    def text_to(self, address):
        """Return the plain text of the newest mail to that address."""
        text = self.to(address)[-1].get_body(("plain",)).get_content()
        return text.replace("\r\n", "\n")


def on_a_thread(act, *args, **kwargs):
    """Do something away from the browser's event loop, and give its answer."""

    def do():
        try:
            return act(*args, **kwargs)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(do).result()


def drain_tasks():
    """Run what waits for a worker, as a worker would; a failing task fails the test."""
    return on_a_thread(run_tasks, raise_failures=True)


@contextmanager
def serving():
    """Serve the product with its static files on a free port; give the address."""
    server = LiveServerThread("127.0.0.1", lambda handler: handler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.terminate()
        _wait_for_requests()


def _wait_for_requests():
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(5)


@contextmanager
def own_database(pristine, path):
    """Point every connection at a fresh copy of the migrated database.

    pristine  a SQLite file; on PostgreSQL the test database itself is the template
    """
    settings = connection.settings_dict
    kept_name, kept = settings["NAME"], connection.connection
    if connection.vendor == "sqlite":
        shutil.copy(pristine, path)
        connection.connection, settings["NAME"] = None, str(path)
    else:
        connection.close()
        kept = None
        name = f"{kept_name}_journey"
        _maintain(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        _maintain(f'CREATE DATABASE "{name}" TEMPLATE "{kept_name}"')
        settings["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        if connection.vendor == "postgresql":
            _maintain(f'DROP DATABASE "{settings["NAME"]}" WITH (FORCE)')
        connection.connection, settings["NAME"] = kept, kept_name


def _maintain(statement):
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def save_pristine(path):
    """Keep the freshly migrated database of SQLite as a file to copy."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as target:
            connection.connection.backup(target)
