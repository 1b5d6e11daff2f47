"""What other apps may use of people."""

from perenne.people.actions.accounts import add_owner as add_owner
from perenne.people.actions.accounts import open_account as open_account
from perenne.people.actions.forgetting import empty_filled as empty_filled
from perenne.people.actions.forgetting import forget_persons as forget_persons
from perenne.people.actions.notes import add_note as add_note
from perenne.people.actions.notes import change_note as change_note
from perenne.people.actions.notes import remove_note as remove_note
from perenne.people.actions.owner_links import issue_owner_link as issue_owner_link
from perenne.people.actions.personal_data import PersonWorksHere as PersonWorksHere
from perenne.people.actions.personal_data import erase_person as erase_person
from perenne.people.actions.persons import add_persons as add_persons
from perenne.people.actions.persons import find_or_add_person as find_or_add_person
from perenne.people.actions.requests import ask_erasure as ask_erasure
from perenne.people.actions.team import keep_roles as keep_roles
from perenne.people.domain.addresses import InvalidAddress as InvalidAddress
from perenne.people.domain.addresses import normal_address as normal_address
from perenne.people.domain.deadlines import months_before as months_before
from perenne.people.domain.dealings import Happening as Happening
from perenne.people.domain.dealings import PersonDealings as PersonDealings
from perenne.people.domain.dealings import Standing as Standing
from perenne.people.domain.dealings import person_dealings as person_dealings
from perenne.people.domain.new_persons import AddedPerson as AddedPerson
from perenne.people.domain.new_persons import NewPerson as NewPerson
from perenne.people.domain.personal_data import (
    PersonalDataHandler as PersonalDataHandler,
)
from perenne.people.domain.personal_data import personal_data as personal_data
from perenne.people.domain.timelines import place_from as place_from
from perenne.people.models import Person as Person
from perenne.people.models import User as User
from perenne.people.queries import beginning as beginning
from perenne.people.queries import find_persons as find_persons
from perenne.people.queries import last_contacts as last_contacts
from perenne.people.queries import name_beginning as name_beginning
from perenne.people.queries import notes_of as notes_of
from perenne.people.queries import open_request_of as open_request_of
from perenne.people.queries import owner_account as owner_account
from perenne.people.queries import person_by_email as person_by_email
from perenne.people.queries import person_by_id as person_by_id
from perenne.people.queries import person_of_user as person_of_user
from perenne.people.queries import persons_by_ids as persons_by_ids
from perenne.people.queries import persons_matching as persons_matching
from perenne.people.queries import persons_with_traces as persons_with_traces
from perenne.people.queries import standing_of as standing_of
from perenne.people.queries import timeline_of as timeline_of
from perenne.people.queries import working_here as working_here
