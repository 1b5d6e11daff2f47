"""Calls go up through the registries of ADR 6, and through no other."""

import re
from importlib import import_module

import pytest

from config.places import ROOT
from perenne.core.registry import Registry

ADR = (ROOT / "docs" / "adr" / "0006-upward-calls.md").read_text("utf-8")
NAMED = re.findall(r"^\| `(\w+)\.api\.(\w+)` \|", ADR, re.MULTILINE)
PROTOCOLS = {
    "fulfilment": "FulfilmentHandler",
    "measured_pages": "MeasuredPage",
    "page_blocks": "PageBlock",
    "person_dealings": "PersonDealings",
    "personal_data": "PersonalDataHandler",
    "segment_sources": "SegmentSource",
    "sequence_triggers": "SequenceTrigger",
}


def test_the_decision_names_every_registry():
    assert {name for _app, name in NAMED} == set(PROTOCOLS)


@pytest.mark.parametrize(("app", "name"), NAMED)
def test_a_registry_is_one_of_a_protocol(app, name):
    api = import_module(f"perenne.{app}.api")
    assert isinstance(getattr(api, name), Registry)
    protocol = getattr(api, PROTOCOLS[name])
    assert protocol._is_protocol
    calls = [call for call in vars(protocol) if not call.startswith("_")]
    for _key, implementation in getattr(api, name):
        assert [call for call in calls if not hasattr(implementation, call)] == []


def test_no_other_module_makes_a_registry():
    makers = {
        path.relative_to(ROOT / "src" / "perenne").parts[0]
        for path in (ROOT / "src" / "perenne").rglob("*.py")
        if re.search(r"^\w+: Registry\[", path.read_text("utf-8"), re.MULTILINE)
    }
    # Money's payment providers are its own gateways: nothing calls up through them.
    assert makers == {app for app, _name in NAMED} | {"money"}
