"""The log reads as words where the owner sees it, and none of them is left over."""

import re
from importlib import import_module

import pytest

from config.places import ROOT

SOURCES = ROOT / "src" / "perenne"


def _verbs(app):
    files = [
        *(SOURCES / app).glob("actions.py"),
        *(SOURCES / app).glob("actions/**/*.py"),
    ]
    text = "".join(path.read_text("utf-8") for path in files)
    return {
        verb.replace("_", " ").capitalize()
        for verb in re.findall(rf'"{app}\.([a-z_]+)"', text)
    }


@pytest.mark.parametrize("app", ["audience", "money", "people"])
def test_every_word_is_said_of_something_that_is_logged(app):
    words = import_module(f"perenne.{app}.web.log_words").LOG_WORDS
    assert {word._args[1] for word in words} - _verbs(app) == set()
