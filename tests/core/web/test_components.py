"""Components: what stands in the page."""

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from perenne.core.web.pages import KeysetPage


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As on invoices.")
    agree = forms.BooleanField(required=False)


def _drawn(text, **context):
    context.setdefault("request", RequestFactory().get("/x/?q=ana&after=3&state=open"))
    html = Template("{% load perenne charts %}" + text).render(Context(context))
    return " ".join(html.split())


def test_a_field_says_what_is_wrong_and_keeps_what_was_typed():
    html = _drawn("{% field form.name %}", form=SampleForm({"name": ""}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="field__error" id="id_name_error" role="alert">' in html
    assert '<p class="field__hint" id="id_name_helptext">As on invoices.</p>' in html


def test_a_checkbox_stands_before_its_label():
    html = _drawn("{% field form.agree %}", form=SampleForm())
    assert html.index("<input") < html.index("<label")
    assert 'class="field field--check"' in html


def test_a_heading_may_speak_for_the_legend():
    class Choice(forms.Form):
        way = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)

    html = _drawn("{% field form.way hide_legend=True %}", form=Choice())
    assert '<legend class="visually-hidden">Way</legend>' in html


@pytest.mark.parametrize(
    ("minutes", "written"),
    [(30, "30 min"), (60, "1 h"), (90, "1 h 30"), (65, "1 h 05")],
)
def test_how_long_something_takes(minutes, written):
    assert _drawn("{{ minutes|duration }}", minutes=minutes) == written


def test_an_account_number_stands_in_groups_of_four():
    number = "FR7630006000011234567890189"
    assert _drawn("{{ n|iban }}", n=number) == "FR76 3000 6000 0112 3456 7890 189"
    assert _drawn("{{ n|iban }}", n="") == ""


def test_the_pager_keeps_search_and_filters():
    html = _drawn("{% pager page %}", page=KeysetPage([], 7, 9))
    assert 'href="?q=ana&amp;state=open&amp;before=9"' in html
    assert 'href="?q=ana&amp;state=open&amp;after=7"' in html


def test_a_list_of_one_page_has_no_pager():
    assert _drawn("{% pager page %}", page=KeysetPage([], None, None)) == ""


def test_the_styleguide_draws_every_component_without_inline_style(owner_client):
    response = owner_client.get(reverse("desk_styleguide"))
    html = response.content.decode()
    assert response.status_code == 200
    main = html[html.index('<div class="desk">') :]
    assert main.count('<svg viewBox="0 0 640') == 5
    assert " style=" not in main
    assert "onclick" not in main


@pytest.mark.parametrize(("language", "name"), [("fr", "Allemagne"), ("en", "Germany")])
def test_a_country_is_named_in_the_readers_language(language, name):
    with translation.override(language):
        assert _drawn("{{ code|country }}", code="DE") == name
