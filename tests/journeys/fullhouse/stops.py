"""One page in one state: where it lies, who looks at it, what is done there first."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stop:
    """A page to look at.

    who     address of the member who looks; "" for a visitor
    press   selector of what is pressed there; the page that follows is looked at too
    choose  selector of a choice that is ticked before
    fill    what is typed before, by field name
    status  of the page that is looked at last
    """

    path: str
    who: str = ""
    press: str = ""
    choose: str = ""
    fill: dict[str, str] = field(default_factory=dict)
    status: int = 200
