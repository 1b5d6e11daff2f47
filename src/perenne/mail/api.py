"""What other apps may use of mail: it knows addresses, never persons."""

from perenne.mail.actions.broadcasts import LetterHasStarted as LetterHasStarted
from perenne.mail.actions.broadcasts import LetterIsNotBeingSent as LetterIsNotBeingSent
from perenne.mail.actions.broadcasts import LetterIsOver as LetterIsOver
from perenne.mail.actions.broadcasts import add_recipients as add_recipients
from perenne.mail.actions.broadcasts import cancel_broadcast as cancel_broadcast
from perenne.mail.actions.broadcasts import create_broadcast as create_broadcast
from perenne.mail.actions.broadcasts import drop_recipient as drop_recipient
from perenne.mail.actions.broadcasts import pause_broadcast as pause_broadcast
from perenne.mail.actions.broadcasts import start_broadcast as start_broadcast
from perenne.mail.actions.outbox import queue_mail as queue_mail
from perenne.mail.actions.outbox import queue_template as queue_template
from perenne.mail.actions.suppressions import lift_suppression as lift_suppression
from perenne.mail.actions.suppressions import suppress as suppress
from perenne.mail.actions.templates import mail_context as mail_context
from perenne.mail.actions.templates import mjml_to_html as mjml_to_html
from perenne.mail.domain.outgoing import Attachment as Attachment
from perenne.mail.domain.outgoing import Progress as Progress
from perenne.mail.domain.outgoing import Recipient as Recipient
from perenne.mail.queries import Outcome as Outcome
from perenne.mail.queries import broadcast_progress as broadcast_progress
from perenne.mail.queries import is_suppressed as is_suppressed
from perenne.mail.queries import mails_to as mails_to
from perenne.mail.queries import outcomes_of as outcomes_of
from perenne.mail.queries import suppressed_among as suppressed_among
from perenne.mail.queries import transport_problems as transport_problems
