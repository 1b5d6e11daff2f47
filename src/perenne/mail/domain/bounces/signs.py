"""What shows that a mail is a bounce at all, when no machine part says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perenne.mail.domain.bounces.parts import Mail

_SYSTEMS = re.compile(
    r"mailer[-_. ]?daemon|post ?master|mail[-_ ]?(?:delivery|daemon|system|admin|server|gateway)|\bdaemon\b|mdaemon|delivery[-_ ]?(?:status|subsystem|system|agent|notif)|system administrator|administrator|microsoft exchange|undeliver|\bmailadm|mailsweeper|mimesweeper|smtp|\bmmsc\b|non-?delivery|notification|\bndr\b|auto-?reply|bounce|imss|interscan|groupwise|exchange|\bmta\b|<>",
    re.I,
)
_SUBJECTS = re.compile(
    r"undeliver|un-?deliver|non[- ]?deliver|not (?:be )?deliver|deliver(?:y|ed|ing)?\b.{0,40}(?:fail|error|problem|status|report|notif|delay|warning|unsuccess|incomplete|unable|not|impossible|subsystem)|fail(?:ed|ure)?\b.{0,40}(?:deliver|mail|notice|message|send|recipient)|failure notice|returned (?:mail|message|e-?mail|to sender)|mail (?:return|system error|could not|not |fail|error|undeliv|bounce|status|warning)|returning message|return(?:ed)? to sender|bounced?\b|message (?:could not|not |delayed|status|undeliv|fail|error)|nondeliverable|could ?(?:n.t| not) be (?:deliver|sent)|rejected (?:mail|message)|mail rejected|(?:user|mailbox|recipient|address|host|domain) (?:is )?(?:unknown|not found|full|over)|user unknown|unknown (?:user|address|recipient)|mailbox full|quota exceeded|unzustellbar|nicht zugestellt|zustell|fehlgeschlagen|non (?:remis|distribu|d[ée]livr)|[ée]chec|impossible de|non recapitat|mancata consegna|consegna|no entregad|devuelto|no (?:se )?(?:pudo|puede)|n[ãa]o (?:entreg|p[ôo]de)|devolvid|falha|onbestelbaar|niet (?:bezorgd|afgeleverd)|недостав|не доставлен|не может быть|配(?:信|送).{0,12}(?:エラー|失敗|不能|でき)|送信.{0,10}(?:エラー|失敗|でき)|エラー|退信|系统退信|投递失败|warning: message|mail delivery|delivery",
    re.I,
)
_WORDS = re.compile(
    r"(?:could|can|was|were|has|have|did|is|be|am|are)(?:n.t| ?not|no)? (?:been |be |able to |yet )*(?:deliver|reach|send|complete|process|forward)|undeliver|non-?deliver|deliver(?:y|ed|ing)? .{0,60}(?:fail|not|error|delay|postpone|unable|warning)|unable to (?:deliver|send|relay|process)|fail(?:ed|ure)? (?:to |in )?(?:deliver|permanently|sending|send)|user unknown|unknown user|no such user|permanent (?:fatal )?error|following (?:addresses|recipient|address|error|message)|returned (?:mail|below|to|the|un)|rejected|mailbox (?:is )?full|over ?quota|not (?:be )?(?:delivered|found|known)|invalid|not listed|bounced?|remote host said|n'a (?:pas )?pu|n'ont pas|impossible|nicht zugestellt|konnte nicht|unzustell|no (?:se )?pudo|no ha podido|non .{0,20}(?:consegna|recapit)|n[ãa]o (?:p[ôo]de|foi)|niet .{0,20}(?:bezorg|aflever)|не (?:может быть|доставл)|送信できません|配信できません|\b[45]\d\d[ -][45]\.\d\.\d|<<< 5\d\d",
    re.I,
)
_REPLY = re.compile(r"\A\s*(?:re|aw|tr|fwd?|sv|antw|rép|res|rif)\s?:", re.I)


def is_bounce(mail: Mail, text: str) -> bool:
    """Tell whether a mail without machine parts reports that delivery failed or waits."""
    if mail.header("x-failed-recipients"):
        return True
    subject, sender = mail.header("subject"), mail.header("from")
    from_system = bool(_SYSTEMS.search(sender)) or not sender.strip()
    from_system = from_system or mail.header("return-path").strip() == "<>"
    if _REPLY.match(subject) and not from_system:
        return False
    signs = (
        from_system,
        bool(_SUBJECTS.search(subject)),
        bool(_WORDS.search(text[:6000])),
    )
    return sum(signs) >= 2
