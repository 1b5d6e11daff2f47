"""What other apps may use of streams."""

from perenne.streams.actions.streams import default_stream as default_stream
from perenne.streams.actions.streams import (
    ensure_default_streams as ensure_default_streams,
)
from perenne.streams.actions.work import declare_absence as declare_absence
from perenne.streams.actions.work import log_work as log_work
from perenne.streams.domain.work import DaysOff as DaysOff
from perenne.streams.domain.work import WorkFact as WorkFact
from perenne.streams.domain.work import WorkSum as WorkSum
from perenne.streams.facts import build_by_day as build_by_day
from perenne.streams.facts import days_worked as days_worked
from perenne.streams.facts import days_worked_by_stream as days_worked_by_stream
from perenne.streams.facts import work_by_stream as work_by_stream
from perenne.streams.facts import work_facts as work_facts
from perenne.streams.models import Activity as Activity
from perenne.streams.models import Nature as Nature
from perenne.streams.models import Stream as Stream
from perenne.streams.queries import absences as absences
from perenne.streams.queries import stream_by_id as stream_by_id
from perenne.streams.queries import stream_by_slug as stream_by_slug
from perenne.streams.queries import streams as streams
