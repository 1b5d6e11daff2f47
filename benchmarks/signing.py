"""Measure what a DKIM signature costs per message.

    python benchmarks/signing.py [--messages 2000] [--kilobytes 20]

Joins personalised messages and signs them with RSA-2048, with Ed25519 and with both.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from perenne.mail.domain.dkim import Key, Signer  # noqa: E402
from perenne.mail.domain.mime import BuiltMail, Unsubscribing  # noqa: E402
from perenne.mail.gateways.keys import make_pair, open_key  # noqa: E402

AT = datetime(2026, 11, 1, tzinfo=UTC)


def main() -> None:
    """Print microseconds per message."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--kilobytes", type=int, default=20)
    options = parser.parse_args()
    keys = {
        name: Key("s", name, open_key(make_pair(name, secret="s").sealed, secret="s"))
        for name in ("rsa", "ed25519")
    }
    plain = _seconds(options, None)
    print(f"joined only    {plain:7.0f} µs a message of {options.kilobytes} kB")
    for names in (["rsa"], ["ed25519"], ["ed25519", "rsa"]):
        signer = Signer("example.org", [keys[name] for name in names])
        cost = _seconds(options, signer) - plain
        print(f"{' + '.join(names):14} {cost:7.0f} µs more")


def _seconds(options: argparse.Namespace, signer: Signer | None) -> float:
    mail = BuiltMail(
        key="k",
        sender_name="Atelier",
        sender="letter@example.org",
        subject="News for {{ merge.name }}",
        text="Hello {{ merge.name }}\n" + "words of a letter " * 50,
        html="<p>Hello {{ merge.name }}</p>"
        + "<p>words</p>\n" * (options.kilobytes * 75),
        unsubscribing=Unsubscribing("https://example.org/u", "letter@example.org"),
    )
    start = time.perf_counter()
    for number in range(options.messages):
        message = mail.joined(
            to=f"a{number}@example.org",
            number=number,
            at=AT,
            merge={"name": f"n{number}"},
            token="t" * 40,
        )
        if signer is not None:
            signer.signed(message, at=AT)
    return (time.perf_counter() - start) / options.messages * 1e6


if __name__ == "__main__":
    main()
