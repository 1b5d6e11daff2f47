"""Only actions write; only models, queries, facts and actions read."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "perenne"
READS = {"objects", "raw", "connection"}
WRITES = {
    "save",
    "create",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "select_for_update",
}
READERS = {"models", "queries", "facts", "actions", "management", "migrations"}
# Gateways create at their provider; the walls keep them from our models altogether.
WRITERS = {"actions", "management", "migrations", "gateways"}
# The log writes for the actions; accounts are made where their class says how; kept rows
# are a migration's operation.
CORE_WRITERS = {
    "core/log.py",
    "core/append_only.py",
    "core/bulk.py",
    "people/models.py",
}
MODULES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)


def _layer(path):
    relative = path.relative_to(SOURCE)
    return relative.parts[1].removesuffix(".py") if len(relative.parts) > 1 else ""


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_the_database_is_touched_only_where_it_may(path):
    layer, name = _layer(path), str(path.relative_to(SOURCE))
    forbidden = set() if layer in READERS or name in CORE_WRITERS else set(READS)
    if layer not in WRITERS and name not in CORE_WRITERS:
        forbidden |= WRITES
    found = {
        f"{node.attr} on line {node.lineno}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in forbidden
    }
    assert found == set()
