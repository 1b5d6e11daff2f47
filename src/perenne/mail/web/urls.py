"""Addresses of the outbox."""

from django.urls import path

from perenne.mail.web import backoffice

desk_urlpatterns = [
    path("mail/outbox/", backoffice.outbox, name="desk_mail_outbox"),
    path("mail/outbox/<int:message_id>/", backoffice.mail, name="desk_mail_message"),
    path(
        "mail/outbox/<int:message_id>/body/",
        backoffice.mail_body,
        name="desk_mail_body",
    ),
    path(
        "mail/outbox/<int:message_id>/retry/",
        backoffice.mail_retry,
        name="desk_mail_retry",
    ),
    path("mail/transport/", backoffice.mail_transport, name="desk_mail_transport"),
    path("mail/transport/test/", backoffice.mail_test, name="desk_mail_test"),
]
