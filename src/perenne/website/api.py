"""What other apps may use of the website."""

from perenne.website.actions import create_starter_pages as create_starter_pages
from perenne.website.actions import publish_legal_text as publish_legal_text
from perenne.website.domain.registries import MeasuredPage as MeasuredPage
from perenne.website.domain.registries import PageBlock as PageBlock
from perenne.website.domain.registries import measured_pages as measured_pages
from perenne.website.domain.registries import page_blocks as page_blocks
from perenne.website.queries import home_page as home_page
from perenne.website.queries import missing_identity as missing_identity
