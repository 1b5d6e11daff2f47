"""The page of the sending domain: records to copy, what the DNS says, our own keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.web.desk import actor_of, desk_view
from perenne.mail.actions.domain_check import check_domain, sending_domain
from perenne.mail.actions.signing import prepare_keys, stop_signing
from perenne.mail.queries.domains import last_domain_check, sending_keys

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_TITLES = {
    "spf": gettext_lazy("SPF: which servers may send for you"),
    "dkim": gettext_lazy("DKIM: the signature under each mail"),
    "dmarc": gettext_lazy("DMARC: what to do with forged mail"),
    "mx": gettext_lazy("MX: who takes the answers"),
    "ptr": gettext_lazy("PTR: the name of the sending server"),
}
_SENTENCES = {
    "spf_good": gettext_lazy("One record, within the ten lookups allowed."),
    "spf_missing": gettext_lazy("There is no SPF record: publish this one."),
    "spf_twice": gettext_lazy(
        "There are several SPF records, so none counts: replace them with this one."
    ),
    "spf_open": gettext_lazy(
        "The record lets anyone send in your name: replace it with this one."
    ),
    "spf_too_long": gettext_lazy(
        "The record needs more than ten lookups, so it fails: remove services that you no "
        "longer use."
    ),
    "spf_without_server": gettext_lazy(
        "The record does not name the service that sends your mail: replace it with this one."
    ),
    "dkim_good": gettext_lazy("The key is published; your mail is signed with it."),
    "dkim_missing": gettext_lazy(
        "The key is not published yet: add this record, then check again."
    ),
    "dkim_other": gettext_lazy(
        "Another key is published under this name: replace it with this one."
    ),
    "dkim_by_server": gettext_lazy(
        "Your mail is signed only if your mail provider does it. If it does not, let "
        "Pérenne sign."
    ),
    "dmarc_good": gettext_lazy("There is a DMARC record."),
    "dmarc_missing": gettext_lazy(
        "There is no DMARC record: publish this one. It blocks nothing, and large mail "
        "services ask for it."
    ),
    "dmarc_twice": gettext_lazy(
        "There are several DMARC records, so none counts: keep one."
    ),
    "dmarc_broken": gettext_lazy(
        "The record names no policy: replace it with this one."
    ),
    "mx_good": gettext_lazy("Answers to your mail arrive."),
    "mx_missing": gettext_lazy(
        "Nobody takes mail for this domain: answers to your letters are lost. Set up a "
        "mailbox at your provider."
    ),
    "mx_null": gettext_lazy(
        "The domain says that it takes no mail: some services then refuse yours."
    ),
    "ptr_good": gettext_lazy("The server's address and name lead to each other."),
    "ptr_missing": gettext_lazy(
        "The server's address has no name: set it at the hosting company."
    ),
    "ptr_other": gettext_lazy(
        "The server's address has a name that does not lead back: change it at the hosting "
        "company."
    ),
    "ptr_no_address": gettext_lazy("The server's name has no address."),
    "ptr_private": gettext_lazy(
        "The server is on a private network: its public address cannot be looked at."
    ),
    "no_answer": gettext_lazy(
        "The DNS did not answer: check again in a while. Your mail is not concerned."
    ),
}


@desk_view("mail.view_transport")
def mail_domain(request: HttpRequest) -> HttpResponse:
    """Show the last check, the records to copy, and our keys."""
    domain = sending_domain()
    check = last_domain_check(domain)
    context: dict[str, Any] = {
        "domain": domain,
        "check": check,
        "findings": [_shown(each) for each in check.findings] if check else [],
        "keys": sending_keys(domain),
        "may_change": request.user.has_perm("mail.change_transport"),
    }
    return render(request, "mail/desk/domain.html", context)


_ALGORITHMS = {"k=rsa": "RSA", "k=ed25519": "Ed25519"}


def _shown(finding: dict[str, str]) -> dict[str, Any]:
    title = str(_TITLES.get(finding["key"], finding["key"]))
    for tag, name in _ALGORITHMS.items():
        if finding["key"] == "dkim" and tag in finding["value"]:
            title = f"{title} ({name})"
    return finding | {
        "title": title,
        "sentence": _SENTENCES.get(finding["code"], ""),
    }


@require_POST
@desk_view("mail.change_transport")
def mail_domain_check(request: HttpRequest) -> HttpResponse:
    """Ask the DNS now."""
    found = check_domain(actor=actor_of(request), now=clock.now())
    if found is None:
        messages.error(request, _("Nobody is named as the sender of mail yet."))
    elif found.is_good:
        messages.success(request, _("Nothing is wrong with your domain."))
    else:
        messages.warning(request, _("Something is missing: look below."))
    return redirect("desk_mail_domain")


@require_POST
@desk_view("mail.change_transport")
def mail_domain_keys(request: HttpRequest) -> HttpResponse:
    """Make keys to sign with, or leave signing to the mail server."""
    domain, actor, now = sending_domain(), actor_of(request), clock.now()
    if domain and request.POST.get("move") == "stop":
        stop_signing(domain, actor=actor, now=now)
        messages.success(request, _("Pérenne no longer signs your mail."))
    elif domain:
        prepare_keys(domain, actor=actor, now=now)
        check_domain(actor=actor, now=now)
        messages.success(
            request, _("The keys are ready: publish their records, then check again.")
        )
    return redirect("desk_mail_domain")
