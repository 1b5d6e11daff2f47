"""Addresses of the outbox and of the ways out."""

from django.urls import path, register_converter

from perenne.mail.web import backoffice, bounces, domain, hooks, transports

register_converter(hooks.MailProviderName, "mail_provider")

hook_urlpatterns = [
    path("mail/<mail_provider:provider>/", hooks.mail_hook, name="mail_hook"),
]

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
    path("mail/domain/", domain.mail_domain, name="desk_mail_domain"),
    path("mail/domain/check/", domain.mail_domain_check, name="desk_mail_domain_check"),
    path("mail/domain/keys/", domain.mail_domain_keys, name="desk_mail_domain_keys"),
    path("mail/bounces/", bounces.mail_bounces, name="desk_mail_bounces"),
    path(
        "mail/suppressions/", bounces.mail_suppressions, name="desk_mail_suppressions"
    ),
    path(
        "mail/suppressions/<int:suppression_id>/lift/",
        bounces.mail_suppression_lift,
        name="desk_mail_suppression_lift",
    ),
    path("mail/transports/", transports.transports, name="desk_mail_transports"),
    path(
        "mail/transports/limits/<int:limit_id>/free/",
        transports.free,
        name="desk_mail_limit_free",
    ),
    path(
        "mail/transports/<slug:name>/",
        transports.transport,
        name="desk_mail_transport",
    ),
    path(
        "mail/transports/<slug:name>/limit/",
        transports.limit,
        name="desk_mail_limit",
    ),
    path("mail/transports/<slug:name>/test/", transports.test, name="desk_mail_test"),
    path(
        "mail/transports/<slug:name>/wake/",
        transports.wake_up,
        name="desk_mail_wake",
    ),
    path(
        "mail/transports/<slug:name>/forget/",
        transports.forget,
        name="desk_mail_forget",
    ),
]
