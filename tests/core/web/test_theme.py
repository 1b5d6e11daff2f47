from django.urls import reverse

from perenne.core.actions import change_business


def test_the_theme_is_the_products_before_set_up(client, db):
    response = client.get(reverse("theme"))
    assert response["Content-Type"] == "text/css"
    assert b"--accent:light-dark(#7a3e2b," in response.content


def test_the_theme_follows_the_owners_colour(client, business, now):
    before = client.get(reverse("theme"))
    change_business(actor="owner", now=now, brand_colour="#123456")
    after = client.get(reverse("theme"))
    assert (before["ETag"], after["ETag"]) == ('"7a3e2b"', '"123456"')
    assert b"--accent:light-dark(#123456," in after.content
    again = client.get(reverse("theme"), headers={"if-none-match": after["ETag"]})
    assert again.status_code == 304


def test_the_language_is_kept_in_a_cookie(client, business):
    response = client.post(
        reverse("set_language"), {"language": "en", "next": "/login/"}
    )
    assert (response.status_code, response["Location"]) == (302, "/login/")
    assert response.cookies["language"].value == "en"
