"""Sign-up forms, and the confirmations they wait for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from perenne.audience.models.contacts import Purpose, Tag, Wording


class SignupForm(models.Model):
    """A public form people subscribe with.

    slug        part of its address; the default form also answers at /subscribe/
    wording     what people agree to; "" means the shipped wording in their language
    tags        stuck on people once they confirm
    """

    slug = models.SlugField(_("Address"), max_length=60, unique=True)
    title = models.CharField(_("Title"), max_length=200)
    intro = models.TextField(_("Introduction"), blank=True)
    wording = models.TextField(_("What people agree to"), blank=True)
    purpose = models.CharField(_("Purpose"), max_length=10, default=Purpose.LETTER)
    tags = models.ManyToManyField(Tag, blank=True, verbose_name=_("Tags"))
    is_active = models.BooleanField(_("Open"), default=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_signup_form",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Confirmation(models.Model):
    """A sign-up that waits for its link to be confirmed (R20).

    Until then nobody is added anywhere: this row is all there is, and it is deleted when
    the link expires.

    token_hash  SHA-256 of the single-use token in the mail
    source      first touch (AE23)
    evidence    as will be kept on the proof
    """

    email = models.EmailField(db_index=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5)
    form = models.ForeignKey(SignupForm, on_delete=models.CASCADE, related_name="+")
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    page = models.CharField(max_length=500, blank=True)
    source = models.JSONField(default=dict, blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.form_id} {self.created_at:%Y-%m-%d}"
