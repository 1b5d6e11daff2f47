"""What the file says about people, in the owner's words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

STATE_LABELS = {
    "subscribed": _("subscribed"),
    "unsubscribed": _("unsubscribed"),
    "bounced": _("address bounced, never written to"),
    "complained": _("complained, never written to"),
    "unknown": _("the file does not say, not written to"),
}
