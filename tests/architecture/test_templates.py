"""What every template keeps, found by reading."""

import re

import pytest

from config.places import ROOT

TEMPLATES = sorted((ROOT / "src" / "perenne").glob("*/templates/**/*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_what_scrolls_can_be_reached_by_keyboard_and_every_column_has_a_name(path):
    page = path.read_text("utf-8")
    scrollers = re.findall(r'<div class="table-scroll"[^>]*', page)
    assert [tag for tag in scrollers if 'tabindex="0"' not in tag] == []
    assert re.findall(r"<th[^>]*>\s*</th>", page) == []
