"""What page templates ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from perenne.core import clock
from perenne.money.api import offers_on_sale
from perenne.practice.api import services_on_offer
from perenne.website.queries import newest_posts, posts_page

if TYPE_CHECKING:
    from django.core.paginator import Page

    from perenne.website.models import PostPage

register = template.Library()


@register.simple_tag(name="newest_posts")
def newest_posts_tag(count: int) -> list[PostPage]:
    """Return the newest posts."""
    return newest_posts(count)


@register.simple_tag(name="posts_page")
def posts_page_tag(number: str | None) -> Page[PostPage]:
    """Return one numbered page of posts."""
    return posts_page(number or "1")


@register.simple_tag
def bookable_services() -> list[Any]:
    """Return the 1:1 services that visitors may book."""
    return list(services_on_offer())


@register.simple_tag
def open_offers() -> list[Any]:
    """Return the offers that can be bought now."""
    return list(offers_on_sale(clock.now()))
