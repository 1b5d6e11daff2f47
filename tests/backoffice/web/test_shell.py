"""The content engine's own screens inside our policy."""

import re

from perenne.website.api import create_starter_pages, home_page


def test_the_engines_screens_may_style_inline_and_nobody_else(owner_client):
    desk = owner_client.get("/desk/pages/")
    ours = owner_client.get("/desk/")
    public = owner_client.get("/account/mfa/")
    styles = [
        re.search(r"style-src ([^;]+)", answer["Content-Security-Policy"])[1]
        for answer in (desk, ours, public)
    ]
    assert styles == ["'self' 'unsafe-inline'", "'self' 'unsafe-inline'", "'self'"]


def test_the_engines_screens_run_no_inline_script(owner_client):
    page = owner_client.get("/desk/pages/").content.decode()
    inline = [
        tag
        for tag in re.findall(r"<script[^>]*>", page)
        if "src=" not in tag and "application/json" not in tag
    ]
    assert inline == []
    assert 'type="date"' in page


def test_the_shell_bears_the_owners_name(owner_client):
    page = owner_client.get("/desk/pages/").content.decode()
    assert '<span class="shell-name">Atelier Boréal</span>' in page


def test_pages_lead_to_the_site_and_not_to_the_engines_root(
    owner_client, business, now
):
    create_starter_pages(title=business.name, language="fr", now=now, actor="owner")
    assert '"url": "/desk/site-pages/"' in owner_client.get("/desk/").content.decode()
    answer = owner_client.get("/desk/site-pages/")
    assert answer.url == f"/desk/pages/{home_page().pk}/"


def test_the_second_factor_is_found_in_the_menu(owner_client):
    page = owner_client.get("/desk/").content.decode()
    assert '"url": "/account/mfa/"' in page
    answer = owner_client.get("/account/mfa/")
    assert 'href="/desk/"' in answer.content.decode()
