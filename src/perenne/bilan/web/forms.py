"""Forms of the bilan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.bilan.models import StreamActivity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from perenne.streams.api import Stream


class ContributionsForm(forms.Form):
    """One choice of activity per source of income."""

    def __init__(
        self,
        *args: Any,
        streams: Sequence[Stream],
        chosen: Mapping[int, str],
        **kwargs: Any,
    ) -> None:
        """Make one field per stream, showing what was chosen."""
        super().__init__(*args, **kwargs)
        self._chosen = chosen
        for stream in streams:
            self.fields[f"stream_{stream.pk}"] = forms.ChoiceField(
                label=stream.name,
                required=False,
                initial=chosen.get(stream.pk, ""),
                choices=[
                    ("", _("Deduct nothing")),
                    *StreamActivity.Activity.choices,
                ],
            )

    def changes(self) -> Iterator[tuple[int, str]]:
        """Yield (stream id, activity) where the choice is another than before."""
        for name, activity in self.cleaned_data.items():
            stream_id = int(name.removeprefix("stream_"))
            if activity != self._chosen.get(stream_id, ""):
                yield stream_id, activity
