"""Tables of mail, one file a noun."""

from perenne.mail.models.domains import DomainCheck as DomainCheck
from perenne.mail.models.domains import SendingKey as SendingKey
from perenne.mail.models.messages import AttachedFile as AttachedFile
from perenne.mail.models.messages import Delivery as Delivery
from perenne.mail.models.messages import Message as Message
from perenne.mail.models.returned import Bounce as Bounce
from perenne.mail.models.returned import Suppression as Suppression
from perenne.mail.models.transports import DomainLimit as DomainLimit
from perenne.mail.models.transports import EngineSeat as EngineSeat
from perenne.mail.models.transports import Transport as Transport
