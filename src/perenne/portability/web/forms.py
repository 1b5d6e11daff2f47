"""Forms of the import screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.portability.domain.contacts import FIELDS
from perenne.portability.models import Import

LARGEST_BYTES = 200 * 1024 * 1024
LABELS = {
    "email": _("E-mail address"),
    "name": _("Full name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "note": _("Note"),
    "subscribed": _("Receives letters (true or false)"),
    "labels": _("Tags, separated by commas"),
    "created_at": _("Since when"),
    "deleted_at": _("Deleted on"),
    "complimentary": _("Free access (true or false)"),
}


class UploadForm(forms.Form):
    """A CSV file."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("An export of Ghost or any CSV with a column of e-mail addresses."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> Any:
        """Refuse a file that is too large for an upload."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 200 MB. Import it with bin/perenne.")
            )
        return file


class MappingForm(forms.Form):
    """Which column is what, and why these people may be written to (R19)."""

    basis = forms.ChoiceField(
        label=_("Why may you write to these people?"),
        choices=Import.Basis.choices,
        widget=forms.RadioSelect,
        help_text=_("The law asks you to know. Your answer is kept as proof."),
    )

    def __init__(self, *args: Any, columns: list[str], **kwargs: Any) -> None:
        """Add one choice of column per field of ours."""
        super().__init__(*args, **kwargs)
        choices = [("", _("— not in this file —")), *((c, c) for c in columns)]
        for name in FIELDS:
            self.fields[f"map_{name}"] = forms.ChoiceField(
                label=LABELS[name], choices=choices, required=name == "email"
            )

    def mapping(self) -> dict[str, str]:
        """Return our field → column, for the fields that were chosen."""
        return {
            name: self.cleaned_data[f"map_{name}"]
            for name in FIELDS
            if self.cleaned_data[f"map_{name}"]
        }

    def column_fields(self) -> list[forms.BoundField]:
        """Return the choices of columns, in order."""
        return [self[f"map_{name}"] for name in FIELDS]
