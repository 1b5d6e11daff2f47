"""A client for SMTP (RFC 5321) that keeps its connection and pipelines (RFC 2920)."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections import deque
from typing import TYPE_CHECKING, Any

from perenne.mail.domain.verdict import Reply, Stage

if TYPE_CHECKING:
    from perenne.mail.domain.endpoint import Endpoint

CONNECT_SECONDS = 30
REPLY_SECONDS = 120
CONTENT_SECONDS = 600  # RFC 5321, 4.5.3.2.6
_WATCH_SECONDS = 5
_MAX_REPLY = 64 * 1024


class SmtpFailure(Exception):
    """The server refused the session or the connection broke; retry later."""

    def __init__(self, reply: Reply) -> None:
        """Keep the server's words, or ours when it said nothing."""
        super().__init__(reply.text)
        self.reply = reply


class SmtpConnection(asyncio.Protocol):
    """One session: replies come in the order of the commands."""

    def __init__(self) -> None:
        """Wait for the server's greeting."""
        self.features: dict[str, str] = {}
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None
        self._buffer = b""
        self._lines: list[str] = []
        self._replies: deque[Reply] = deque()
        self._waiter: asyncio.Future[Reply] | None = None
        self._deadline = self._loop.time() + CONNECT_SECONDS
        self._watch: asyncio.TimerHandle | None = None
        self.lost: Reply | None = None

    # --- called by the event loop ----------------------------------------------------
    def connection_made(self, transport: Any) -> None:
        """Keep the wire and look at the clock now and then."""
        self._transport = transport
        if self._watch is None:
            self._look_at_clock()

    def data_received(self, data: bytes) -> None:
        """Cut what came into lines and lines into replies."""
        self._buffer += data
        if len(self._buffer) > _MAX_REPLY:
            self._break(Reply(0, "the server's reply has no end"))
            return
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            self._take_line(line.rstrip(b"\r").decode("utf-8", "replace"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits that nothing more will come."""
        self._break(Reply(0, str(exc or "the server closed the connection")))

    # --- talking -----------------------------------------------------------------------
    async def open_session(self, endpoint: Endpoint) -> None:
        """Greet, encrypt and authenticate; SmtpFailure when the server will not."""
        await self._expect(220)
        await self._hello(endpoint)
        if endpoint.tls == "starttls":
            await self._start_tls(endpoint)
            await self._hello(endpoint)
        if endpoint.user:
            await self._authenticate(endpoint)

    @property
    def pipelining(self) -> bool:
        """Tell whether commands may be sent without waiting."""
        return "PIPELINING" in self.features

    @property
    def smtputf8(self) -> bool:
        """Tell whether addresses may be other than ASCII (RFC 6531)."""
        return "SMTPUTF8" in self.features

    def write(self, *pieces: bytes) -> None:
        """Put bytes on the wire; SmtpFailure when it is broken."""
        if self.lost is not None:
            raise SmtpFailure(self.lost)
        self._transport.writelines(pieces)

    async def reply(self, seconds: float = REPLY_SECONDS) -> Reply:
        """Return the next reply; SmtpFailure when none can come."""
        if self._replies:
            return self._replies.popleft()
        if self.lost is not None:
            raise SmtpFailure(self.lost)
        self._deadline = self._loop.time() + seconds
        self._waiter = self._loop.create_future()
        return await self._waiter

    async def command(self, line: bytes) -> Reply:
        """Send one command and return its reply."""
        self.write(line + b"\r\n")
        return await self.reply()

    async def envelope_result(self) -> tuple[Stage, Reply]:
        """Return the first refusal of MAIL, RCPT and DATA sent together, or DATA's 354.

        After a refusal the session is clean again.
        """
        replies: list[tuple[Stage, Reply]] = []
        try:
            for stage in (Stage.MAIL, Stage.RCPT, Stage.DATA):
                reply = await self.reply()
                replies.append((stage, reply))
            refusal = _first_refusal(replies)
            if refusal is None:
                return replies[-1]
            if replies[-1][1].code == 354:  # RFC 2920, 3.1: though nobody is accepted
                await self.command(b".")
            await self.command(b"RSET")
        except SmtpFailure:
            refusal = _first_refusal(replies)
            if refusal is None:
                raise
        return refusal

    async def envelope_in_steps(self, mail: bytes, rcpt: bytes) -> tuple[Stage, Reply]:
        """Like envelope_result for a server that wants one command at a time."""
        for stage, line in ((Stage.MAIL, mail), (Stage.RCPT, rcpt)):
            reply = await self.command(line)
            if reply.code >= 300:
                await self.command(b"RSET")
                return stage, reply
        data = await self.command(b"DATA")
        if data.code != 354:
            await self.command(b"RSET")
        return Stage.DATA, data

    async def quit(self) -> None:
        """Say goodbye and close, whatever the server answers."""
        try:
            if self.lost is None:
                async with asyncio.timeout(2):
                    await self.command(b"QUIT")
        except (SmtpFailure, TimeoutError):
            self.lost = self.lost or Reply(0, "closed")
        self.close()

    def close(self) -> None:
        """Let go of the wire."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self._transport is not None:
            self._transport.close()

    # --- inside ------------------------------------------------------------------------
    def _take_line(self, line: str) -> None:
        self._lines.append(line[4:])
        if line[3:4] == "-":
            return
        text, self._lines = "\n".join(self._lines), []
        reply = Reply(int(line[:3]) if line[:3].isdigit() else 0, text)
        if reply.code == 0:
            self._break(Reply(0, "the server does not speak SMTP"))
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(reply)
        else:
            self._replies.append(reply)

    def _break(self, reply: Reply) -> None:
        if self.lost is None:
            self.lost = reply
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(SmtpFailure(self.lost))
        self.close()

    def _look_at_clock(self) -> None:
        waiting = self._waiter is not None and not self._waiter.done()
        if waiting and self._loop.time() > self._deadline:
            self._break(Reply(0, "the server did not answer in time"))
            return
        self._watch = self._loop.call_later(_WATCH_SECONDS, self._look_at_clock)

    async def _expect(self, code: int, line: bytes | None = None) -> Reply:
        reply = await (
            self.reply(CONNECT_SECONDS) if line is None else self.command(line)
        )
        if reply.code != code:
            raise SmtpFailure(reply)
        return reply

    async def _hello(self, endpoint: Endpoint) -> None:
        name = endpoint.local_name.encode("idna")
        reply = await self.command(b"EHLO " + name)
        if reply.code >= 500:
            await self._expect(250, b"HELO " + name)
            self.features = {}
            return
        if reply.code != 250:
            raise SmtpFailure(reply)
        words = [line.upper().partition(" ") for line in reply.text.split("\n")[1:]]
        self.features = {word: rest for word, _space, rest in words}

    async def _start_tls(self, endpoint: Endpoint) -> None:
        if "STARTTLS" not in self.features:
            raise SmtpFailure(Reply(0, "the server offers no encryption (STARTTLS)"))
        await self._expect(220, b"STARTTLS")
        if self._buffer or self._replies:  # injected before the encryption began
            raise SmtpFailure(Reply(0, "the server spoke before the encryption"))
        try:
            self._transport = await self._loop.start_tls(
                self._transport,
                self,
                tls_context(endpoint),
                server_hostname=endpoint.host,
            )
        except (OSError, ssl.SSLError) as error:
            raise SmtpFailure(Reply(0, f"no encryption: {error}")) from error

    async def _authenticate(self, endpoint: Endpoint) -> None:
        offered = self.features.get("AUTH", "").split()
        user, password = endpoint.user.encode(), endpoint.password.encode()
        if "PLAIN" in offered or not offered:
            token = b64encode(b"\0" + user + b"\0" + password)
            await self._expect(235, b"AUTH PLAIN " + token)
            return
        if "LOGIN" not in offered:
            raise SmtpFailure(Reply(0, "the server offers neither PLAIN nor LOGIN"))
        await self._expect(334, b"AUTH LOGIN")
        await self._expect(334, b64encode(user))
        await self._expect(235, b64encode(password))


def _first_refusal(
    replies: list[tuple[Stage, Reply]],
) -> tuple[Stage, Reply] | None:
    for stage, reply in replies:
        if reply.code >= 300 and not (stage is Stage.DATA and reply.code == 354):
            return stage, reply
    return None


def tls_context(endpoint: Endpoint) -> ssl.SSLContext:
    """Return how to encrypt: TLS 1.2 or newer, the certificate checked unless told not."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not endpoint.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def connect(endpoint: Endpoint) -> SmtpConnection:
    """Return an open session; SmtpFailure says why there is none."""
    loop = asyncio.get_running_loop()
    extra: dict[str, Any] = {}
    if endpoint.tls == "tls":
        extra = {"ssl": tls_context(endpoint), "server_hostname": endpoint.host}
    connection: SmtpConnection | None = None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _wire, connection = await loop.create_connection(
                SmtpConnection, endpoint.host, endpoint.port, **extra
            )
            await connection.open_session(endpoint)
    except (OSError, TimeoutError, SmtpFailure) as error:
        if connection is not None:
            connection.close()
        raise _failure(error) from error
    return connection


def _failure(error: Exception) -> SmtpFailure:
    if isinstance(error, SmtpFailure):
        return error
    if isinstance(error, TimeoutError):
        return SmtpFailure(Reply(0, "the server did not answer in time"))
    return SmtpFailure(Reply(0, str(error)))


def envelope(sender: str, recipient: str) -> tuple[bytes, bytes]:
    """Return MAIL and RCPT; addresses were checked to hold no line end nor bracket."""
    option = "" if (sender + recipient).isascii() else " SMTPUTF8"
    return (
        f"MAIL FROM:<{sender}>{option}".encode(),
        f"RCPT TO:<{recipient}>".encode(),
    )


def end_after(content: bytes) -> bytes:
    """Return the end that DATA wants after a text without lines that begin with a dot."""
    return b".\r\n" if content[-2:] == b"\r\n" else b"\r\n.\r\n"
