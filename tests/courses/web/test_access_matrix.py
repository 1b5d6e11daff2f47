"""Every address of courses, by every role: who may, by equality.

A new address under `urlpatterns` fails the first test until the matrix walks it.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from perenne.courses.actions import catalogue, files, lessons
from perenne.courses.models import Lesson, LessonVersion, Progress, Section
from perenne.courses.web import urls
from perenne.courses.web.links import MediaLink, media_address
from perenne.people.api import open_account, person_by_email
from tests.courses.conftest import PDF, PNG, VTT

DAY = timedelta(days=1)
BACKEND = "django.contrib.auth.backends.ModelBackend"
ROLES = ["anonymous", "stranger", "expired", "revoked", "elsewhere", "member", "owner"]
# 302 from the sign-in guard: a visitor is told nothing, not even that a thing exists.
SIGN_IN, OPEN, SHUT = "sign in", 200, 404
MEMBERS_ONLY = {
    "anonymous": SIGN_IN,
    **dict.fromkeys(["stranger", "expired", "revoked", "elsewhere", "owner"], SHUT),
    "member": OPEN,
}
SIGNED_IN = {role: SIGN_IN if role == "anonymous" else OPEN for role in ROLES}
EXPECTED = {
    "courses_mine": SIGNED_IN,
    "courses_course": SIGNED_IN,  # a teaser without a pass
    "courses_lesson": MEMBERS_ONLY,
    "courses_lesson of a draft": {**MEMBERS_ONLY, "member": SHUT},
    "courses_lesson free": SIGNED_IN,
    "courses_position": MEMBERS_ONLY,
    "courses_done": {**MEMBERS_ONLY, "member": 302},
    "courses_download": MEMBERS_ONLY,
    "courses_media video": MEMBERS_ONLY,
    "courses_media captions": MEMBERS_ONLY,
    "courses_media poster": MEMBERS_ONLY,
    "courses_media attachment": MEMBERS_ONLY,
    "courses_media download": MEMBERS_ONLY,
    "courses_media of the member": MEMBERS_ONLY,
    "courses_media of the draft": {**MEMBERS_ONLY, "member": SHUT},
}


def test_the_matrix_walks_every_address():
    assert {name.partition(" ")[0] for name in EXPECTED} == {
        pattern.name for pattern in urls.urlpatterns
    }


@pytest.fixture
def house(make_course, make_person, keep, give_pass, owner, now):
    """A course with all kinds of files, a draft, a free lesson, and everyone."""
    media = {
        "video": keep(),
        "captions": keep(VTT, "captions", "fr.vtt"),
        "poster": keep(PNG, "picture", "p.png"),
        "attachment": keep(PDF, "file", "sheet.pdf"),
    }
    content = {"Clip": {f"{use}_id": row.pk for use, row in media.items()}}
    course = make_course("Rest", ["Clip", "Free"], content)
    Lesson.objects.filter(slug="free").update(is_free=True)
    hidden = keep(name="hidden.mp4")
    draft = lessons.add_lesson(
        Section.objects.get(course=course).pk,
        content=lessons.LessonContent(title="Draft", body="x", video_id=hidden.pk),
        actor="owner",
        now=now,
    )
    guide = files.add_download(
        title="Guide", media_id=keep(PDF, "file", "g.pdf").pk, actor="o", now=now
    )
    other = make_course("Other")
    people = {role: make_person(f"{role}@example.org") for role in ROLES[1:-1]}
    people["owner"] = person_by_email(owner.email)
    for resource in (f"course:{course.pk}", f"download:{guide.pk}"):
        give_pass(people["member"], resource)
        give_pass(
            people["expired"], resource, starts_at=now - 9 * DAY, ends_at=now - DAY
        )
        taken = give_pass(people["revoked"], resource)
        type(taken).objects.filter(pk=taken.pk).update(revoked_at=now)
    give_pass(people["elsewhere"], f"course:{other.pk}")
    return {
        "course": course,
        "lesson": Lesson.objects.get(slug="clip"),
        "draft": draft,
        "hidden": hidden,
        "guide": guide,
        "media": media,
        "people": people,
    }


def _link(house, person_id, media, now, *, lesson=None, download=None):
    link = MediaLink(
        person_id=person_id,
        media_id=media.pk,
        course_id=0 if download else house["course"].pk,
        lesson_id=0 if download else (lesson or house["lesson"]).pk,
        download_id=download.pk if download else 0,
    )
    return media_address(link, media, now=now)


def _addresses(house, role, now):
    """Return (method, address) by row of the matrix; each role has links of its own."""
    person = house["people"].get(role)
    mine = person.pk if person else 0
    member = house["people"]["member"].pk
    lesson = ["rest", "clip"]
    found = {
        "courses_mine": ("get", reverse("courses_mine")),
        "courses_course": ("get", reverse("courses_course", args=["rest"])),
        "courses_lesson": ("get", reverse("courses_lesson", args=lesson)),
        "courses_lesson of a draft": (
            *("get", reverse("courses_lesson", args=["rest", "draft"])),
        ),
        "courses_lesson free": (
            *("get", reverse("courses_lesson", args=["rest", "free"])),
        ),
        "courses_position": ("post", reverse("courses_position", args=lesson)),
        "courses_done": ("post", reverse("courses_done", args=lesson)),
        "courses_download": ("get", reverse("courses_download", args=["guide"])),
    }
    for use, media in house["media"].items():
        found[f"courses_media {use}"] = ("get", _link(house, mine, media, now))
    guide = house["guide"]
    found["courses_media download"] = (
        *("get", _link(house, mine, guide.media, now, download=guide)),
    )
    found["courses_media of the member"] = (
        *("get", _link(house, member, house["media"]["video"], now)),
    )
    found["courses_media of the draft"] = (
        *("get", _link(house, mine, house["hidden"], now, lesson=house["draft"])),
    )
    return found


@pytest.mark.parametrize("role", ROLES)
def test_who_may_open_what(client, house, owner, now, role):
    person = house["people"].get(role)
    if role == "owner":
        client.force_login(owner, backend=BACKEND)
    elif person:
        client.force_login(open_account(person, now=now), backend=BACKEND)
    answers = {}
    for name, (method, address) in _addresses(house, role, now).items():
        response = getattr(client, method)(address)
        to_sign_in = response.status_code == 302 and response.url.startswith("/login/")
        answers[name] = SIGN_IN if to_sign_in else response.status_code
    assert answers == {name: by_role[role] for name, by_role in EXPECTED.items()}


@pytest.mark.parametrize("role", [r for r in ROLES if r != "member"])
def test_who_may_not_leaves_no_trace(client, house, owner, now, role):
    person = house["people"].get(role)
    if person:
        user = owner if role == "owner" else open_account(person, now=now)
        client.force_login(user, backend=BACKEND)
    for name in ("courses_position", "courses_done"):
        client.post(reverse(name, args=["rest", "clip"]), {"position": 9})
    assert Progress.objects.count() == 0


def test_a_teaser_shows_titles_and_no_secrets(client, house, now):
    stranger = open_account(house["people"]["stranger"], now=now)
    client.force_login(stranger, backend=BACKEND)
    page = client.get(reverse("courses_course", args=["rest"])).content.decode()
    seen = {
        "title": "Clip" in page,
        "lesson link": "/me/courses/rest/clip/" in page,
        "free lesson link": "/me/courses/rest/free/" in page,
        "text": "Secret" in page,
        "draft": "Draft" in page,
        "file": "/me/media/" in page,
    }
    assert seen == {
        "title": True,
        "lesson link": False,
        "free lesson link": True,
        "text": False,
        "draft": False,
        "file": False,
    }


def test_a_file_taken_out_of_the_lesson_is_shut(client, house, now):
    member = house["people"]["member"]
    client.force_login(open_account(member, now=now), backend=BACKEND)
    address = _link(house, member.pk, house["media"]["video"], now)
    assert client.get(address).status_code == 200
    lesson = house["lesson"]
    number = LessonVersion.objects.filter(lesson=lesson).count()
    lessons.save_draft(
        lesson.pk,
        content=lessons.LessonContent(title="Clip", body="<p>Only text</p>"),
        rules=lessons.LessonRules(slug="clip"),
        based_on=number,
        actor="owner",
        now=now,
    )
    assert client.get(address).status_code == 200
    lessons.publish_lesson(lesson.pk, actor="owner", now=now)
    assert client.get(address).status_code == 404


def test_a_course_taken_off_is_shut_to_members_too(client, house, now):
    member = house["people"]["member"]
    client.force_login(open_account(member, now=now), backend=BACKEND)
    catalogue.unpublish_course(house["course"].pk, actor="owner", now=now)
    addresses = _addresses(house, "member", now)
    found = {
        name: getattr(client, verb)(url).status_code
        for name, (verb, url) in addresses.items()
    }
    assert {name for name, status in found.items() if status != 404} == {
        *("courses_mine", "courses_download", "courses_media download"),
    }
