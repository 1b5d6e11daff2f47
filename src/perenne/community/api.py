"""What other apps may use of community."""

from perenne.community.actions.events import cancel_event as cancel_event
from perenne.community.actions.events import save_event as save_event
from perenne.community.actions.personal_data import erase_seats as erase_seats
from perenne.community.actions.seats import drop_seats as drop_seats
from perenne.community.actions.seats import extend_seats as extend_seats
from perenne.community.actions.seats import grant_seat as grant_seat
from perenne.community.actions.seats import revoke_seats as revoke_seats
from perenne.community.actions.seats import suspend_seats as suspend_seats
from perenne.community.actions.seats import take_seat as take_seat
from perenne.community.queries import event_by_id as event_by_id
from perenne.community.queries import events_to_sell as events_to_sell
from perenne.community.queries import next_events as next_events
from perenne.community.queries import seats_to_export as seats_to_export
