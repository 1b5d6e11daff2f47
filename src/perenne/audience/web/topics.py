"""The owner's screens for topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from perenne.audience.actions.topics import keep_topic
from perenne.audience.queries.purposes import topic_by_id, topic_counts, topics
from perenne.core import clock
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class TopicForm(forms.Form):
    """A topic as the owner writes it."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("People read it when they choose what they get."),
    )
    is_open = forms.BooleanField(
        label=gettext_lazy("Offered to people"), required=False, initial=True
    )


@desk_view("audience.view_topic")
def topic_list(request: HttpRequest) -> HttpResponse:
    """List the topics, with how many agreed to each."""
    counts = topic_counts()
    rows = [(topic, counts.get(topic.purpose, 0)) for topic in topics()[:200]]
    return render(request, "audience/backoffice/topics.html", {"rows": rows})


@desk_view("audience.change_topic")
def topic_edit(request: HttpRequest, topic_id: int | None = None) -> HttpResponse:
    """Add a topic, or change one."""
    topic = topic_by_id(topic_id) if topic_id else None
    initial = {"name": topic.name, "is_open": topic.is_open} if topic else None
    form = TopicForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            keep_topic(
                topic_id,
                **form.cleaned_data,
                actor=actor_of(request),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The topic is kept."))
            return redirect("desk_audience_topics")
    context = {"topic": topic, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "audience/backoffice/topic.html", context, status=status)
