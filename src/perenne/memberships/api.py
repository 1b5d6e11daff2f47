"""What other apps may use of memberships."""

from perenne.memberships.actions import PassEndsBeforeItStarts as PassEndsBeforeItStarts
from perenne.memberships.actions import add_tier as add_tier
from perenne.memberships.actions import drop_passes as drop_passes
from perenne.memberships.actions import erase_passes as erase_passes
from perenne.memberships.actions import extend_passes as extend_passes
from perenne.memberships.actions import grant_pass as grant_pass
from perenne.memberships.actions import include_in_tiers as include_in_tiers
from perenne.memberships.actions import revoke_passes as revoke_passes
from perenne.memberships.actions import suspend_passes as suspend_passes
from perenne.memberships.queries import access_since as access_since
from perenne.memberships.queries import has_any_pass as has_any_pass
from perenne.memberships.queries import has_pass as has_pass
from perenne.memberships.queries import member_counts as member_counts
from perenne.memberships.queries import passes_of as passes_of
from perenne.memberships.queries import passes_to_export as passes_to_export
from perenne.memberships.queries import resources_of as resources_of
from perenne.memberships.queries import tier_by_id as tier_by_id
from perenne.memberships.queries import tiers as tiers
from perenne.memberships.queries import tiers_including as tiers_including
