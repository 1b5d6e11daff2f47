"""What other apps may use of the audience."""

from perenne.audience.actions.consents import HasUnsubscribed as HasUnsubscribed
from perenne.audience.actions.consents import SaleNotNamed as SaleNotNamed
from perenne.audience.actions.consents import record_consent as record_consent
from perenne.audience.actions.consents import withdraw_consent as withdraw_consent
from perenne.audience.actions.imports import import_contacts as import_contacts
from perenne.audience.actions.signups import ConfirmationExpired as ConfirmationExpired
from perenne.audience.actions.signups import (
    confirm_subscription as confirm_subscription,
)
from perenne.audience.actions.signups import subscribe as subscribe
from perenne.audience.actions.tags import tag_person as tag_person
from perenne.audience.actions.tags import untag_person as untag_person
from perenne.audience.domain.imports import ImportCounts as ImportCounts
from perenne.audience.domain.imports import ImportedContact as ImportedContact
from perenne.audience.domain.segment_sources import SegmentSource as SegmentSource
from perenne.audience.domain.segment_sources import segment_sources as segment_sources
from perenne.audience.domain.sequence_triggers import SequenceTrigger as SequenceTrigger
from perenne.audience.domain.sequence_triggers import (
    sequence_triggers as sequence_triggers,
)
from perenne.audience.facts import AudienceFact as AudienceFact
from perenne.audience.facts import audience_facts as audience_facts
from perenne.audience.queries.contacts import contact_counts as contact_counts
from perenne.audience.queries.contacts import is_subscribed as is_subscribed
from perenne.audience.queries.contacts import proofs_of as proofs_of
from perenne.audience.queries.contacts import statuses_of as statuses_of
from perenne.audience.queries.contacts import tags_of as tags_of
from perenne.audience.queries.links import unsubscribe_token as unsubscribe_token
from perenne.audience.queries.segments import confirmed_contacts as confirmed_contacts
from perenne.audience.queries.segments import segment_by_id as segment_by_id
from perenne.audience.queries.segments import segment_members as segment_members
from perenne.audience.queries.segments import segments_by_name as segments_by_name
