"""The documents name what there is, and their links lead somewhere."""

import re
from pathlib import Path

import pytest
from django.urls import resolve

from config.environment import ROOT

OPERATE = (ROOT / "docs" / "operate" / "README.md").read_text("utf-8")
GUIDES = [ROOT / "docs" / "guide" / f"{name}.md" for name in ("fr", "en")]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PROGRAM = [*ROOT.glob("config/*.py"), *ROOT.glob("bin/*.sh"), ROOT / "bin" / "up"]
# Read by the test run alone.
OF_TESTS = {"PERENNE_TEST_POSTGRESQL_URL", "PERENNE_TEST_PROCESSES"}
_LINK = re.compile(r"\[[^]]*]\(([^)\s]+)\)")
_HELPERS = re.compile(
    r"(?:env\.)?\b(?:family|flag|networks|number|text|words)\(\s*\"([a-z_]+)\""
)
_NAMES = re.compile(r"\bPERENNE_[A-Z_]+[A-Z]\b")
_SCREEN = re.compile(r"`(/[a-z][a-z0-9/-]*/)`")


def _settings_read():
    found = set()
    for path in PROGRAM:
        source = path.read_text("utf-8")
        found |= {f"PERENNE_{name.upper()}" for name in _HELPERS.findall(source)}
        found |= set(_NAMES.findall(source))
    return found - {"PERENNE_APPS"} - OF_TESTS


def _commands():
    return {
        path.stem
        for path in ROOT.glob("src/perenne/*/management/commands/*.py")
        if path.stem != "__init__"
    }


def test_every_setting_is_documented():
    named = set(re.findall(r"`(PERENNE_[A-Z_]+)`", OPERATE))
    assert _settings_read() - named == set()


def test_no_setting_is_documented_that_nothing_reads():
    assert set(re.findall(r"`(PERENNE_[A-Z_]+)`", OPERATE)) - _settings_read() == set()


def _is_documented(command):
    words = map(re.escape, command.split("_"))
    return re.search(rf"bin/perenne {'[-_ ]'.join(words)}\b", OPERATE) is not None


def test_every_command_is_documented():
    assert {name for name in _commands() if not _is_documented(name)} == set()


def _anchor(heading):
    words = re.sub(r"[^\w\s-]", "", heading.strip().lower())
    return re.sub(r"\s", "-", words)


def _broken_links(document):
    for target in _LINK.findall(document.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _hash, anchor = target.partition("#")
        there = (document.parent / name).resolve() if name else document
        if not there.exists():
            yield target
        elif anchor and there.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", there.read_text("utf-8"), re.MULTILINE)
            if anchor not in map(_anchor, headings):
                yield target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path):
    assert list(_broken_links(path)) == []


def test_the_guides_name_the_same_screens_in_the_same_order():
    french, english = (_SCREEN.findall(path.read_text("utf-8")) for path in GUIDES)
    assert french == english


def _screens():
    of_guides = {
        one for path in GUIDES for one in _SCREEN.findall(path.read_text("utf-8"))
    }
    at_the_desk = {one for one in _SCREEN.findall(OPERATE) if one.startswith("/desk/")}
    return sorted(of_guides | at_the_desk)


@pytest.mark.parametrize("screen", _screens())
def test_every_screen_that_is_named_exists(screen):
    # The content engine answers every other address, by views without a name of ours.
    assert resolve(screen).url_name not in {None, "wagtail_serve"}


def test_each_decision_has_its_number_and_stands_in_the_list():
    folder = ROOT / "docs" / "adr"
    names = sorted(path.name for path in folder.glob("[0-9]*.md"))
    numbers = [name[:4] for name in names]
    listed = _LINK.findall((folder / "README.md").read_text("utf-8"))
    titles = [(folder / name).read_text("utf-8").split(".")[0] for name in names]
    assert len(set(numbers)) == len(numbers)
    assert [name for name in listed if Path(name).name[:1].isdigit()] == names
    assert titles == [f"# {int(number)}" for number in numbers]
