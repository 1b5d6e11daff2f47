"""The product does not know that simulators exist, nor simulators the product."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _modules(*folders):
    return sorted(p for folder in folders for p in (ROOT / folder).rglob("*.py"))


def _imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize(
    "path", _modules("src", "config"), ids=lambda p: str(p.relative_to(ROOT))
)
def test_the_product_imports_no_simulator(path):
    assert "simulators" not in set(_imported(path))


@pytest.mark.parametrize(
    "path", _modules("simulators"), ids=lambda p: str(p.relative_to(ROOT))
)
def test_a_simulator_imports_neither_the_product_nor_the_sdk_it_is_tested_with(path):
    assert set(_imported(path)) & {"perenne", "config", "django", "stripe"} == set()
