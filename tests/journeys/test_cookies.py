"""No cookie and no other site before a choice, and refusing as easy as accepting (R1-R7)."""

import pytest

from perenne.practice.actions.services import save_service
from perenne.streams.api import default_stream
from perenne.website.api import create_starter_pages
from perenne.website.models import BlogPage, CookieChoice, PostPage

pytestmark = pytest.mark.journey

VIDEO = "https://www.youtube.com/watch?v=abc123"
PLAYER = "https://www.youtube-nocookie.com/embed/abc123"


@pytest.fixture
def setting(request):
    return request.param


@pytest.fixture
def site(business, clock):
    """The starter pages, a service to book, and a post with a video of another site."""
    now = clock.now()
    create_starter_pages(title=business.name, language="fr", now=now, actor="owner")
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
    post = PostPage(
        title="Un film",
        slug="un-film",
        published_on=now.date(),
        body=[("embed", {"url": VIDEO, "title": "Le film"})],
    )
    BlogPage.objects.get().add_child(instance=post)
    post.save_revision().publish()


PUBLIC = [
    "/",
    "/blog/",
    "/blog/un-film/",
    "/subscribe/",
    "/subscribe/sent/",
    "/book/",
    "/book/coaching/",
    "/legal/notice/",
    "/legal/terms/",
    "/legal/privacy/",
    "/privacy/choices/",
    "/login/",
]
EXEMPT = {"csrftoken", "sessionid"}  # set where a form needs it, never to follow (R10)
FOUR = [
    (screen, language) for screen in ("phone", "laptop") for language in ("fr", "en")
]


@pytest.mark.parametrize("setting", FOUR, indirect=True)
def test_silence_is_refusal_on_every_public_page(site, visitor, guard):
    stranger = visitor()
    wide = []
    for path in PUBLIC:
        assert stranger.go(path).status == 200
        stranger.page.wait_for_load_state("networkidle")
        stranger.page.mouse.wheel(0, 2000)
        if not stranger.fits():
            wide.append(path)
        stored = "localStorage.length + sessionStorage.length"
        assert (path, stranger.page.evaluate(stored)) == (path, 0)
    assert wide == []
    assert set(stranger.cookies()) <= EXEMPT
    assert (guard.foreign, CookieChoice.objects.count()) == ([], 0)


def _two_buttons(page):
    boxes = [page.locator(f"button[value={name}]") for name in ("accept", "refuse")]
    looks = "b => [getComputedStyle(b).backgroundColor, b.className, b.offsetHeight]"
    return [box.first.evaluate(looks) for box in boxes]


@pytest.mark.parametrize("setting", [("phone", "fr"), ("laptop", "en")], indirect=True)
def test_a_video_waits_for_a_yes_and_goes_after_a_no(site, visitor, guard):
    stranger = visitor()
    page = stranger.page
    stranger.go("/blog/un-film/")
    accept, refuse = _two_buttons(page)
    assert accept == refuse

    stranger.press("Refuse all")
    page.wait_for_load_state("networkidle")
    assert page.url.endswith("/blog/un-film/")
    assert (page.locator("iframe").count(), guard.foreign) == (0, [])
    assert stranger.cookies() == ["privacy"]

    stranger.press("Accept all")
    page.wait_for_load_state("networkidle")
    assert page.locator("iframe").get_attribute("src") == PLAYER
    page.locator("iframe").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert guard.foreign == [PLAYER]
    guard.foreign.clear()

    stranger.go("/")
    with page.expect_navigation():
        page.locator("a[href='/privacy/choices/']").last.click()
    accept, refuse = _two_buttons(page)
    assert accept == refuse
    assert page.locator("[name=purpose]").is_checked()
    stranger.press("Refuse all")
    stranger.go("/blog/un-film/")
    page.wait_for_load_state("networkidle")
    assert (page.locator("iframe").count(), guard.foreign) == (0, [])
    proofs = CookieChoice.objects.order_by("pk").values_list("accepted", flat=True)
    assert list(proofs) == [[], ["embeds"], []]
