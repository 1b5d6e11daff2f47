"""Forms of the import screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.audience.api import custom_fields
from perenne.portability.domain.files import Choices
from perenne.portability.domain.formats import FORMATS
from perenne.portability.domain.formats.base import ANY
from perenne.portability.domain.states import State
from perenne.portability.domain.tables import ENCODINGS
from perenne.portability.models import Import

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from perenne.portability.domain.files import ContactFile
    from perenne.portability.domain.tables import Row

LARGEST_BYTES = 200 * 1024 * 1024
_EXAMPLES, _LONGEST_EXAMPLE = 3, 40

_PERSON = (
    ("email", _("E-mail address")),
    ("name", _("Full name")),
    ("first_name", _("First name")),
    ("last_name", _("Last name")),
    ("note", _("Note")),
    ("created_at", _("Since when")),
    ("labels", _("Tags, separated by commas")),
    ("label", _("Tag (yes or its own words)")),
)
_SUBSCRIPTION = (
    ("status", _("State, in words")),
    ("subscribed", _("Receives letters (yes or no)")),
    ("unsubscribed", _("Has unsubscribed (yes or no)")),
    ("unsubscribed_at", _("Unsubscribed on")),
    ("deleted_at", _("Deleted on")),
    ("paid", _("Pays there (plan or yes)")),
    ("complimentary", _("Free access (true or false)")),
    ("evidence", _("Proof of consent")),
)
_ORIGIN = (
    ("touch:utm_source", _("Campaign: source")),
    ("touch:utm_medium", _("Campaign: medium")),
    ("touch:utm_campaign", _("Campaign: name")),
    ("touch:utm_content", _("Campaign: content")),
    ("touch:utm_term", _("Campaign: word")),
    ("touch:referrer", _("Page they came from")),
    ("touch:page", _("Page they signed up on")),
)
_NEW = (
    ("new:text", pgettext_lazy("kind of field", "Text")),
    ("new:number", pgettext_lazy("kind of field", "Number")),
    ("new:date", pgettext_lazy("kind of field", "Date")),
    ("new:yes_no", pgettext_lazy("kind of field", "Yes or no")),
)


class UploadForm(forms.Form):
    """A CSV file, or a zip of them."""

    file = forms.FileField(
        label=_("CSV file or zip"),
        help_text=_(
            "As Ghost, Substack, Mailchimp, Kit, beehiiv, Buttondown, listmonk, Brevo, "
            "systeme.io or Curated export it, or any CSV with e-mail addresses."
        ),
        widget=forms.FileInput(
            attrs={"accept": ".csv,.tsv,.txt,.zip,text/csv,application/zip"}
        ),
    )

    def clean_file(self) -> Any:
        """Refuse a file that is too large for an upload."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 200 MB. Import it with bin/perenne.")
            )
        return file


class ReadingForm(forms.Form):
    """How the file is read: what was detected, to be changed."""

    source = forms.ChoiceField(
        label=_("Comes from"),
        choices=[
            (f.key, _("Any CSV") if f is ANY else f.label) for f in FORMATS.values()
        ],
    )
    encoding = forms.ChoiceField(label=_("Encoding"), choices=ENCODINGS)
    delimiter = forms.ChoiceField(
        label=_("Columns separated by"),
        choices=[
            (",", _("comma")),
            (";", _("semicolon")),
            ("\t", _("tab")),
            ("|", _("vertical bar")),
        ],
    )
    decimal_sign = forms.ChoiceField(
        label=_("Decimal sign"), choices=[(".", "1.5"), (",", "1,5")]
    )
    day_first = forms.TypedChoiceField(
        label=_("01/02/2026 is"),
        choices=[("1", _("1 February")), ("0", _("2 January"))],
        coerce=lambda value: value == "1",
    )

    def __init__(self, data: Any = None, *, file: ContactFile) -> None:
        """Show how the file was read."""
        layout = file.tables[0].layout
        initial = {
            "source": file.source.key,
            "encoding": layout.encoding,
            "delimiter": layout.delimiter,
            "decimal_sign": file.habits.decimal_sign,
            "day_first": "1" if file.habits.day_first else "0",
        }
        super().__init__(data, initial=initial)

    def choices(self) -> Choices:
        """Return what was chosen."""
        return Choices(**self.cleaned_data)


class MappingForm(forms.Form):
    """Which column is what, and why these people may be written to (R19)."""

    tags = forms.CharField(
        label=_("Tags for everybody in the file, separated by commas"),
        max_length=500,
        required=False,
    )
    silent = forms.ChoiceField(
        label=_("When the file does not say whether somebody is subscribed"),
        choices=[
            (State.UNKNOWN.value, _("Keep them, but do not write to them")),
            (State.SUBSCRIBED.value, _("They are subscribed: I can prove it")),
        ],
        help_text=_("A state that is empty or unknown never counts as subscribed."),
    )
    basis = forms.ChoiceField(
        label=_("Why may you write to these people?"),
        choices=Import.Basis.choices,
        widget=forms.RadioSelect,
        help_text=_("The law asks you to know. Your answer is kept as proof."),
    )

    def __init__(
        self,
        *args: Any,
        columns: list[str],
        sample: Iterable[Row],
        mapping: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        """Add one choice of place per column, with what stands in it."""
        super().__init__(*args, **kwargs)
        own = [(f"field:{field.pk}", field.name) for field in custom_fields()]
        choices = [
            ("", _("— leave out —")),
            (_("The person"), _PERSON),
            (_("The subscription"), _SUBSCRIPTION),
            *([(_("Custom fields"), own)] if own else []),
            (_("New custom field"), _NEW),
            (_("Where they came from"), _ORIGIN),
        ]
        rows = list(sample)
        self.columns = columns
        for at, column in enumerate(columns):
            target = mapping.get(column, "")
            extra = [(target, target)] if target == "json" else []
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=column,
                choices=[*choices, *extra],
                required=False,
                initial=target,
                help_text=_examples(column, rows),
            )

    def mapping(self) -> dict[str, str]:
        """Return column → where it goes."""
        return {
            column: self.cleaned_data[f"column_{at}"]
            for at, column in enumerate(self.columns)
        }

    def tag_names(self) -> list[str]:
        """Return the tags for everybody."""
        names = self.cleaned_data["tags"].split(",")
        return [name.strip() for name in names if name.strip()]

    def column_fields(self) -> list[forms.BoundField]:
        """Return the choices of columns, in order."""
        return [self[f"column_{at}"] for at in range(len(self.columns))]


def _examples(column: str, rows: list[Row]) -> str:
    """Return the first different values of a column, cut."""
    cells = dict.fromkeys(row.cells.get(column, "") for row in rows)
    shown = [cell for cell in cells if cell][:_EXAMPLES]
    return " · ".join(
        cell if len(cell) <= _LONGEST_EXAMPLE else f"{cell[:_LONGEST_EXAMPLE]}…"
        for cell in shown
    )
