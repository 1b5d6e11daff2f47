"""What other apps may use of launches."""

from perenne.launches.actions.launches import plan_launch as plan_launch
from perenne.launches.actions.launches import take_snapshot as take_snapshot
from perenne.launches.domain.conversion import Interval as Interval
from perenne.launches.domain.conversion import wilson_interval as wilson_interval
from perenne.launches.domain.results import LaunchFact as LaunchFact
from perenne.launches.domain.results import Result as Result
from perenne.launches.queries import launch_by_slug as launch_by_slug
from perenne.launches.queries import launch_facts as launch_facts
from perenne.launches.queries import launches as launches
from perenne.launches.queries import result_for as result_for
