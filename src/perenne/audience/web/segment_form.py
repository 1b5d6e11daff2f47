"""The builder of segments: plain fields named by their place, so that it works without JavaScript.

A group at path (0, 2) has the field "p-0-2-match", a condition there "p-0-2-on", "-op" and
"-value"; the outermost group is "p".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.audience.domain.segments import MATCHES, OPERATORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from perenne.audience.domain.segments import Kind, Path, Problem
    from perenne.audience.queries.segments import SegmentWords

_MOST = 50
MATCH_LABELS = {
    "all": _("all of this holds"),
    "any": _("any of this holds"),
    "none": _("none of this holds"),
}
_YES_NO = {
    "is": pgettext_lazy("condition", "yes"),
    "is_not": pgettext_lazy("condition", "no"),
}
_OPERATOR_LABELS = {
    "is": pgettext_lazy("condition", "is"),
    "is_not": pgettext_lazy("condition", "is not"),
    "contains": pgettext_lazy("condition", "contains"),
    "lacks": pgettext_lazy("condition", "does not contain"),
    "last_days": pgettext_lazy("condition", "in the last … days"),
    "not_last_days": pgettext_lazy("condition", "more than … days ago"),
    "since": pgettext_lazy("condition", "on or after"),
    "before": pgettext_lazy("condition", "before"),
    "at_least": pgettext_lazy("condition", "at least"),
    "at_most": pgettext_lazy("condition", "at most"),
    "from": pgettext_lazy("condition", "at least"),
    "up_to": pgettext_lazy("condition", "at most"),
}
PROBLEM_WORDS = {
    "deep": _("Groups cannot be nested any deeper: remove this one."),
    "many": _("A segment has at most 50 conditions."),
    "empty": _("Add a condition to this group, or remove it."),
    "day": _("Give a day."),
    "number": _("Give a whole number."),
    "value": _("Say which."),
}
_OTHER_PROBLEM = _("Choose what this condition is about, or remove it.")


@dataclass(slots=True)
class Place:
    """A group or a condition as the page shows it; `of` is None for a condition."""

    path: Path
    match: str = "all"
    of: list[Place] | None = None
    on: str = ""
    op: str = ""
    value: str = ""
    input_type: str = "text"
    operators: list[tuple[str, Any]] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    problem: Any = ""

    @property
    def name(self) -> str:
        """Return the beginning of its fields' names: "p-0-2"."""
        return "-".join(["p", *map(str, self.path)])

    @property
    def order(self) -> str:
        """Return its path as the buttons say it: "0.2"."""
        return ".".join(map(str, self.path))


def tree_from(
    data: QueryDict, kinds: Mapping[str, Kind], path: Path = ()
) -> dict[str, Any]:
    """Return the expression of a posted form as unchecked JSON."""
    name = "-".join(["p", *map(str, path)])
    of: list[dict[str, Any]] = []
    for index in range(_MOST):
        part = f"{name}-{index}"
        if f"{part}-match" in data:
            of.append(tree_from(data, kinds, (*path, index)))
        elif f"{part}-on" in data:
            row = {key: data.get(f"{part}-{key}", "") for key in ("on", "op", "value")}
            of.append(_with_operator(row, kinds))
        else:
            break
    match = data.get(f"{name}-match", "all")
    return {"version": 2, "match": match if match in MATCHES else "all", "of": of}


def _with_operator(row: dict[str, Any], kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """Return a condition whose operator fits: another subject starts anew."""
    kind = kinds.get(row["on"])
    if kind is None or row["op"] in OPERATORS[kind]:
        return row
    return {"on": row["on"], "op": next(iter(OPERATORS[kind])), "value": ""}


def changed_tree(tree: dict[str, Any], order: str) -> dict[str, Any]:
    """Return the tree after a button: "add:0.2", "group:", "remove:0"."""
    verb, _colon, where = order.partition(":")
    path = [int(step) for step in where.split(".") if step.isdecimal()]
    if verb == "remove" and path:
        rows = _group_at(tree, path[:-1])
        del rows[path[-1] : path[-1] + 1]
    elif verb == "add":
        _group_at(tree, path).append({"on": "", "op": "", "value": ""})
    elif verb == "group":
        _group_at(tree, path).append(
            {"match": "any", "of": [{"on": "", "op": "", "value": ""}]}
        )
    return tree


def _group_at(tree: dict[str, Any], path: list[int]) -> list[dict[str, Any]]:
    """Return the rows of a group; the outermost when the path leads nowhere."""
    rows: list[dict[str, Any]] = tree["of"]
    for step in path:
        if step >= len(rows) or "of" not in rows[step]:
            return list(tree["of"])
        rows = rows[step]["of"]
    return rows


def places(tree: dict[str, Any], problems: list[Problem], words: SegmentWords) -> Place:
    """Return the tree as the page shows it, each problem at its place."""
    said = {problem.path: problem.what for problem in problems}
    return _place(tree, (), said=said, words=words)


def _place(
    node: dict[str, Any], path: Path, *, said: dict[Path, str], words: SegmentWords
) -> Place:
    problem = PROBLEM_WORDS.get(said[path], _OTHER_PROBLEM) if path in said else ""
    if "of" in node:
        of = [
            _place(part, (*path, index), said=said, words=words)
            for index, part in enumerate(node["of"])
        ]
        return Place(path, node.get("match", "all"), of, problem=problem)
    source = words.sources.get(node["on"])
    place = Place(
        path,
        on=node["on"],
        op=node.get("op", ""),
        value=str(node.get("value", "")),
        problem=problem,
    )
    if source is None:
        return place
    labels = _YES_NO if source.kind == "choice" else _OPERATOR_LABELS
    place.operators = [(op, labels[op]) for op in OPERATORS[source.kind]]
    asks = OPERATORS[source.kind].get(place.op, "words")
    place.input_type = {"day": "date", "words": "text"}.get(asks, "number")
    if source.kind == "choice":
        place.choices = _choices(words.names(node["on"]), place.value)
    return place


def _choices(names: dict[str, str], value: str) -> list[tuple[str, str]]:
    """Return what can be chosen; what was chosen and is gone stays to be seen."""
    gone = [(value, value)] if value and value not in names else []
    return [*names.items(), *gone]


def subjects(words: SegmentWords) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what a condition may be about, by heading: ("Person", [("tag", "Tag")])."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, source in words.sources.items():
        groups.setdefault(str(source.group), []).append((key, str(source.label)))
    return list(groups.items())
