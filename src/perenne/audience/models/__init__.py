"""The audience's tables."""

from perenne.audience.models.contacts import (
    Basis,
    Consent,
    ContactStatus,
    PersonTag,
    Purpose,
    Segment,
    Tag,
    Wording,
)
from perenne.audience.models.custom_fields import CustomField, CustomValue
from perenne.audience.models.letters import Letter, LetterReceipt
from perenne.audience.models.signups import Confirmation, SignupForm
from perenne.audience.models.topics import Topic

__all__ = [
    "Basis",
    "Confirmation",
    "Consent",
    "ContactStatus",
    "CustomField",
    "CustomValue",
    "Letter",
    "LetterReceipt",
    "PersonTag",
    "Purpose",
    "Segment",
    "SignupForm",
    "Tag",
    "Topic",
    "Wording",
]
