"""Forms of the hours, the streams and the days off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from perenne.streams.domain.durations import duration_text, minutes_typed
from perenne.streams.models import Activity, Nature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perenne.streams.models import Stream

SHARED = "shared"


def date_input() -> forms.DateInput:
    """Return the browser's own date picker, which needs an ISO value."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DurationField(forms.CharField):
    """Minutes, typed as 1:30, 1h30, 1,5 or 90 min."""

    def to_python(self, value: Any) -> Any:
        """Return whole minutes, or None when nothing was typed."""
        typed = super().to_python(value)
        if not typed:
            return None
        minutes = minutes_typed(typed)
        if minutes is None:
            raise ValidationError(_("Type a duration such as 1:30, 1.5 or 90 min."))
        return minutes

    def prepare_value(self, value: Any) -> Any:
        """Show stored minutes as 1:30 and keep what was typed."""
        return duration_text(value) if isinstance(value, int) else value


def stream_choices(
    streams: Sequence[Stream], *, keep: int | None = None
) -> list[tuple[str, Any]]:
    """Return the active streams (and the one to keep), then shared work."""
    open_ones = [s for s in streams if s.active or s.pk == keep]
    return [
        *((str(s.pk), s.name) for s in open_ones),
        (SHARED, _("Shared by all")),
    ]


class WorkForm(forms.Form):
    """Time on one day."""

    on = forms.DateField(label=_("Day"), widget=date_input())
    minutes = DurationField(
        label=_("Duration"), help_text=_("For example 1:30, 1.5 or 90 min.")
    )
    stream = forms.ChoiceField(label=_("Source of income"))
    activity = forms.ChoiceField(label=_("Activity"), choices=Activity.choices)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(
        self,
        *args: Any,
        streams: Sequence[Stream],
        keep: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer the streams; `keep` stays offered though it is closed."""
        super().__init__(*args, **kwargs)
        self.fields["stream"].choices = stream_choices(streams, keep=keep)  # type: ignore[attr-defined]

    def clean_stream(self) -> int | None:
        """Return the stream's id, None for shared."""
        chosen = self.cleaned_data["stream"]
        return None if chosen == SHARED else int(chosen)


class TimerForm(forms.Form):
    """What the timer shall count."""

    stream = forms.ChoiceField(label=_("Source of income"))
    activity = forms.ChoiceField(label=_("Activity"), choices=Activity.choices)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, streams: Sequence[Stream], **kwargs: Any) -> None:
        """Offer the active streams."""
        kwargs["auto_id"] = "timer_%s"
        super().__init__(*args, **kwargs)
        self.fields["stream"].choices = stream_choices(streams)  # type: ignore[attr-defined]

    def clean_stream(self) -> int | None:
        """Return the stream's id, None for shared."""
        chosen = self.cleaned_data["stream"]
        return None if chosen == SHARED else int(chosen)


class StopForm(forms.Form):
    """How long the work really was, when the timer was forgotten."""

    minutes = DurationField(label=_("I really worked"), required=False)


class StreamForm(forms.Form):
    """A source of income."""

    name = forms.CharField(label=_("Name"), max_length=80)
    nature = forms.ChoiceField(label=_("Nature"), choices=Nature.choices)
    active = forms.BooleanField(
        label=pgettext_lazy("stream", "Active"),
        required=False,
        initial=True,
        help_text=_("A closed source keeps its figures and is no longer offered."),
    )


class AbsenceForm(forms.Form):
    """Days off, both ends included."""

    first_on = forms.DateField(label=_("First day off"), widget=date_input())
    last_on = forms.DateField(label=_("Last day off"), widget=date_input())
    label = forms.CharField(label=_("What for"), max_length=120, required=False)
