"""The language of the terminal that a command answers in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.utils import translation

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def terminal_language() -> AbstractContextManager[None]:
    """Return a context in which sentences are French in a French terminal, else English.

    As gettext does: the first of LC_ALL, LC_MESSAGES and LANG that is set decides.
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    said = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return translation.override("fr" if said.lower().startswith("fr") else "en")
