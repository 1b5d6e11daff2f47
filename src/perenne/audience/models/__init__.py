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
from perenne.audience.models.letters import Letter, LetterReceipt
from perenne.audience.models.signups import Confirmation, SignupForm

__all__ = [
    "Basis",
    "Confirmation",
    "Consent",
    "ContactStatus",
    "Letter",
    "LetterReceipt",
    "PersonTag",
    "Purpose",
    "Segment",
    "SignupForm",
    "Tag",
    "Wording",
]
