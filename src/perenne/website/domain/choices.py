"""What a visitor's device may do: purposes, and the choice kept in one exempt cookie.

Refusing is as easy as accepting (R2), silence is refusal (R3), both are remembered for the
same time (R7). The cookie holds the choice itself and nothing about the visitor (R10).
"""

from __future__ import annotations

from dataclasses import dataclass

# Purposes that need consent. Our own statistics need none (R8); strictly necessary
# cookies (sign-in, security, language, this choice) are exempt (R10).
PURPOSES = ("embeds",)
# A new purpose or recipient asks everybody again (R7): raise the version.
VERSION = 1
COOKIE = "privacy"


@dataclass(frozen=True, slots=True)
class Choice:
    """A visitor's answer.

    choice_id  random, so that the proof can be found again (R6); nothing personal
    accepted   the purposes said yes to; all others are refused
    """

    choice_id: str
    accepted: frozenset[str]

    def cookie(self) -> str:
        """Return the cookie's value: "1.<id>.<purposes joined by a hyphen>"."""
        return f"{VERSION}.{self.choice_id}.{'-'.join(sorted(self.accepted))}"


def read_choice(cookie: str) -> Choice | None:
    """Return the choice in a cookie, or None: never asked, outdated or not ours."""
    version, _, rest = cookie.partition(".")
    choice_id, _, purposes = rest.partition(".")
    if version != str(VERSION) or not choice_id.isalnum():
        return None
    return Choice(choice_id, frozenset(purposes.split("-")) & frozenset(PURPOSES))
