"""The browser's own pickers take one notation only, whatever the language."""

import pkgutil
from datetime import datetime
from importlib import import_module

from django.forms import BaseForm
from django.utils import translation

import perenne

PICKERS = {
    "date": "2026-09-15",
    "time": "08:30",
    "datetime-local": "2026-09-15T08:30",
}
AT = datetime(2026, 9, 15, 8, 30)  # noqa: DTZ001 - what a picker holds has no zone


def _forms():
    for module in pkgutil.walk_packages(perenne.__path__, "perenne."):
        if ".web." in module.name:
            import_module(module.name)
    waiting = [BaseForm]
    while waiting:
        for form in waiting.pop().__subclasses__():
            waiting.append(form)
            if form.__module__.startswith("perenne."):
                yield form


def test_every_picker_starts_with_what_it_was_given():
    seen, wrong = 0, []
    with translation.override("fr"):
        for form in _forms():
            for name, field in form.base_fields.items():
                kind = getattr(field.widget, "input_type", "")
                if kind in PICKERS:
                    seen += 1
                    if field.widget.format_value(AT) != PICKERS[kind]:
                        wrong.append(f"{form.__module__}.{form.__name__}.{name}")
    assert (seen > 5, wrong) == (True, [])
