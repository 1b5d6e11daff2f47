"""Every sentence is in French too: none empty, fuzzy, forgotten or said two ways."""

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
APPS = sorted(
    path.parent.relative_to(ROOT)
    for folder in ("src/perenne", "demo")
    for path in (ROOT / folder).glob("**/apps.py")
)
TEXTS = sorted(
    path
    for path in (ROOT / "src" / "perenne").glob("*/templates/**/*.txt")
    if path.stem == "fr" or path.stem.endswith(".fr")
)
CATALOGUE = Path("locale/fr/LC_MESSAGES/django.po")
# Before : ; ? ! » and after « stands a space that does not break; an apostrophe is curved.
BADLY_SET = re.compile(r"\w'\w| [:;?!»]|« |[^\W\d_][:;?!](?!\S)")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


def _messages(path):
    """Return the catalogue's messages by context and singular."""
    if not path.exists():
        return {}
    with path.open("rb") as stream:
        catalogue = read_po(stream)
    return {(m.context, _forms(m.id)[0]): m for m in catalogue if m.id}


def _forms(text):
    return list(text) if isinstance(text, tuple | list) else [text]


@pytest.fixture(scope="module")
def extracted(tmp_path_factory):
    """Read every translatable string as gettext does: app -> its messages."""
    copy = tmp_path_factory.mktemp("sources")
    for app in APPS:
        ignore = shutil.ignore_patterns("locale", "static", "__pycache__", "migrations")
        shutil.copytree(ROOT / app, copy / app, ignore=ignore)
        (copy / app / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "--no-location", "-v0"]
    subprocess.run(
        [*command, "-l", "fr", "-e", "html,txt,py,mjml"],
        cwd=copy,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        check=True,
        capture_output=True,
    )
    return {app: _messages(copy / app / CATALOGUE) for app in APPS}


@pytest.fixture(scope="module")
def catalogues():
    return {app: _messages(ROOT / app / CATALOGUE) for app in APPS}


@pytest.mark.parametrize("app", APPS, ids=lambda path: path.name)
def test_every_sentence_of_an_app_is_in_french(app, extracted, catalogues):
    translated = {
        key
        for key, message in catalogues[app].items()
        if not message.fuzzy and all(_forms(message.string))
    }

    assert sorted(map(str, set(extracted[app]) - translated)) == []
    assert sorted(map(str, set(catalogues[app]) - set(extracted[app]))) == []


@pytest.mark.parametrize("app", APPS, ids=lambda path: path.name)
def test_translations_keep_the_placeholders(app, catalogues):
    def placeholders(text):
        return set(PLACEHOLDER.findall(text))

    wrong = [
        message.id
        for message in catalogues[app].values()
        if set().union(*map(placeholders, _forms(message.string)))
        != set().union(*map(placeholders, _forms(message.id)))
    ]

    assert wrong == []


@pytest.mark.parametrize("app", APPS, ids=lambda path: path.name)
def test_french_is_set_as_printers_do(app, catalogues):
    loose = [
        text
        for message in catalogues[app].values()
        for text in _forms(message.string)
        if BADLY_SET.search(text)
    ]

    assert loose == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_french_texts_of_the_law_are_set_as_printers_do(path):
    words = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "x", path.read_text("utf-8"))
    assert BADLY_SET.findall(words) == []


@pytest.mark.parametrize("app", APPS, ids=lambda path: path.name)
def test_catalogues_say_how_french_counts(app):
    path = ROOT / app / CATALOGUE
    if path.exists():
        forms = re.findall(r"Plural-Forms: .*?\\n", path.read_text())
        assert forms == [r"Plural-Forms: nplurals=2; plural=(n > 1);\n"]


def test_no_sentence_is_translated_two_ways(catalogues):
    ways = defaultdict(lambda: defaultdict(list))
    for app, messages in catalogues.items():
        for key, message in messages.items():
            ways[key][tuple(_forms(message.string))].append(app.name)

    assert {key: dict(said) for key, said in ways.items() if len(said) > 1} == {}


def test_no_article_of_tax_law_stands_in_a_template():
    named = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "src" / "perenne").glob("*/templates/**/*.*")
        if "293 B" in path.read_text("utf-8")
    ]

    assert named == []
