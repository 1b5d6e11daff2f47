"""How the sign-in library meets our persons and our mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.utils.translation import get_language

from perenne.core import clock
from perenne.core.tokens import new_token
from perenne.core.web.desk import ACCESS
from perenne.core.web.zones import SESSION_KEY
from perenne.mail.api import queue_template
from perenne.people.queries import person_by_email, person_of_user

if TYPE_CHECKING:
    from django.http import HttpRequest

    from perenne.people.models import User

# The library's mails that we send, and our template for each. No other mail leaves.
_MAILS = {"account/email/login_code": "people/mail/login_code"}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by purchases, sign-ups and the owner, not by a sign-up page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account without a reason."""
        return False

    def send_mail(
        self, template_prefix: str, email: str, context: dict[str, Any]
    ) -> None:
        """Put the mail into our outbox, in the language of the person it is for."""
        template = _MAILS.get(template_prefix)
        if template is None:
            return
        person = person_by_email(email)
        minutes = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60
        queue_template(
            ref=f"people:login-code:{new_token()}",
            to=email,
            template=template,
            context={"code": context["code"], "minutes": minutes},
            language=person.language if person else get_language() or "fr",
            now=clock.now(),
        )

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> Any:
        """Remember the person's time zone, so that no page has to look it up."""
        person = person_of_user(user.pk)
        if person is not None and person.time_zone:
            request.session[SESSION_KEY] = person.time_zone
        return super().post_login(request, user, **details)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Bring the owner and the team to the desk, members to their space."""
        if request.user.has_perm(ACCESS):
            return str(settings.DESK_URL)
        return str(settings.LOGIN_REDIRECT_URL)
