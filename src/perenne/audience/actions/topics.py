"""Keep the topics that people can agree to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from perenne.audience.models import Topic
from perenne.audience.queries.purposes import topic_by_id
from perenne.core import log
from perenne.core.errors import Refusal

if TYPE_CHECKING:
    from datetime import datetime

_LONGEST = 60


class TopicUnnamed(Refusal):
    """People read its name."""

    sentence = _("Give the topic a name of at most 60 characters.")
    field = "name"


class TopicNameTaken(Refusal):
    """Two topics with one name cannot be told apart."""

    sentence = _("Another topic has this name.")
    field = "name"


@transaction.atomic
def keep_topic(
    topic_id: int | None, *, name: str, is_open: bool, actor: str, now: datetime
) -> Topic:
    """Add a topic (None), or change one. What people agreed to keeps its words.

    Raises  NotFound, TopicUnnamed, TopicNameTaken: nothing was changed
    """
    words = " ".join(name.split())
    if not words or len(words) > _LONGEST:
        raise TopicUnnamed
    topic = Topic(created_at=now) if topic_id is None else topic_by_id(topic_id)
    topic.name, topic.is_open = words, is_open
    try:
        with transaction.atomic():
            topic.save()
    except IntegrityError as error:
        raise TopicNameTaken from error
    log.record("audience.topic_kept", actor=actor, obj=topic, at=now, is_open=is_open)
    return topic
