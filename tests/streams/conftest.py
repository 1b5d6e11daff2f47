import pytest


@pytest.fixture
def streams(business, now):
    """The default streams by slug."""
    from perenne.streams.api import ensure_default_streams

    return {s.slug: s for s in ensure_default_streams(language="en", now=now)}
