"""The provider of what costs nothing: nobody is asked and nothing moves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from perenne.money.gateways.transfer.provider import TransferProvider

NAME = "free"


class FreeProvider(TransferProvider):
    """A provider that is offered only where there is nothing to pay."""

    name = NAME
    label = _("Nothing to pay")

    def is_ready(self) -> bool:
        """Return no: a sum can never be paid with it."""
        return False
