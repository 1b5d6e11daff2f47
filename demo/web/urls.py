"""Addresses that exist in the demo only."""

from django.urls import path

from demo.web import outbox

urlpatterns = [
    path("outbox/", outbox.outbox, name="demo_outbox"),
    path("outbox/<slug:name>/", outbox.mail, name="demo_mail"),
    path("outbox/<slug:name>/html/", outbox.mail_html, name="demo_mail_html"),
    path(
        "outbox/<slug:name>/files/<int:index>/",
        outbox.attachment,
        name="demo_mail_attachment",
    ),
]
