"""A DNS server on the loopback that answers from a table."""

from __future__ import annotations

import socketserver
import threading

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class DnsServer:
    """records: {(name, "TXT"): ["text", ...]}; a name that is None is not answered."""

    def __init__(self, records):
        self.records = records
        outer = self

        class Answer(socketserver.BaseRequestHandler):
            def handle(self):
                raw, socket = self.request
                reply = outer.answer(dns.message.from_wire(raw))
                if reply is not None:
                    socket.sendto(reply.to_wire(), self.client_address)

        self._server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answer)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self):
        return f"127.0.0.1:{self._server.server_address[1]}"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, query):
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        name = question.name.to_text(omit_final_dot=True)
        values = self.records.get((name, kind), [])
        if values is None:
            return None
        reply = dns.message.make_response(query)
        if values:
            reply.answer.append(
                dns.rrset.from_text(
                    question.name, 60, "IN", kind, *map(_quoted(kind), values)
                )
            )
        elif not any(known == name for known, _kind in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply


def _quoted(kind):
    if kind != "TXT":
        return str
    # a string of a TXT record holds at most 255 characters
    return lambda text: " ".join(
        f'"{text[start : start + 200]}"' for start in range(0, len(text), 200)
    )
