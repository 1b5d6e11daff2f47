"""Courses' part of the person card: how far they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from perenne.courses.models import Progress
from perenne.people.api import Happening, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class LearningDealings:
    """Lessons done, by course."""

    title = gettext_lazy("Courses")

    def standing(self, person_id: int, *, now: datetime) -> list[Standing]:
        """Return the courses they opened and how many lessons they did in each."""
        rows = (
            Progress.objects.filter(person_id=person_id)
            .values_list("lesson__course_id", "lesson__course__title")
            .annotate(done=Count("done_at"))
            .order_by("lesson__course__title")
        )
        return [
            Standing(
                title,
                ngettext("%s lesson done", "%s lessons done", done) % done,
                reverse("desk_courses_course", args=[course_id]),
            )
            for course_id, title, done in rows
        ]

    def happened(
        self, person_id: int, *, until: datetime, most: int
    ) -> list[Happening]:
        """Return the lessons they did."""
        rows = Progress.objects.filter(person_id=person_id, done_at__lte=until)
        return [
            Happening(
                row.done_at,
                _("Did the lesson “%(lesson)s” of “%(course)s”")
                % {"lesson": row.lesson.slug, "course": row.lesson.course.title},
                reverse("desk_courses_course", args=[row.lesson.course_id]),
            )
            for row in rows.select_related("lesson__course").order_by("-done_at")[:most]
            if row.done_at is not None
        ]

    def last_contacts(self, person_ids: Sequence[int]) -> dict[int, datetime]:
        """Return when each person last opened a lesson."""
        rows = Progress.objects.filter(person_id__in=person_ids).order_by()
        return dict(rows.values_list("person_id").annotate(last=Max("last_at")))
