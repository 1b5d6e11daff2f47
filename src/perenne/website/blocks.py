"""Blocks that pages are made of."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

from perenne.website.domain.embeds import NotEmbeddable, embed_for

RICH = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]


class QuoteBlock(blocks.StructBlock):
    """A quotation and who said it."""

    text = blocks.TextBlock(label=_("Quotation"))
    author = blocks.CharBlock(required=False, label=_("Who said it"))

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "website/blocks/quote.html"


class ButtonBlock(blocks.StructBlock):
    """One thing to do."""

    label = blocks.CharBlock(max_length=60, label=_("Text of the button"))
    href = blocks.CharBlock(
        max_length=300, label=_("Address"), help_text=_("For example /subscribe/")
    )

    class Meta:
        icon = "link"
        label = _("Button")
        template = "website/blocks/button.html"

    def clean(self, value: Any) -> Any:
        """Accept addresses of this site and of the web, never scripts."""
        cleaned = super().clean(value)
        if not cleaned["href"].startswith(("/", "https://", "http://", "mailto:", "#")):
            raise blocks.StructBlockValidationError(
                {"href": ValidationError(_("Begin the address with / or https://"))}
            )
        return cleaned


class EmbedBlock(blocks.StructBlock):
    """A video of another site: a placeholder until the visitor agrees (R11)."""

    url = blocks.URLBlock(label=_("Address of the video"))
    title = blocks.CharBlock(max_length=120, label=_("Title of the video"))

    class Meta:
        icon = "media"
        label = _("Video of another site")
        template = "website/blocks/embed.html"

    def clean(self, value: Any) -> Any:
        """Accept only players that the site may show."""
        cleaned = super().clean(value)
        try:
            embed_for(cleaned["url"])
        except NotEmbeddable as error:
            sentence = _("Only videos of YouTube and Vimeo can be shown here.")
            raise blocks.StructBlockValidationError(
                {"url": ValidationError(sentence)}
            ) from error
        return cleaned

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """Give the template the player's name and frame address."""
        context = super().get_context(value, parent_context)
        context["embed"] = embed_for(value["url"])
        return context


class BodyBlock(blocks.StreamBlock):
    """The body of a page, in the order it is read."""

    text = blocks.RichTextBlock(features=RICH, label=_("Text"))
    image = ImageBlock(label=_("Image"), template="website/blocks/image.html")
    quote = QuoteBlock()
    button = ButtonBlock()
    embed = EmbedBlock()
