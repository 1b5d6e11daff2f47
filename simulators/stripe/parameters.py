"""Request parameters: `a[b][0]=c` and back to nested values."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from simulators.stripe.errors import ApiError, invalid_parameter, missing_parameter

_BRACKET = re.compile(r"\[([^\]]*)\]")


def decode(text: str) -> dict[str, Any]:
    """Return a form body or query string as nested dicts and lists of strings."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head = name.split("[", 1)[0]
        path = [head, *_BRACKET.findall(name[len(head) :])]
        _put(tree, path, value)
    return {key: _listed(value) for key, value in tree.items()}


def _put(tree: dict[str, Any], path: list[str], value: str) -> None:
    node = tree
    for step in path[:-1]:
        key = step or str(len(node))
        held = node.setdefault(key, {})
        if not isinstance(held, dict):
            raise ApiError(400, f"Invalid parameter: {path[0]}")
        node = held
    node[path[-1] or str(len(node))] = value


def _listed(node: Any) -> Any:
    """Turn dicts with the keys 0, 1, 2… into lists."""
    if not isinstance(node, dict):
        return node
    children = {key: _listed(value) for key, value in node.items()}
    if children and all(key.isdigit() for key in children):
        return [children[key] for key in sorted(children, key=int)]
    return children


class Parameters:
    """One request's parameters, read with their types; unknown names are refused."""

    def __init__(self, values: dict[str, Any]) -> None:
        """Keep the decoded values."""
        self.values = values

    def only(self, *names: str) -> None:
        """Refuse every parameter that is not named: nothing is ignored silently."""
        for name in self.values:
            if name not in names and name != "expand":
                raise invalid_parameter(
                    name, f"Received unknown parameter: {name}", "parameter_unknown"
                )

    def text(self, name: str, default: str | None = None) -> str | None:
        """Return a string, or the default when absent or empty."""
        value = self.values.get(name)
        if isinstance(value, dict | list):
            raise invalid_parameter(name, f"Invalid string: {name}")
        return value or default

    def required(self, name: str) -> str:
        """Return a string that must be there."""
        value = self.text(name)
        if value is None:
            raise missing_parameter(name)
        return value

    def number(self, name: str, default: int | None = None) -> int | None:
        """Return an integer."""
        value = self.text(name)
        if value is None:
            return default
        if not re.fullmatch(r"-?\d+", value):
            raise invalid_parameter(
                name, f"Invalid integer: {value}", "parameter_invalid_integer"
            )
        return int(value)

    def amount(self, name: str) -> int:
        """Return a positive amount in minor units that must be there."""
        self.required(name)
        amount = self.number(name) or 0
        if amount < 1:
            raise invalid_parameter(
                name,
                "This value must be greater than or equal to 1.",
                "parameter_invalid_integer",
            )
        return amount

    def flag(self, name: str) -> bool:
        """Return a boolean, false when absent."""
        value = self.text(name, "false")
        if value not in {"true", "false"}:
            raise invalid_parameter(name, f"Invalid boolean: {value}")
        return value == "true"

    def mapping(self, name: str) -> dict[str, Any]:
        """Return a hash, {} when absent."""
        value = self.values.get(name) or {}
        if not isinstance(value, dict):
            raise invalid_parameter(name, "Invalid object")
        return value

    def sub(self, name: str) -> Parameters:
        """Return a hash as parameters of its own."""
        return Parameters(self.mapping(name))

    def items(self, name: str) -> list[Any]:
        """Return a list, [] when absent."""
        value = self.values.get(name) or []
        if not isinstance(value, list):
            raise invalid_parameter(name, "Invalid array")
        return value

    def metadata(self, held: dict[str, str] | None = None) -> dict[str, str]:
        """Return the metadata after this request: an empty value removes its key."""
        merged = {**(held or {}), **self.mapping("metadata")}
        return {key: value for key, value in merged.items() if value != ""}
