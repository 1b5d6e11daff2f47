"""What other apps may use of practice."""

from perenne.practice.actions.bills import NothingToBill as NothingToBill
from perenne.practice.actions.bills import bill_client as bill_client
from perenne.practice.actions.bookings import SlotTaken as SlotTaken
from perenne.practice.actions.bookings import book as book
from perenne.practice.actions.bookings import cancel_booking as cancel_booking
from perenne.practice.actions.bookings import mark_held as mark_held
from perenne.practice.actions.bookings import mark_no_show as mark_no_show
from perenne.practice.actions.credits import PackDoesNotPay as PackDoesNotPay
from perenne.practice.actions.missions import add_mission as add_mission
from perenne.practice.actions.missions import add_mission_time as add_mission_time
from perenne.practice.actions.missions import save_client as save_client
from perenne.practice.actions.packs import drop_packs as drop_packs
from perenne.practice.actions.packs import extend_packs as extend_packs
from perenne.practice.actions.packs import grant_pack as grant_pack
from perenne.practice.actions.packs import revoke_packs as revoke_packs
from perenne.practice.actions.packs import save_pack_kind as save_pack_kind
from perenne.practice.actions.packs import suspend_packs as suspend_packs
from perenne.practice.actions.personal_data import (
    erase_practice_data as erase_practice_data,
)
from perenne.practice.actions.services import save_service as save_service
from perenne.practice.domain.slots import Slot as Slot
from perenne.practice.domain.slots import Span as Span
from perenne.practice.queries.bookings import UpcomingBooking as UpcomingBooking
from perenne.practice.queries.bookings import bookings_to_export as bookings_to_export
from perenne.practice.queries.bookings import open_slots as open_slots
from perenne.practice.queries.bookings import services_on_offer as services_on_offer
from perenne.practice.queries.bookings import sessions_between as sessions_between
from perenne.practice.queries.bookings import upcoming_bookings as upcoming_bookings
from perenne.practice.queries.missions import client_of as client_of
from perenne.practice.queries.packs import pack_kind_by_id as pack_kind_by_id
from perenne.practice.queries.packs import pack_kinds as pack_kinds
from perenne.practice.queries.packs import packs_to_export as packs_to_export
