"""A module has one room: 400 lines, then it is split by noun."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["src", "config", "simulators", "demo", "tools"]
MODULES = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
BANNED = {"utils", "helpers", "common", "manager", "managers", "misc"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_keeps_under_400_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_no_module_has_a_name_that_says_nothing():
    assert [p for p in MODULES if p.stem in BANNED] == []
