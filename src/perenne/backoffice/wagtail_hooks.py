"""How the content engine's shell becomes our desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks

from perenne.backoffice.web.menu import arrange

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@hooks.register("insert_global_admin_css")
def shell_css() -> SafeString:
    """Colour the shell in warm greys; the owner's accent stands in our base template."""
    return format_html(
        '<link rel="stylesheet" href="{}">', static("backoffice/shell.css")
    )


@hooks.register("construct_main_menu")
def our_menu(request: HttpRequest, items: list[Any]) -> None:
    """Give the menu our groups."""
    arrange(request, items)
