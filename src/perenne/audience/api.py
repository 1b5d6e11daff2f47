"""What other apps may use of the audience."""

from perenne.audience.actions.consents import HasUnsubscribed as HasUnsubscribed
from perenne.audience.actions.consents import SaleNotNamed as SaleNotNamed
from perenne.audience.actions.consents import record_consent as record_consent
from perenne.audience.actions.consents import withdraw_consent as withdraw_consent
from perenne.audience.actions.custom_fields import (
    add_custom_field as add_custom_field,
)
from perenne.audience.actions.custom_fields import (
    drop_empty_fields as drop_empty_fields,
)
from perenne.audience.actions.custom_fields import (
    set_custom_values as set_custom_values,
)
from perenne.audience.actions.import_undo import (
    undo_import_batch as undo_import_batch,
)
from perenne.audience.actions.imports import import_batch as import_batch
from perenne.audience.actions.imports import import_contacts as import_contacts
from perenne.audience.actions.imports import open_import as open_import
from perenne.audience.actions.signups import ConfirmationExpired as ConfirmationExpired
from perenne.audience.actions.signups import (
    confirm_subscription as confirm_subscription,
)
from perenne.audience.actions.signups import subscribe as subscribe
from perenne.audience.actions.tags import tag_person as tag_person
from perenne.audience.actions.tags import untag_person as untag_person
from perenne.audience.domain.custom_fields import FieldKind as FieldKind
from perenne.audience.domain.custom_fields import FieldValue as FieldValue
from perenne.audience.domain.custom_fields import ValueInvalid as ValueInvalid
from perenne.audience.domain.custom_fields import Writing as Writing
from perenne.audience.domain.custom_fields import read_value as read_value
from perenne.audience.domain.imports import ImportCounts as ImportCounts
from perenne.audience.domain.imports import ImportedContact as ImportedContact
from perenne.audience.domain.imports import ImportJob as ImportJob
from perenne.audience.domain.imports import effects_from as effects_from
from perenne.audience.domain.segment_sources import SegmentSource as SegmentSource
from perenne.audience.domain.segment_sources import segment_sources as segment_sources
from perenne.audience.domain.segments import Asked as Asked
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
from perenne.audience.queries.custom_fields import custom_fields as custom_fields
from perenne.audience.queries.custom_fields import (
    custom_values_of as custom_values_of,
)
from perenne.audience.queries.custom_fields import shown_value as shown_value
from perenne.audience.queries.links import unsubscribe_token as unsubscribe_token
from perenne.audience.queries.segment_parts import SegmentPart as SegmentPart
from perenne.audience.queries.segments import confirmed_contacts as confirmed_contacts
from perenne.audience.queries.segments import segment_by_id as segment_by_id
from perenne.audience.queries.segments import segment_members as segment_members
from perenne.audience.queries.segments import segments_by_name as segments_by_name
