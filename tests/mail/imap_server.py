"""A mailbox on the loopback that speaks as much IMAP as we do."""

from __future__ import annotations

import re
import socketserver
import threading


class Mailbox:
    """Mails by number, and which of them are read."""

    def __init__(self, mails):
        self.mails = dict(enumerate(mails, 1))
        self.seen = set()
        self.password = "secret"
        outer = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(b"* OK ready\r\n")
                for line in self.rfile:
                    tag, _space, command = line.decode().strip().partition(" ")
                    if not outer.answer(self.wfile, tag, command):
                        return

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self):
        port = self._server.server_address[1]
        return f"imap://us%40example.org:{self.password}@127.0.0.1:{port}/Bounces"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, out, tag, command):
        word = command.upper()
        status = "OK"
        if word.startswith("CAPABILITY"):
            out.write(b"* CAPABILITY IMAP4rev1\r\n")
        elif word.startswith("LOGIN") and '"secret"' not in command:
            status = "NO"
        elif word.startswith("SELECT"):
            out.write(b"* %d EXISTS\r\n" % len(self.mails))
        elif word.startswith("UID SEARCH"):
            left = [str(n) for n in sorted(self.mails) if n not in self.seen]
            out.write(f"* SEARCH {' '.join(left)}\r\n".encode())
        elif word.startswith("UID FETCH"):
            number = int(re.search(r"FETCH (\d+)", word)[1])
            raw = self.mails[number]
            head = f"* {number} FETCH (UID {number} BODY[]<0> {{{len(raw)}}}\r\n"
            out.write(head.encode() + raw + b")\r\n")
        elif word.startswith("UID STORE"):
            self.seen.add(int(re.search(r"STORE (\d+)", word)[1]))
        out.write(f"{tag} {status} done\r\n".encode())
        return not word.startswith("LOGOUT")
