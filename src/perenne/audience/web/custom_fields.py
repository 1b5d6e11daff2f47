"""The owner's screens for fields of their own, and what they say about a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from perenne.audience.actions.custom_fields import (
    ValueRefused,
    add_custom_field,
    drop_custom_field,
    keep_custom_field,
    set_custom_values,
)
from perenne.audience.models import CustomField
from perenne.audience.queries.contacts import person_or_404
from perenne.audience.queries.custom_fields import (
    custom_field_by_id,
    custom_fields,
    custom_values_of,
    filled_counts,
    shown_value,
)
from perenne.core import clock
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from perenne.audience.models import CustomValue

_KIND = CustomField.Kind


class CustomFieldForm(forms.Form):
    """What a field is called and what it holds."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    kind = forms.ChoiceField(
        label=gettext_lazy("What it holds"),
        choices=_KIND.choices,
        help_text=gettext_lazy("It cannot be changed later."),
    )
    choices = forms.CharField(
        label=gettext_lazy("Choices, each on a line"),
        help_text=gettext_lazy("Only for a choice of several."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        """Ask a field that exists only for what may change; `kind` is its kind."""
        super().__init__(*args, **kwargs)
        if kind:
            del self.fields["kind"]
        if kind and kind != _KIND.CHOICE:
            del self.fields["choices"]

    def clean_choices(self) -> list[str]:
        """Return the lines."""
        return str(self.cleaned_data["choices"]).splitlines()


@desk_view("audience.view_customfield")
def field_list(request: HttpRequest) -> HttpResponse:
    """List the fields, with how many persons have a value."""
    counts = filled_counts()
    rows = [(field, counts.get(field.pk, 0)) for field in custom_fields()]
    context = {"rows": rows}
    return render(request, "audience/backoffice/custom_fields.html", context)


@desk_view("audience.add_customfield")
@require_http_methods(["GET", "POST"])
def field_new(request: HttpRequest) -> HttpResponse:
    """Add a field."""
    form = CustomFieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_custom_field(
                **form.cleaned_data, actor=actor_of(request), now=clock.now()
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The field is kept."))
            return redirect("desk_audience_fields")
    return _page(request, form)


@desk_view("audience.change_customfield")
@require_http_methods(["GET", "POST"])
def field_edit(request: HttpRequest, field_id: int) -> HttpResponse:
    """Rename a field, change its choices, or delete it with its values."""
    kept = custom_field_by_id(field_id)
    if request.method == "POST" and request.GET.get("do") == "drop":
        drop_custom_field(field_id, actor=actor_of(request), now=clock.now())
        messages.success(request, _("The field is deleted."))
        return redirect("desk_audience_fields")
    initial = {"name": kept.name, "choices": "\n".join(kept.choices)}
    form = CustomFieldForm(request.POST or None, kind=kept.kind, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            keep_custom_field(
                field_id, **form.cleaned_data, actor=actor_of(request), now=clock.now()
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The field is kept."))
            return redirect("desk_audience_fields")
    return _page(request, form, kept)


def _page(
    request: HttpRequest, form: CustomFieldForm, kept: CustomField | None = None
) -> HttpResponse:
    held = filled_counts().get(kept.pk, 0) if kept else 0
    return render(
        request,
        "audience/backoffice/custom_field.html",
        {"form": form, "kept": kept, "held": held},
        status=422 if form.is_bound else 200,
    )


class CustomValuesForm(forms.Form):
    """What the fields say about one person; field names are "field_<id>"."""

    def __init__(
        self,
        *args: Any,
        fields: Iterable[CustomField],
        values: dict[int, CustomValue],
        **kwargs: Any,
    ) -> None:
        """Ask for each field by its kind, with the value it has."""
        super().__init__(*args, **kwargs)
        for field in fields:
            asked = _asked(field)
            held = values.get(field.pk)
            if held:
                asked.initial = (
                    shown_value(field, held)
                    if field.kind == _KIND.NUMBER
                    else held.text
                )
            self.fields[f"field_{field.pk}"] = asked

    def values(self) -> dict[int, str]:
        """Return field id → as typed."""
        return {
            int(name.removeprefix("field_")): text
            for name, text in self.cleaned_data.items()
        }


def _asked(field: CustomField) -> forms.Field:
    """Return how a field is asked for; what is typed is read by the action."""
    words: dict[str, Any] = {"label": field.name, "required": False}
    if field.kind == _KIND.YES_NO:
        answers = [("", "—"), ("yes", _("Yes")), ("no", _("No"))]
        return forms.ChoiceField(**words, choices=answers)
    if field.kind == _KIND.CHOICE:
        return forms.ChoiceField(
            **words, choices=[("", "—"), *((c, c) for c in field.choices)]
        )
    widget = forms.TextInput()
    if field.kind == _KIND.DATE:
        widget = forms.DateInput(attrs={"type": "date"})
    if field.kind == _KIND.NUMBER:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.CharField(**words, max_length=500, widget=widget)


@desk_view("audience.change_contactstatus")
@require_http_methods(["GET", "POST"])
def person_fields(request: HttpRequest, person_id: int) -> HttpResponse:
    """Change what the fields say about a person."""
    person = person_or_404(person_id)
    form = CustomValuesForm(
        request.POST or None,
        fields=custom_fields(),
        values=custom_values_of(person_id),
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_custom_values(
                person_id, form.values(), actor=actor_of(request), now=clock.now()
            )
        except ValueRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("The fields are kept."))
            return redirect("desk_audience_contact", person_id)
    return render(
        request,
        "audience/backoffice/person_fields.html",
        {"form": form, "person": person},
        status=422 if form.is_bound else 200,
    )


def fields_shown(person_id: int) -> list[tuple[CustomField, str]]:
    """Return every field with what it says about a person, for their card."""
    values = custom_values_of(person_id)
    return [(f, shown_value(f, values.get(f.pk))) for f in custom_fields()]
