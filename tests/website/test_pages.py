"""Home, blog, legal texts, feed: in both languages, within their queries."""

import re
from datetime import date

import pytest
from wagtail.models import Page

from perenne.core import frontcache
from perenne.core.actions import change_business
from perenne.practice.api import save_service
from perenne.streams.api import default_stream, ensure_default_streams
from perenne.website.api import create_starter_pages, publish_legal_text
from perenne.website.domain.embeds import Embed, NotEmbeddable, embed_for
from perenne.website.models import BlogPage, HomePage, PostPage

YOUTUBE = Embed("YouTube", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ")


@pytest.fixture
def add_post(site):
    def add(title="First", body=None):
        post = PostPage(
            title=title,
            lead="A lead.",
            published_on=date(2026, 9, 1),
            body=body or [("text", "<p>Words</p>")],
        )
        BlogPage.objects.get().add_child(instance=post)
        return post

    return add


def test_before_the_set_up_there_is_no_site(client, db):
    assert client.get("/").status_code == 404
    assert not Page.objects.filter(depth=2).exists()


def test_starter_pages_are_made_once(site, now):
    again = create_starter_pages(title="X", language="en", now=now, actor="owner")
    assert (again.pk, HomePage.objects.count()) == (site.pk, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_home_costs_the_same_for_one_and_three_posts(
    client, add_post, django_assert_max_num_queries, count
):
    for number in range(count):
        add_post(f"Post {number}")
    with django_assert_max_num_queries(15):
        assert client.get("/").status_code == 200


def test_a_kept_page_costs_no_query_and_is_dropped_by_an_action(
    client, add_post, now, settings, tmp_path, django_assert_num_queries
):
    settings.DATA = tmp_path
    add_post()
    first = client.get("/blog/")
    with django_assert_num_queries(0):
        second = client.get("/blog/")
    assert second.content == first.content
    assert second.headers["Content-Security-Policy"]
    change_business(actor="owner", now=now, name="Boréal & filles")
    frontcache._touch()  # a test's transaction never commits
    assert "Boréal &amp; filles" in client.get("/blog/").text


def test_a_post_costs_at_most_fifteen_queries_and_none_when_kept(
    client, add_post, settings, tmp_path, django_assert_max_num_queries
):
    settings.DATA = tmp_path
    post = add_post(body=[("text", "<p>Words</p>"), ("quote", {"text": "Yes."})])
    with django_assert_max_num_queries(15):
        first = client.get(post.url)
    with django_assert_max_num_queries(0):
        assert client.get(post.url).content == first.content


def test_a_page_of_a_signed_in_person_is_never_kept(member_client, site):
    links = ['href="/me/"', 'href="/account/logout/"', 'href="/login/"']
    page = member_client.get("/").text
    assert [link in page for link in links] == [True, True, False]
    member_client.logout()
    member_client.cookies.clear()
    page = member_client.get("/").text
    assert [link in page for link in links] == [False, False, True]


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Mentions légales"), ("en", "Legal notice")]
)
def test_the_legal_notice_names_the_business_r40(client, site, language, words):
    page = client.get("/legal/notice/", headers={"accept-language": language}).text
    facts = (words, "Camille Moreau", "732829320", "Lyon, France", "Médiateur")
    assert [fact for fact in facts if fact not in page] == []


def test_the_owners_text_takes_the_place_of_ours(client, site, now):
    publish_legal_text(
        kind="privacy", language="fr", body="Mes règles.", now=now, actor="owner"
    )
    page = client.get("/legal/privacy/", headers={"accept-language": "fr"})
    assert "Mes règles." in page.text


def test_an_unknown_legal_text_does_not_exist(client, site):
    assert client.get("/legal/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("url", "embed"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3", YOUTUBE),
        ("https://youtu.be/dQw4w9WgXcQ", YOUTUBE),
        (
            "https://vimeo.com/76979871",
            Embed("Vimeo", "https://player.vimeo.com/video/76979871?dnt=1"),
        ),
        ("https://evil.example/watch?v=1", None),
        ("https://youtube.com/watch?v=%22onload", None),
        ("javascript:alert(1)", None),
    ],
)
def test_only_known_players_are_embedded_r11(url, embed):
    if embed is None:
        with pytest.raises(NotEmbeddable):
            embed_for(url)
    else:
        assert embed_for(url) == embed


def test_a_video_of_another_site_waits_for_the_visitor_r11(client, add_post):
    video = {"url": "https://youtu.be/dQw4w9WgXcQ", "title": "My talk"}
    page = client.get(add_post(body=[("embed", video)]).url).text
    assert "<iframe" not in page
    assert 'value="accept"' in page
    assert 'value="refuse"' in page


def test_feed_sitemap_and_robots_are_read_by_machines(client, add_post):
    add_post("Hello feed")
    assert "Hello feed" in client.get("/blog/feed.xml").text
    assert "/blog/" in client.get("/sitemap.xml").text
    assert "Disallow: /desk/" in client.get("/robots.txt").text


def test_a_post_that_moved_is_found_at_its_former_address(
    client, add_post, django_capture_on_commit_callbacks
):
    post = add_post("Hello")
    former = post.url
    post.slug = "moved"
    with django_capture_on_commit_callbacks(execute=True):
        post.save_revision().publish()
    answer = client.get(former)
    assert (answer.status_code, answer.url) == (301, "/blog/moved/")
    assert client.get("/blog/never-was/").status_code == 404


def test_a_page_names_itself_by_the_public_address(client, add_post, settings):
    settings.SITE_URL = "https://www.boreal.example"
    post = add_post("Hello")
    page = client.get(post.url).text
    assert f'<link rel="canonical" href="https://www.boreal.example{post.url}">' in page
    told = re.findall(r"<loc>([^<]*)</loc>", client.get("/sitemap.xml").text)
    assert told == [
        f"https://www.boreal.example{path}"
        for path in ("/", "/blog/", post.url, "/about/")
    ]


def test_a_member_without_anything_is_told_what_to_do(member_client, site):
    page = member_client.get("/me/", headers={"accept-language": "en"}).text
    assert "Nothing here yet" in page


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_members_home_costs_the_same_for_one_and_three_of_each(
    member_client, site, person, fill_home, count, django_assert_max_num_queries
):
    fill_home(count)
    with django_assert_max_num_queries(9 + bool(count)):
        home = member_client.get("/me/").context["home"]
    counts = (len(home.courses), len(home.bookings), len(home.invoices))
    assert counts == (count, count, count)


def test_a_stranger_is_sent_to_sign_in(client, site):
    assert client.get("/me/").url == "/login/?next=/me/"


@pytest.mark.parametrize(
    ("who", "links"),
    [
        ("client", ["/login/"]),
        ("member_client", ["/account/mfa/", "/account/logout/"]),
        ("owner_client", ["/desk/", "/account/mfa/", "/account/logout/"]),
    ],
)
def test_the_foot_of_a_page_leads_in_or_out(request, business, who, links):
    browser = request.getfixturevalue(who)
    page = browser.get("/legal/notice/").content.decode()
    foot = page.partition("site-footer__links")[2]
    ways = ["/login/", "/desk/", "/account/mfa/", "/account/logout/"]
    found = [way for way in ways if f'<a href="{way}"' in foot]
    assert found == links


def test_the_home_page_leads_to_sessions_as_soon_as_one_can_be_booked(
    client, site, now, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.DATA = tmp_path
    ensure_default_streams(language="fr", now=now)
    assert "/book/" not in client.get("/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        save_service(
            None,
            slug="coaching",
            hours=[],
            name="Coaching",
            minutes=60,
            price_cents=9000,
            stream_id=default_stream("one_to_one").pk,
            actor="owner",
            now=now,
        )
    assert 'href="/book/coaching/"' in client.get("/").content.decode()
