"""Tables of practice, one file a noun."""

from perenne.practice.models.missions import Client as Client
from perenne.practice.models.missions import Mission as Mission
from perenne.practice.models.missions import MissionTime as MissionTime
from perenne.practice.models.packs import Pack as Pack
from perenne.practice.models.packs import PackKind as PackKind
from perenne.practice.models.packs import PackMovement as PackMovement
from perenne.practice.models.sessions import Availability as Availability
from perenne.practice.models.sessions import BookedCell as BookedCell
from perenne.practice.models.sessions import Booking as Booking
from perenne.practice.models.sessions import Service as Service
from perenne.practice.models.sessions import SpecialDay as SpecialDay
