"""Measure pages under load: the site for strangers, a lesson and the home of a member.

    python benchmarks/pages.py [--seconds 10] [--connections 32] [--port 8111]

One web process on one core, as `bin/up` starts it; the load comes from the other core
(by wrk from Debian if it is there, else by a small client of our own). The site has 50
posts, the member's course 12 lessons.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from serving import load, web_server
from trial import (
    browser_of,
    business,
    collect_static,
    figure,
    own_database,
    utc_now,
)

_POSTS, _LESSONS = 50, 12
_ANONYMOUS, _LESSON, _HOME, _SLOW_MS = 2_100, 480, 250, 50
_WORDS = "<p>" + "Some words that make a page as long as people write them. " * 12


def main() -> int:
    """Print a rate and a slow answer for each page; fail when one misses its budget."""
    options = _options()
    with own_database() as folder:
        post = lay_site()
        cookie, lesson = lay_member()
        collect_static()
        close_database()
        pages = [
            ("home", "/", "", _ANONYMOUS),
            ("blog", "/blog/", "", _ANONYMOUS),
            ("post", post, "", _ANONYMOUS),
            ("lesson, signed in", lesson, cookie, _LESSON),
            ("member's home, signed in", "/me/", cookie, _HOME),
        ]
        with web_server(folder, port=options.port):
            kept = [_measure(page, options) for page in pages]
    return 0 if all(kept) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--port", type=int, default=8111)
    return parser.parse_args()


def _measure(page, options):
    what, path, cookie, least = page
    seen = load(
        f"http://127.0.0.1:{options.port}{path}",
        connections=options.connections,
        seconds=options.seconds,
        cookie=cookie,
    )
    kept = figure(f"{what} ({seen.by})", seen.rate, "a second", least=least)
    slow = None if cookie else _SLOW_MS
    return figure(f"{what}, 99 % within", seen.p99_ms, "ms", most=slow) and kept


def close_database():
    from django.db import connections

    connections.close_all()


def lay_site():
    """Lay out the site with its posts; return the path of one."""
    from perenne.website.api import create_starter_pages
    from perenne.website.models import BlogPage, PostPage

    now = utc_now()
    business(now)
    create_starter_pages(title="Atelier Boréal", language="fr", now=now, actor="owner")
    blog = BlogPage.objects.get()
    for number in range(_POSTS):
        post = PostPage(
            title=f"Post {number}",
            lead="One sentence about it.",
            published_on=(now - timedelta(days=7 * number)).date(),
            body=[("text", f"{_WORDS}</p>" * 6)],
        )
        blog.add_child(instance=post)
    return post.url


def lay_member():
    """Add a member with a course; return the cookie and the path of a lesson."""
    from perenne.courses.api import (
        LessonContent,
        add_course,
        add_lesson,
        publish_course,
        publish_lesson,
    )
    from perenne.courses.models import Lesson, Section
    from perenne.memberships.api import grant_pass
    from perenne.people.api import find_or_add_person, open_account

    now = utc_now()
    person = find_or_add_person(
        email="ana@example.org", name="Ana Silva", now=now, actor="system"
    )
    course = add_course(title="Écrire", actor="owner", now=now)
    section = Section.objects.get(course=course)
    for number in range(_LESSONS):
        content = LessonContent(
            title=f"Lesson {number}", body=f"{_WORDS}</p>" * 4, minutes=10
        )
        lesson = add_lesson(section.pk, content=content, actor="owner", now=now)
        publish_lesson(lesson.pk, actor="owner", now=now)
    publish_course(course.pk, actor="owner", now=now)
    grant_pass(
        person_id=person.pk,
        resource=f"course:{course.pk}",
        source="order:1",
        starts_at=now,
        ends_at=None,
        actor="system",
        now=now,
    )
    account = open_account(person, now=now)
    cookie = browser_of(account).cookies["sessionid"].value
    first = Lesson.objects.filter(section=section).order_by("pk").first()
    return f"sessionid={cookie}", f"/me/courses/{course.slug}/{first.slug}/"


if __name__ == "__main__":
    sys.exit(main())
