"""Courses, their lessons in draft and published versions, files, progress."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Media(models.Model):
    """A private file: opened only through a link made for one person.

    path          name in the private storage: random, with the true extension
    name          what the person who downloads it sees
    content_type  told by the file's first bytes
    """

    class Kind(models.TextChoices):
        VIDEO = "video", _("Video")
        CAPTIONS = "captions", _("Captions")
        PICTURE = "picture", _("Picture")
        FILE = "file", _("File")

    kind = models.CharField(max_length=10, choices=Kind)
    path = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=80)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Course(models.Model):
    """A course: what it teaches, in sections of lessons.

    in_order      a lesson waits until the earlier ones are done (CC4)
    published_at  None: only the owner sees it
    """

    title = models.CharField(_("Title"), max_length=160)
    slug = models.SlugField(_("Address"), max_length=80, unique=True)
    summary = models.TextField(_("What people learn"), blank=True)
    in_order = models.BooleanField(_("Lessons open one after the other"), default=False)
    position = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class Section(models.Model):
    """A chapter of a course."""

    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, related_name="sections"
    )
    title = models.CharField(_("Title"), max_length=160)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class Lesson(models.Model):
    """A lesson's place and rules; what it says is in its versions.

    draft             the newest version: what the owner edits
    published         the version members see; None: they see nothing
    is_free           a preview, open without a pass (CC8)
    opens_after_days  so many days after access began (CC3)
    opens_at          not before this instant (CC3)
    archived_at       taken off the course; progress and versions stay
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="lessons")
    section = models.ForeignKey(
        Section, on_delete=models.CASCADE, related_name="lessons"
    )
    slug = models.SlugField(_("Address"), max_length=80)
    position = models.PositiveIntegerField(default=0)
    is_free = models.BooleanField(_("Free preview"), default=False)
    opens_after_days = models.PositiveSmallIntegerField(
        _("Opens so many days after access began"), null=True, blank=True
    )
    opens_at = models.DateTimeField(_("Opens on"), null=True, blank=True)
    draft = models.ForeignKey(
        "LessonVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    published = models.ForeignKey(
        "LessonVersion",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "slug"], name="lesson_slug_once_per_course"
            ),
            models.CheckConstraint(
                condition=Q(archived_at=None) | Q(published=None),
                name="archived_lesson_is_not_published",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class LessonVersion(models.Model):
    """What a lesson says at one moment; never changed afterwards.

    body     sanitized HTML
    minutes  how long it takes, reading and watching
    """

    lesson = models.ForeignKey(
        Lesson, on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    title = models.CharField(_("Title"), max_length=160)
    body = models.TextField(_("Text"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("Minutes it takes"), default=0)
    video = models.ForeignKey(
        Media, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    captions = models.ForeignKey(
        Media, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    captions_language = models.CharField(max_length=5, blank=True)
    poster = models.ForeignKey(
        Media, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    attachment = models.ForeignKey(
        Media, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "number"], name="lesson_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to read, watch or take away."""
        return not (self.body or self.video_id or self.attachment_id)

    @property
    def media_ids(self) -> set[int]:
        """Return the ids of the files this version shows."""
        ids = (self.video_id, self.captions_id, self.poster_id, self.attachment_id)
        return {pk for pk in ids if pk is not None}


class Progress(models.Model):
    """How far a person is in a lesson.

    position_seconds  where the video was left
    done_at           None: opened, not done
    """

    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="+"
    )
    lesson = models.ForeignKey(
        Lesson, on_delete=models.CASCADE, related_name="progress"
    )
    position_seconds = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "lesson"], name="progress_once_per_lesson"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.lesson_id}"


class Download(models.Model):
    """A digital product: one private file (MB21)."""

    title = models.CharField(_("Title"), max_length=160)
    slug = models.SlugField(_("Address"), max_length=80, unique=True)
    description = models.TextField(_("What it is"), blank=True)
    media = models.ForeignKey(Media, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title
