"""Ask VIES, the Union's register, about a VAT number: yes, no, or no answer (R124).

Nothing is sent before a business gives the number of another member state; without an
address in the settings nothing is ever sent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.conf import settings

TIMEOUT_SECONDS = 6
_LONGEST_ANSWER = 64 * 1024
_UNNAMED = "---"
_WRONG_REQUESTER = "INVALID_REQUESTER_INFO"


class RegisterSilent(Exception):
    """No answer to rely on; neither yes nor no.

    code  the register's own word, or what went wrong on the way
    """

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the register says.

    consultation  its number, given when we ask with our own VAT number
    name          of the business, "" where its state does not tell
    """

    valid: bool
    consultation: str = ""
    name: str = ""


class VatRegister(Protocol):
    """Somebody who knows which VAT numbers exist."""

    def ask(self, vat_id: str, *, requester: str) -> Answer:
        """Return the answer about a number; RegisterSilent when there is none."""
        ...


class Vies:
    """The register at an address (…/rest-api)."""

    def __init__(self, address: str) -> None:
        """Keep the address."""
        self._address = address.rstrip("/")

    def ask(self, vat_id: str, *, requester: str) -> Answer:
        """Ask with our own number, so that the answer is a proof; else without."""
        try:
            return self._ask(vat_id, requester)
        except RegisterSilent as silent:
            if silent.code != _WRONG_REQUESTER or not requester:
                raise
        return self._ask(vat_id, "")

    def _ask(self, vat_id: str, requester: str) -> Answer:
        question = {"countryCode": vat_id[:2], "vatNumber": vat_id[2:]}
        if requester:
            question |= {
                "requesterMemberStateCode": requester[:2],
                "requesterNumber": requester[2:],
            }
        return _answer(self._post(question))

    def _post(self, question: dict[str, str]) -> dict[str, Any]:
        request = Request(  # noqa: S310 - the address is the operator's setting
            f"{self._address}/check-vat-number",
            data=json.dumps(question).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            method="POST",
        )
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310
                body = reply.read(_LONGEST_ANSWER)
        except HTTPError as error:
            body = error.read(_LONGEST_ANSWER)
        except OSError as error:
            raise RegisterSilent(type(error).__name__) from error
        try:
            found = json.loads(body)
        except ValueError as error:
            raise RegisterSilent("not json") from error
        return found if isinstance(found, dict) else {}


def _answer(found: dict[str, Any]) -> Answer:
    """Read a reply; everything but a plain yes or no is silence."""
    wrong = found.get("errorWrappers") or []
    if wrong:
        raise RegisterSilent(str(wrong[0].get("error", "")))
    if not isinstance(found.get("valid"), bool):
        raise RegisterSilent("no answer in it")
    name = str(found.get("name") or "")
    return Answer(
        valid=found["valid"],
        consultation=str(found.get("requestIdentifier") or "")[:60],
        name="" if name == _UNNAMED else name[:200],
    )


def vat_register() -> VatRegister | None:
    """Return the register of the settings; None when asking is turned off."""
    return Vies(settings.VIES_URL) if settings.VIES_URL else None
