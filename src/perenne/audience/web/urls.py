"""Addresses of the audience."""

from __future__ import annotations

from django.urls import path

from perenne.audience.web import (
    backoffice,
    custom_fields,
    letters,
    person_card,
    public,
    retention,
    segments,
    signup_forms,
    topics,
)

urlpatterns = [
    path("subscribe/", public.subscribe_page, name="audience_subscribe"),
    path("subscribe/sent/", public.subscribe_sent_page, name="audience_subscribe_sent"),
    path(
        "subscribe/<slug:slug>/", public.subscribe_page, name="audience_subscribe_form"
    ),
    path("confirm/<str:token>/", public.confirm_page, name="audience_confirm"),
    path(
        "unsubscribe/<str:token>/", public.unsubscribe_page, name="audience_unsubscribe"
    ),
    path(
        "preferences/<str:token>/", public.preferences_page, name="audience_preferences"
    ),
]

desk_urlpatterns = [
    path("contacts/", backoffice.contact_list, name="desk_audience_contacts"),
    path("contacts/new/", backoffice.contact_new, name="desk_audience_contact_new"),
    path(
        "contacts/<int:person_id>/",
        person_card.contact_card,
        name="desk_audience_contact",
    ),
    path(
        "contacts/<int:person_id>/fields/",
        custom_fields.person_fields,
        name="desk_audience_person_fields",
    ),
    path("topics/", topics.topic_list, name="desk_audience_topics"),
    path("topics/new/", topics.topic_edit, name="desk_audience_topic_new"),
    path("topics/<int:topic_id>/", topics.topic_edit, name="desk_audience_topic"),
    path("retention/", retention.retention, name="desk_audience_retention"),
    path("custom-fields/", custom_fields.field_list, name="desk_audience_fields"),
    path("custom-fields/new/", custom_fields.field_new, name="desk_audience_field_new"),
    path(
        "custom-fields/<int:field_id>/",
        custom_fields.field_edit,
        name="desk_audience_field",
    ),
    path("segments/", segments.segment_list, name="desk_audience_segments"),
    path("segments/new/", segments.segment_edit, name="desk_audience_segment_new"),
    path(
        "segments/<int:segment_id>/",
        segments.segment_edit,
        name="desk_audience_segment",
    ),
    path("signup-forms/", signup_forms.form_list, name="desk_audience_forms"),
    path("signup-forms/new/", signup_forms.form_new, name="desk_audience_form_new"),
    path(
        "signup-forms/<slug:slug>/",
        signup_forms.form_edit,
        name="desk_audience_form",
    ),
    path("letters/", letters.letter_list, name="desk_audience_letters"),
    path("letters/new/", letters.letter_new, name="desk_audience_letter_new"),
    path("letters/<int:letter_id>/", letters.letter_edit, name="desk_audience_letter"),
    path(
        "letters/<int:letter_id>/preview/",
        letters.letter_preview,
        name="desk_audience_letter_preview",
    ),
    path(
        "letters/<int:letter_id>/send/",
        letters.letter_send,
        name="desk_audience_letter_send",
    ),
    path(
        "letters/<int:letter_id>/delete/",
        letters.letter_delete,
        name="desk_audience_letter_delete",
    ),
    path(
        "letters/<int:letter_id>/<slug:move>/",
        letters.letter_move,
        name="desk_audience_letter_move",
    ),
]
