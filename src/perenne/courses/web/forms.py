"""Forms of courses, lessons and downloads."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail.admin.rich_text import DraftailRichTextArea

from perenne.core.queries import current_business
from perenne.courses.models import Course
from perenne.memberships.api import tiers

# What clean_html lets through, no more: nothing the editor offers is lost on saving.
_FEATURES = [
    "h2",
    "h3",
    "bold",
    "italic",
    "ol",
    "ul",
    "blockquote",
    "code",
    "hr",
    "link",
]


def business_zone() -> ZoneInfo:
    """Return the time zone in which the owner's days begin."""
    business = current_business()
    return ZoneInfo(business.time_zone if business else "Europe/Paris")


def beginning_of(day: date | None) -> datetime | None:
    """Return the instant the day begins where the business is, in UTC."""
    if day is None:
        return None
    return datetime.combine(day, time(), business_zone()).astimezone(UTC)


class TitleForm(forms.Form):
    """A title; the rest is asked on its page."""

    title = forms.CharField(label=_("Title"), max_length=160)


class CourseForm(forms.ModelForm[Course]):
    """What a course says, how it opens and to whom."""

    tiers = forms.MultipleChoiceField(
        label=_("Tiers that include it"),
        help_text=_("Offers can also sell this course by itself."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Course
        fields = ["title", "slug", "summary", "in_order"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the tiers there are."""
        super().__init__(*args, **kwargs)
        choices = [(str(tier.pk), tier.name) for tier in tiers()]
        self.fields["tiers"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["tiers"]

    def validate_unique(self) -> None:
        """Leave the address to the action, which says what to do."""


class LessonForm(forms.Form):
    """Everything about a lesson."""

    title = forms.CharField(label=_("Title"), max_length=160)
    body = forms.CharField(
        label=_("Text"),
        required=False,
        widget=DraftailRichTextArea(features=_FEATURES),
    )
    minutes = forms.IntegerField(
        label=_("Minutes it takes"), min_value=0, max_value=999, initial=0
    )
    video = forms.FileField(
        label=_("Video"),
        required=False,
        help_text=_("MP4 or WebM. Only people with access can play it."),
        widget=forms.FileInput(attrs={"accept": "video/mp4,video/webm"}),
    )
    captions = forms.FileField(
        label=_("Captions"),
        required=False,
        help_text=_("A WebVTT file (.vtt): many people watch without sound."),
        widget=forms.FileInput(attrs={"accept": ".vtt,text/vtt"}),
    )
    captions_language = forms.ChoiceField(
        label=_("Language of the captions"), choices=settings.LANGUAGES, required=False
    )
    poster = forms.FileField(
        label=_("Picture shown before the video plays"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    attachment = forms.FileField(
        label=_("File to take away"),
        required=False,
        help_text=_("PDF, ZIP, EPUB or an office document."),
    )
    remove = forms.MultipleChoiceField(
        label=_("Remove"), required=False, widget=forms.CheckboxSelectMultiple
    )
    slug = forms.SlugField(label=_("Address"), max_length=80)
    is_free = forms.BooleanField(
        label=_("Free preview: open to everyone who signs in"), required=False
    )
    opens_after_days = forms.IntegerField(
        label=_("Opens so many days after access began"),
        required=False,
        min_value=0,
        max_value=3650,
    )
    opens_on = forms.DateField(
        label=_("Opens on"),
        required=False,
        help_text=_("With both, the later day counts."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, present: dict[str, str], **kwargs: Any) -> None:
        """Let the files that are there be removed.

        present  name of the file by use ("video": "film.mp4")
        """
        super().__init__(*args, **kwargs)
        if present:
            choices = list(present.items())
            self.fields["remove"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["remove"]


class DownloadForm(forms.Form):
    """A digital product and its file."""

    title = forms.CharField(label=_("Title"), max_length=160)
    description = forms.CharField(
        label=_("What it is"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    file = forms.FileField(
        label=_("File"), help_text=_("PDF, ZIP, EPUB or an office document.")
    )
    published = forms.BooleanField(
        label=_("Buyers can fetch it"), required=False, initial=True
    )
