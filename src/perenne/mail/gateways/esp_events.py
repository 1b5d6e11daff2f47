"""What mail providers report to their hooks, as our own words.

Signatures and formats are django-anymail's; its signals and addresses are not used.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.utils.crypto import constant_time_compare

from perenne.mail.domain.bounces.classify import classify
from perenne.mail.domain.bounces.notices import notice_of
from perenne.mail.domain.bounces.report import Kind, Report, Result

if TYPE_CHECKING:
    from django.http import HttpRequest

_SECONDS = 10
_VIEWS = {
    "brevo": "anymail.webhooks.brevo.BrevoTrackingWebhookView",
    "mailgun": "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
    "mailjet": "anymail.webhooks.mailjet.MailjetTrackingWebhookView",
    "postmark": "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
    "sparkpost": "anymail.webhooks.sparkpost.SparkPostTrackingWebhookView",
}
PROVIDERS = (*_VIEWS, "ses")
_AMAZON = re.compile(r"\Asns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\Z")
_KINDS = {
    "bounced": Kind.HARD,
    "rejected": Kind.SOFT,
    "deferred": Kind.SOFT,
    "failed": Kind.SOFT,
    "complained": Kind.COMPLAINT,
}


class NotFromProvider(Exception):
    """The call does not prove that it comes from the provider."""


class UnreadableEvent(Exception):
    """The call's body is not what the provider sends."""


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """One event: its name at the provider, and what it says."""

    fingerprint: str
    report: Report


def reports_from(
    provider: str, request: HttpRequest, *, secret: str, signing_key: str
) -> list[ProviderReport]:
    """Return what a provider's call says; empty when it is about nothing of ours.

    Raises  NotFromProvider, UnreadableEvent
    """
    if provider == "ses":
        return _from_amazon(request, secret)
    if not (signing_key if provider == "mailgun" else secret):
        raise NotFromProvider
    view = _view(provider, secret=secret, signing_key=signing_key)
    from anymail.exceptions import AnymailWebhookValidationFailure

    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except AnymailWebhookValidationFailure as failure:
        raise NotFromProvider from failure
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableEvent from error
    found = [_report(provider, event) for event in events]
    return [each for each in found if each.report.results]


def _view(provider: str, *, secret: str, signing_key: str) -> Any:
    module, _dot, name = _VIEWS[provider].rpartition(".")
    options: dict[str, Any] = {"webhook_secret": secret} if secret else {}
    if provider == "mailgun":
        options["webhook_signing_key"] = signing_key
    return getattr(import_module(module), name)(**options)


def _report(provider: str, event: Any) -> ProviderReport:
    kind = _KINDS.get(str(event.event_type))
    ids = [str(event.message_id)] if event.message_id else []
    named = event.event_id or json.dumps(event.esp_event, sort_keys=True, default=str)
    digest = hashlib.sha256(f"{provider}:{named}".encode()).hexdigest()
    results: tuple[Result, ...] = ()
    if kind is not None and event.recipient:
        results = (_result(kind, event),)
    return ProviderReport(
        digest, Report(results, tuple(each.strip("<>") for each in ids))
    )


def _result(kind: Kind, event: Any) -> Result:
    """Return the result; the server's words decide what a "bounce" really is."""
    words = str(event.mta_response or event.description or "")
    reason = str(event.reject_reason or "")
    if kind is Kind.HARD and words:
        reason, kind, _words = classify(action="failed", status="", texts=[words, ""])
    return Result(event.recipient.lower(), kind, reason, "", words[:500])


def _from_amazon(request: HttpRequest, secret: str) -> list[ProviderReport]:
    if not secret or not _has_secret(request, secret):
        raise NotFromProvider
    try:
        body = json.loads(request.body)
        notice = (
            json.loads(body["Message"]) if body.get("Type") == "Notification" else {}
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableEvent from error
    if body.get("Type") == "SubscriptionConfirmation":
        _confirm(str(body.get("SubscribeURL", "")))
    report = notice_of(notice) if isinstance(notice, dict) else None
    if report is None:
        return []
    digest = hashlib.sha256(f"ses:{body.get('MessageId')}".encode()).hexdigest()
    return [ProviderReport(digest, report)]


def _has_secret(request: HttpRequest, secret: str) -> bool:
    wanted = "Basic " + base64.b64encode(secret.encode()).decode("ascii")
    return constant_time_compare(request.headers.get("Authorization", ""), wanted)


def _confirm(url: str) -> None:
    """Tell Amazon that its notices are welcome: once, at its own address only."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not _AMAZON.match(parts.hostname or ""):
        raise UnreadableEvent
    try:
        with urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - https, checked above
            answer.read(10_000)
    except OSError as error:
        raise UnreadableEvent from error
