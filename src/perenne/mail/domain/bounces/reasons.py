"""Why a message was refused, from the server's words: tables, most telling first.

A rule is (reason, kind, patterns). The first rule of the first group that matches decides:
what is said about the sender or a full mailbox comes before "unknown", since servers like
to wrap such refusals into "unknown address"; what may be said of anything comes last.
"""

from __future__ import annotations

import re

from perenne.mail.domain.bounces.addresses import ADDRESS
from perenne.mail.domain.bounces.report import Kind

type Rule = tuple[str, Kind, re.Pattern[str]]


def _rule(reason: str, kind: Kind, *patterns: str) -> Rule:
    return reason, kind, re.compile("|".join(patterns), re.IGNORECASE)


_BOX = r"(?:mail ?-?box|mail ?folder|mail ?drop|maildir|inbox|in-box|account|user|recipient|quota|storage|disk|message store|mailstore|postbox)"
_WHO = r"(?:user(?:name| ?id| name)?|recipients?|mail ?-?box(?: name)?|account|addressee|person|subscriber|customer|member|e-?mail address(?:es)?|e-?mail account|address(?:es)?|alias|login|employee|destination|contact|group|mailing list|destinataire|name)"
_IS = r"(?:is|was|are|has been|does|do|could|can|seems?|appears?)"
_GONE = (
    r"(?:not (?:been )?found|unknown|not known|invalid|non-?existent|not (?:be )?(?:a )?valid|no longer (?:exists?|valid|"
    r"available|in use|active|here|on|with|at|a |reachable|works?|employed|used)|not exist(?:s|ing)?|n[o']t exist|cannot be found|"
    r"can(?:no|')t be found|not be found|n't be found|not listed|not recogni[sz]ed|not registered|"
    r"not defined|not in (?:the |our |my )?(?:directory|address book|list|domain|database)|illegal|"
    r"unrouteable|undeliverable|not local|deleted|terminated|discontinued|closed|cancell?ed|"
    r"removed|obsolete|not hosted|not our|bad)"
)

# --- Sentences that name several causes ----------------------------------------------------
_FIRST: tuple[Rule, ...] = (
    _rule("unknown_user", Kind.HARD, r"account or domain may not exist"),
    _rule("local_system", Kind.SOFT, r"could(?:n't| not) create|can(?:no|')t create"),
    _rule(
        "unverified",
        Kind.SOFT,
        r"unverified (?:address|recipient)|address verification in progress",
    ),
)

# --- What is said about the sender: the address itself may be fine -----------------------
_ABOUT_US: tuple[Rule, ...] = (
    _rule(
        "sender",
        Kind.SOFT,
        r"sender (?:address |domain |e-?mail |mail |verif\w+ |id |is |was |denied|has )?(?:is |was |been )?(?:reject|denied|refus|unknown|invalid|block|not (?:valid|allow|accept|found|exist|permit|verif|authori)|verif|un|fail|do)",
        r"(?:invalid|unknown|bad|illegal|unverified|unresolvable|unauthori[sz]ed|fake|forged) (?:sender|from|return|envelope|reverse-path|mail from|source)",
        r"(?:domain|host|dns|mx|address) (?:of|for|in) (?:the )?(?:sender|from|mail from|return)",
        r"(?:mail from|from address|return[- ]path|envelope sender|reverse path).{0,60}(?:reject|denied|refus|not |invalid|unknown|must|resolv|fail)",
        r"sender'?s? (?:domain|address|host|server|ip).{0,60}(?:not|n't|unresolv|unknown|invalid|must|fail|reject|reput)",
        r"(?:does|do|must|did)(?: not|n't)? resolve",
        r"you (?:are|were) not (?:allowed|authori[sz]ed|permitted|a member)|not authori[sz]ed to (?:send|post|use|relay)",
        r"may not have permission|permission to post|not accepting mail from",
        r"only (?:members|subscribers|list|authenticated|internal|registered)|(?:non-?member|not a member|not subscribed)",
        r"verification failed for|callout|call-?back verif|sender verify",
    ),
    _rule(
        "authentication",
        Kind.SOFT,
        r"\b(?:spf(?!-ok)|dkim|dmarc|arc|sender[- ]?id)\b(?!-signature:)",
        r"(?:message|email|mail|sender)s? .{0,20}(?:not|n't|un|fails?|failed) ?(?:pass )?authenticat(?:ed|ion)? (?:check|inform)",
        r"unauthenticated (?:e?mail|message|sender)",
    ),
    _rule(
        "our_server",
        Kind.SOFT,
        r"\bptr\b|reverse (?:dns|lookup|name|mapping|hostname|ip)|\brdns\b|forward[- ]confirmed|matching (?:a )?(?:ptr|hostname|name)",
        r"cannot find your (?:host|reverse)|your (?:host|server|ip|client|hostname|network|domain|isp|mail ?server|mta|address|site|organi[sz]ation|connection)\b.{0,80}(?:block|list|ban|reject|den|refus|not|bad|poor|reput|spam|unknown|invalid|policy|limit|abus|suspici)",
        r"(?:helo|ehlo)\b.{0,80}(?:reject|den|refus|invalid|bad|need|not|must|resolv|forg|fqdn|spoof)|(?:invalid|bad|forged|fake) (?:helo|ehlo)",
        r"client (?:host|ip|address|was|is|name|blocked|reject|\[)|client host",
        r"(?:connection|connect|session|access)s? (?:from|attempt).{0,80}(?:refus|reject|den|block|drop|not|limit|exceed)",
        r"\bbad reputation\b|reputation|(?<!indicated )\bno smtp service\b|dynamic (?:ip|host|dns|range|dial)|dial-?up|residential|generic (?:host|rdns)",
    ),
    _rule(
        "blocked",
        Kind.SOFT,
        r"\b(?:rbl|dnsbl|drbl|surbl|uribl|sbl|xbl|pbl|cbl|bl|ips)\b.{0,60}(?:list|block|match|reject|http)",
        r"spamhaus|spamcop|sorbs|barracuda(?:central)?|senderbase|senderscore|invaluement|uceprotect|abuseat|mail-abuse|psbl|truncate\.gbudb|lashback|cloudmark|proofpoint|trustedsource|openspf|spamrl",
        r"(?:black|block|deny|reject)[- ]?list",
        r"(?:ip|ip address|address|host|server|domain|network|range|site|country).{0,40}(?:is |was |has been |been |are |temporarily |currently )(?:block|ban|list|deni|refus)",
        r"block(?:ed|ing)? (?:using|by|for|due|because|from|at|list|mail|mess|e-?mail|list|at)|banned",
        r"mail(?:s|er)? (?:from|server)s? .{0,80}(?:block|refus|reject|den|not accept|not wel|ban|unsolicited|list)",
        r"messages? from (?:[\d.]+|your|this|the).{0,80}(?:block|refus|reject|den|defer|not accept|weren|not|temporarily)",
    ),
)

# --- Full, too big: says nothing against the address --------------------------------------
_FULL: tuple[Rule, ...] = (
    _rule(
        "mailbox_full",
        Kind.SOFT,
        rf"{_BOX}.{{0,60}}(?:\bfull\b|over ?-?quota|over (?:its|their|the|his|disk|storage|size|limit|allo)|exceed|exhaust|out of (?:space|storage)|too (?:full|large|big)|insufficient|at (?:its )?limit|would be)",
        r"(?:mailbox|inbox|quota|account|mail) ?(?:size |disk |storage |space )?(?:quota |limit )?(?:is )?(?:full|exceeded|overflow|overdrawn|overrun|exhausted)",
        r"full (?:mail ?box|inbox|mailbox)|(?:mailbox|box)full|mbox full|mail ?box .{0,20}busy and full",
        r"over (?:(?:the|its|their|his|disk|storage|mail|maximum|allowed) ){0,3}quota|overquota|quota (?:exceed|violat|error|limit|full|reach)|quota has been|exceed(?:s|ed|ing)? .{0,60}(?:quota|storage (?:limit|space|alloc|capac)|mailbox (?:size|limit)|size limit of (?:the )?mailbox|space|capacity)",
        r"(?:insufficient|not enough|no more|no|out of|not sufficient|too little|lacks? sufficient) (?:disk |storage |mailbox |mail |system )*(?:space|storage|quota|room)|(?:does ?n.t|not) have (?:enough|sufficient) (?:disk |storage |mailbox )?(?:space|room|quota)",
        r"can ?(?:no|')t (?:accept|receive|take) (?:any )?more (?:mail|mess)|has too many messages|too many (?:messages|mails) in|storage (?:allocation|limit|quota)",
        r"\bbal pleine|bo[iî]te .{0,60}(?:pleine|satur|d[ée]pass|plein)|quota .{0,20}(?:d[ée]pass|atteint)|espace (?:disque )?(?:insuffisant|satur)|messagerie (?:pleine|satur)",
        r"(?:postfach|mailbox|posteingang|speicherplatz|speicher|kontingent).{0,60}(?:voll|[üu]berf[üu]llt|[üu]berschritten|ersch[öo]pft)|[üu]berf[üu]llt",
        r"(?:buz[óo]n|casilla|cuenta|cuota|casella|caixa|mailbox|spazio|espa[cç]o|espacio).{0,60}(?:llen|complet|pien|cheia|lotad|superad|excedid|exced|insuficiente|esaurit|agotad)",
        r"(?:postvak|postbus|mailbox|brievenbus).{0,40}(?:\bvol\b|overschreden)|skrzynk\w+ .{0,40}(?:pe[łl]n|przepe)",
        r"переполнен|квот|ящик.{0,30}заполнен",
        r"(?:メールボックス|ボックス|容量|ディスク).{0,40}(?:一杯|いっぱい|満|超|オーバー|不足)|邮箱.{0,20}(?:已满|满)|信箱.{0,10}滿",
    ),
    _rule(
        "too_big",
        Kind.SOFT,
        r"(?:message|mail|size|attachment|header|body|content|file|data|e-?mail|line)s? .{0,60}(?:too (?:big|large|long)|exceed|maximum|larger than|over the limit|overlimit)",
        r"too (?:big|large) (?:message|mail|for|to)|max(?:imum)? (?:message |mail |allowed )?(?:size|length)|exceed(?:s|ed|ing)? .{0,40}(?:size|maximum|limit)|fixed max|size limit",
        r"trop (?:volumineux|gros|grand)|taille .{0,30}(?:d[ée]pass|maxim)|zu gro[ßs]|demasiado grande|troppo grande|muito grande|te groot",
    ),
)

# --- The address is dead --------------------------------------------------------------------
_DEAD: tuple[Rule, ...] = (
    _rule(
        "has_moved",
        Kind.HARD,
        r"(?:user|recipient|person|address|account|he|she|mailbox|subscriber)\b.{0,40} (?:has |have |had )?(?:moved|changed (?:his|her|their|its|to|e-?mail|address))",
        r"(?:address|e-?mail).{0,40}(?:has changed|changed to|was changed|has been replaced|replaced by|is now)",
        r"new (?:e-?mail )?address (?:is|of)|please (?:use|update|write to|change).{0,50}(?:new|address)|not forwarding|no forwarding",
        r"a chang[ée] d'adresse|nouvelle adresse|neue (?:e-?mail|mail)?-?adresse|nueva direcci[óo]n",
    ),
    _rule(
        "unknown_host",
        Kind.HARD,
        r"\b(?:unknown|bad|invalid|illegal|no such|nonexistent|non-existent|unrouteable|unroutable|unresolvable|unreachable) (?:mail |destination |remote |e-?mail )?(?:host|domain|system|site|server name|mx)(?: ?name)?\b(?!.{0,20}sender)|\bhost ?unknown|\bdomain (?:name )?unknown",
        r"(?:host|domain|hostname|mail domain)\b(?: name| part)?(?:[^.!?;]{0,80}?[ >:'\"])(?:is |was |are |has been |could |can |does |do )?(?:not found|n.t be found|not be found|cannot be found|can.t be found|unknown|invalid|unresolvable|not exist|n.t exist|nonexistent|not known|not reachable|lookup fail|no longer exist|unrouteable|expired)",
        r"(?:couldn.t|could not|cannot|can.t|unable to|failed to) (?:find|locate|resolve|look ?up) (?:any |the |an? |mail )?(?:host|domain|mx|mail exchange|dns|ip|address for (?:host|domain)|name server|route)|(?:host|domain)(?: name)? (?:lookup|resolution) (?:did not complete|failed|error)|dns lookup fail|name service error|name or service not known|no address associated",
        r"\bno (?:mx|mail exchanger|a|dns|address)(?: or (?:a|mx|address))? (?:record|host|data|for|information|entry|found)|has no mail exchang|no mail exchanger|non-existent (?:hosts?|domain)|nxdomain|all (?:relevant )?mx records|no mail ?servers? (?:for|found)|no route to (?:domain|host named)|mail domain mentioned|domain must|host or domain name not found|no dns (?:entry|data|info)",
        r"domaine .{0,40}(?:inconnu|introuvable|inexistant|n'existe)|(?:domain|host|rechner).{0,40}(?:unbekannt|existiert nicht|nicht gefunden)|dominio .{0,40}(?:no existe|desconocido|inesistente|sconosciuto)|dom[íi]nio .{0,40}(?:n[ãa]o existe|inexistente)|домен.{0,30}не (?:найден|существует)|ドメイン.{0,30}(?:存在しません|見つかり)|ホスト.{0,20}(?:不明|見つかり)",
    ),
    _rule(
        "unknown_user",
        Kind.HARD,
        rf"\b(?:un|not )known (?:local |virtual |remote |or (?:illegal|invalid) |e-?mail |mail )*(?:{_WHO}|local-?part|part)|unknown or (?:illegal|invalid)|\b{_WHO} unknown|user ?-?unknown|userunknown|unknown_user",
        rf"\bno such (?:local |virtual |domain |mail |e-?mail |valid )?(?:{_WHO}|one|body|id|here)|\bno such (?:a )?(?:\w+ )?(?:user|mailbox|address|account|recipient|person)",
        rf"\b{_WHO}\b[^.!?;]?(?:.{{0,80}}?[ >:'\"])?(?:{_IS} )?(?:{_IS} )?(?:currently |either |an? |in )?{_GONE}\b",
        r"(?:invalid|incorrect|bad|illegal|wrong|non-?existent|inexistent|nonexistent|deleted|obsolete|defunct|unrouteable|undeliverable|expired|closed) (?:final delivery )?(?:or (?:\w+) )?(?:recipient|mail ?box|user(?: ?id|name)?|e-?mail address|mail address|address(?:ee)?|local[ -]?part|account|mail ?drop|alias|destination mailbox|to address|rcpt)",
        r"not an? (?:known|valid|local|active|existing|registered|current|e-?mail) (?:local )?(?:user|mailbox|recipient|address|account|customer|e-?mail|addressee|member)|not a mailbox|is not (?:one of )?our (?:customer|user|domain)|not our (?:customer|user)",
        r"no (?:valid |known |local |active |current )?(?:mailbox|account|user|one|body|person|recipient|e-?mail account|address|mail ?drop)s? (?:here |there |exists? |is |was |were |found |available |currently |known |registered )*(?:by|with|of|for|under|called|named|at|on|in|matching|found|here) ?(?:that|this|the|such|specified)?",
        r"(?:there is|there's|there are|have|has|we've) (?:no|not|n't|not any|no-one|nobody) ?(?:a |an |any )?(?:user|such|account|mailbox|one|person|e-?mail|customer|known|valid|by)",
        r"(?:do|does|did|could|can|has|have)(?:n't|n.t| not|not|no)? (?:currently )?(?:not )?(?:have|has|match|find|locate|recogni[sz]e|know|support)s? .{0,30}(?:account|mailbox|user|recipient|address)(?! for (?:more|help))(?:.{0,40}(?:here|with|at|by|name|\.|$|\)|\())",
        r"\bno valid recipients?|none of the .{0,20}recipients|no recipients?(?: were| was)? (?:found|valid)|all recipients (?:are |were )?(?:invalid|bad|unknown)|valid recipient",
        r"(?:address|user|recipient|mailbox|name|e-?mail|alias)\b.{0,80}(?:does not|doesn.?t|do not|don.?t|did not|not) (?:currently )?exist|does not exist(?: here)?|n[o']t exist|doesn.t exist|not existing",
        r"(?:^|[ :])mail ?box (?:is )?unavailable",
        r"couldn.t be found|could not be found|can(?:no|.)t be found|wasn.t found|was not found|not found (?:in|at|on|by|for) (?:the |this |our )?(?:server|directory|domain|system|name|gal|address|lookup|ldap|host)|address not found|recipient ?not ?found|recipnotfound|recipient address not found|user not found|mailbox not found|no matches|not listed in|not in (?:the )?(?:domino|public name|address book)",
        r"destination (?:mailbox|user|address|e-?mail)? ?(?:address )?(?:unknown|invalid|does not)|unrouteable address|unroutable address|unresolvable address|address (?:is |was )?unresolvable|bad (?:destination )?(?:mailbox|address|recipient|user)|unable to (?:find|look ?up|locate|resolve|validate|verify) (?:the )?(?:recipient|user|mailbox|address|account)|(?:can(?:no|.)t|could not) (?:find|locate|verify|resolve|recogni[sz]e) (?:the )?(?:recipient|user|mailbox|address|account|that)",
        r"no mailbox|no longer (?:with|works?|employed|at|an? (?:member|employee|valid|customer)|on (?:this|our)|active|available|in use|exists?|accepts?)|has left|left the (?:company|organi|firm)|(?:account|mailbox|address|user).{0,50}(?:has been |was |is |been )(?:closed|deleted|terminated|cancell?ed|removed|discontinued|expired|purged|retired)|discontinued",
        r"recipient (?:address )?(?:rejected|refused|denied):? ?(?:\(?in reply|undeliverable|unknown|unverified|user|no such|invalid|not|non|mailbox|does|address|account)|rcpt to:? (?:invalid|unknown)|5\.4\.1 .{0,120}recipient ?address rejected: access denied",
        r"resolver\.adr\.(?:ex)?recip(?:ient)?not ?found|resolver\.adr\.(?:badprimary|invalid)|5\.1\.1[0 ].{0,40}resolver",
        r"(?:destinataires?|utilisateur|adresse|bo[iî]te|compte|usager|abonn[ée]).{0,60}(?:inconnu|inexistant|invalide|n'existe|n.existe|introuvable|archiv[ée]e|d[ée]sactiv[ée]e? d[ée]fin|supprim|r[ée]sili|ferm[ée])|(?:aucun|pas de) (?:utilisateur|destinataire|compte)|adresse d.{0,3} ?au moins un destinataire",
        r"(?:empf[äa]nger|benutzer|adresse|postfach|konto|nutzer|mailadresse|account|mailbox).{0,60}(?:unbekannt|nicht bekannt|existiert nicht|nicht gefunden|ung[üu]ltig|gibt es nicht|nicht vorhanden|gel[öo]scht|existiert hier nicht|nicht zugeordnet)|unbekannte[rn]? (?:empf|benutz|adress|nutz)|existiert nicht",
        r"(?:usuario|destinatario|direcci[óo]n|cuenta|buz[óo]n|casilla).{0,60}(?:desconocid|no existe|inexistente|no encontrad|inv[áa]lid|no v[áa]lid|no es v[áa]lid|no fue encontrad|no se encontr)|no existe|usuario desconocido",
        r"(?:utente|destinatario|indirizzo|casella|account).{0,60}(?:sconosciut|inesistente|non esiste|non trovat|non valid|inesist)|non esiste",
        r"(?:usu[áa]rio|destinat[áa]rio|endere[çc]o|conta|caixa).{0,60}(?:desconhecid|n[ãa]o existe|inexistente|n[ãa]o encontrad|inv[áa]lid|n[ãa]o foi encontrad)|n[ãa]o existe",
        r"(?:gebruiker|adres|postvak|ontvanger|mailbox).{0,60}(?:onbekend|bestaat niet|niet gevonden|niet bekend|ongeldig)|onbekende (?:gebruiker|ontvanger)|bestaat niet|(?:ok[äa]nd|ukendt|ukjent|tuntematon) (?:mottagare|anv[äa]ndare|bruger|modtager|bruker|mottaker|k[äa]ytt[äa]j[äa])|nieznany (?:u[żz]ytkownik|odbiorca)|u[żz]ytkownik.{0,30}nie istnieje|nie istnieje|neexistuje|nezn[áa]m[ýy] u[žz]ivatel",
        r"(?:ユーザ|宛先|宛て先|アドレス|受信者|メールアドレス|送信先).{0,40}(?:見つかり|存在し|存在いたし|不明|ありません|有りません|間違)|存在しません|使われておりません",
        r"(?:пользовател|адрес|получател|ящик|почтов).{0,60}(?:не найден|не существует|неизвест|не зарегистр|недействит|удален)|неизвестный (?:пользов|адрес|получ)|(?:用户|收件人|邮箱|地址|信箱).{0,20}(?:不存在|未找到|无效|找不到|不正确)|mailbox unavailable or access denied",
    ),
    _rule(
        "no_mail_here",
        Kind.HARD,
        r"(?:does|do|will|can)(?: not|n.t|not) (?:accept|receive|take|handle|have) (?:any )?(?:e?-?mail|inbound|incoming|smtp|mx)(?! from)(?! at this time)(?! (?:because|due))|null ?mx|nullmx|never accepts? mail|no mail (?:is )?accepted (?:at|by|for)|host .{0,40}does not accept|indicated no smtp service|smtp is not (?:avail|accept)|not (?:an? )?mail ?(?:host|server|exchanger) for|domain .{0,40}not accept",
    ),
)

# --- Refusals that say nothing about the address -----------------------------------------------
_PASSING: tuple[Rule, ...] = (
    _rule(
        "expired",
        Kind.SOFT,
        r"(?:retry|delivery|queue|message|time|ttl|lifetime|period|retr).{0,40}(?:time ?out exceed|timeout|timed out|expired|exceed)|too (?:long|old)|in the queue too|giving up|given up (?:after|on)|failed \d+ attempts|retries|retry (?:count|limit|time)|(?:for|after|in) the last \d+|has expired|max(?:imum)? (?:delivery )?(?:time|attempts|age)|could not be (?:completed|delivered) (?:within|for|in|after)|unable to deliver .{0,40}(?:for|within|after) \d|\d+ (?:hours?|days?|minutes?)\b.{0,40}(?:queue|try|retry|attempt)|(?:queue|attempt|try|trying|tried).{0,40}\d+ (?:hours?|days?)|not delivered within",
        r"d[ée]lai .{0,30}(?:d[ée]pass|expir)|abgelaufen|caduc|scadut|expirad|истек|期限",
    ),
    _rule(
        "network",
        Kind.SOFT,
        r"connection (?:was |has been |is )?(?:refused|reset|timed? ?-?out|dropped|lost|closed|failed|failure|broken|abort|terminated|unexpectedly|died|error)|(?:refused|lost|dropped|reset|no|bad|timed out|timeout|failed|unexpected)(?: the)? connection|connect(?:ion)? (?:to|with) .{0,80}(?:refused|fail|time|lost|died|could|reset|abort)|(?:can(?:no|.)?t|could(?:n.t| not)|unable to|failed to|wasn.t able to|not able to|cannot) (?:be )?(?:establish|connect|reach|open|contact|communicate)|not reachable|unreachable|network (?:is )?(?:error|unreach|down|problem|fail)|no route|(?:operation|read|write|connect|socket|command|dns|session|response|i/o|conversation) (?:error|time ?-?out|timed out)|time(?:d)? ?-?out|no response|not respond|did not respond|not answer|routing loop|mail loop|hop count|too many (?:hops|received)|loop|forwarding.{0,20}(?:loop|itself)|loops? back|host (?:is )?(?:down|unreachable|not respond)|try again|temporar|deferred|tempor[áa]|vor[üu]bergehend",
        r"dns (?:error|server|query|problem|failure|temp)|name ?server.{0,30}(?:fail|error|timeout)|tls|ssl|certificate|starttls|handshake|cipher|encrypt",
    ),
    _rule(
        "greylisted",
        Kind.SOFT,
        r"gr[ea]y-?list|please (?:re)?try|try (?:again|later)|come back later|later\b|temporarily|not (?:yet )?(?:been )?(?:whitelist|seen before)|postgrey|defer",
    ),
    _rule(
        "too_many",
        Kind.SOFT,
        r"too (?:many|much|fast|frequent)|rate[- ]?limit|throttl|exceed(?:ed|s|ing)? .{0,60}(?:limit|rate|number|maximum|allowed|daily|hourly|per)|(?:daily|hourly|sending|receiving|message|connection|recipient) (?:limit|quota|rate)|limit (?:has been )?(?:reached|exceeded)|maximum (?:number|recipients|connections|concurrent)|unusual rate|receiving mail at a rate|volume|overload|busy|resources|load average|concurren",
    ),
    _rule(
        "relaying",
        Kind.SOFT,
        r"relay|not in (?:my |our |the )?(?:list of )?(?:allowed )?rcpthosts|rcpthosts|not (?:a )?gateway|we do(?:n.t| not) (?:relay|forward)|not (?:local|permitted) (?:to relay|domain)|(?:isn't|is not) in my|no relaying|relais|unauthenticated (?:user|connection)|authentication (?:is )?(?:required|fail|need)|must (?:authenticate|be auth|log|issue|check for)|need to (?:auth|log)|smtp auth|not authenticated|login fail|credentials",
    ),
    _rule(
        "spam",
        Kind.SOFT,
        r"spam|junk|unsolicited|\bube\b|\buce\b|bulk (?:e?-?mail|mess)|phish|virus|malware|infected|worm|trojan|malicious|harmful|abus(?:e|ive)|suspicious|banned|black|reject(?:ed)? by (?:the )?(?:filter|content|policy|system|anti)|(?:content|message|mail|url|link|subject|body|keyword|word|attachment|header|format|recipient)s? .{0,60}(?:reject|filter|not (?:allowed|accept|permit)|block|restrict|denied|refus|forbid|prohibit|disallow|violat|unaccept)|high (?:probability|score|volume)|signature|complain|security (?:polic|reason|concern|rest)",
        r"ind[ée]sirable|pourriel|courrier non sollicit|unerw[üu]nscht|no deseado|indesiderat|indesejad|ongewenst|спам|迷惑|垃圾",
    ),
    _rule(
        "policy",
        Kind.SOFT,
        r"polic(?:y|ies)|not (?:allowed|permitted|authori[sz]ed|accept(?:ed|ing|able)?|welcome)|prohibit|forbidden|access denied|denied|permission|refus(?:ed|ing|es)|restrict|violat|administrative(?:ly)?|unacceptable|disallow|no thanks|not want|denies|rule|reject(?:ed|s|ing)?(?: your| this| the| for| due| because| by| as)? (?:message|mail|transaction|content|polic|command|connection|request|recipient|data|delivery)|message (?:was |has been |is )?(?:rejected|refused|discard|not (?:accept|deliver))|mail (?:was |has been |is )?(?:rejected|refused|blocked|content)|transaction (?:failed|reject|refus)|autorisation|nicht (?:erlaubt|gestattet|zugelassen|angenommen|akzeptiert)|abgelehnt|verweigert|rechaz|rifiutat|rejeitad|geweigerd|отклонен|拒否|拒绝",
    ),
    _rule(
        "disabled",
        Kind.SOFT,
        r"disabled?|suspend|inactiv|deactivat|de-activat|dormant|locked|frozen|on hold|not active|not activated|not currently|currently not|blocked|expired|not available|unavailable|not accepting|not receiving|cannot receive|can.t receive|cannot accept|unable to (?:accept|receive)|will not accept|n'est plus (?:actif|active|utilis)|d[ée]sactiv|suspendu|gesperrt|deaktiviert|inaktiv|suspendid|desactivad|inactiv|disattivat|bloccat|desativad|bloquead|заблокирован|停止|無効",
    ),
    _rule(
        "content",
        Kind.SOFT,
        r"bare (?:lf|cr|linefeed)|\bheaders?\b|mime|8-?bit|encoding|charset|rfc ?-?\d{3,4}|malformed|format(?:ting)? (?:error|of)|attachment|non-?compliant|duplicate|missing|message[- ]id|conversion|content|unsupported|syntax",
    ),
    _rule(
        "protocol",
        Kind.SOFT,
        r"(?:bad|improper|out of|wrong|invalid|unexpected) (?:sequence|order|command)|sequence of commands|command (?:not|un|rej|is)|not (?:recogni[sz]ed|implemented)|unrecogni[sz]ed|need (?:rcpt|mail|helo|ehlo)|valid rcpt|rcpt first|mail first|protocol|parameter|pipelin|unexpected (?:response|reply|end|error)|no data|argument",
    ),
    _rule(
        "system",
        Kind.SOFT,
        r"system (?:error|config|fail|not|problem|resource|is)|(?:local|server|internal|configuration|config|disk|i/o|input|output|database|ldap|lookup|processing|software|script|program|mailer|queue|file|program|directory) (?:configuration |system )?(?:error|fail|problem|not (?:ready|avail)|crash|exit)|service (?:is |currently |temporarily )*(?:not |un)avail|service (?:refuse|shut|closing|permits|error|too)|out of memory|no space|can(?:no|.)t (?:open|create|write|lock|append|fork|exec|read|get|allocate)|could ?(?:n.t| not) (?:open|create|write|lock|append|fork|exec|load|read)|failed to (?:open|create|write|lock|read|exec|run)|unable to (?:open|create|write|lock|read|chdir|switch|run|fork|stat|append)|exit(?:ed)? (?:status|code|with)|child (?:status|process|crash)|signal|killed|died|unknown mailer error|mailer error|command died|input/output|pipe|procmail|maildrop|\|/|operating system|unexpected|programmer|shutting|maintenance|down for|out of order|unable to process|cannot process|overload|insufficient|error in processing|something (?:went )?wrong|undefined error|smtp error",
    ),
)

# An address may be called "unknown" or "mailbox-full".
_ADDRESS = re.compile(ADDRESS)
# "host mx.example.org[192.0.2.1] said:" is no complaint about a host.
_SPEAKER = re.compile(r"\bhost \S{1,255}(?: ?\[[^\]]{1,60}\])? said:?", re.IGNORECASE)
_GROUPS = (_FIRST, _ABOUT_US, _FULL, _DEAD, _PASSING)
_DELAY = re.compile(
    r"\bdelay(?:ed|ing)?\b|\bwill (?:be )?(?:keep |continue |also )*(?:to )?(?:retr|tr(?:y|ied))|not yet (?:been )?deliver|(?:still )?being retried|warning (?:message )?only|this is (?:only )?a warning|do(?: not|n't) need to (?:resend|re-send)|postpone|attempts? (?:will|to deliver) .{0,30}continue|continue to (?:try|attempt|be)|still trying|temporarily deferred|delivery (?:is )?(?:still )?pending|wird weiter|retard[ée]|verz[öo]ger|retraso|ritard|atras[oa]|vertrag",
    re.IGNORECASE,
)


def reason_in(text: str) -> tuple[str, Kind] | None:
    """Return why, and for good or not, as a server's words say; None: they do not."""
    flat = plain(text)
    for group in _GROUPS:
        for reason, kind, pattern in group:
            if pattern.search(flat):
                return reason, kind
    return None


def says_delayed(text: str) -> bool:
    """Tell whether the message is only late: it is being tried again."""
    return bool(_DELAY.search(plain(text)))


def plain(text: str) -> str:
    """Return the text on one line, with straight quotes, at most 4,000 characters."""
    flat = _SPEAKER.sub(" ", _ADDRESS.sub("<>", " ".join(text[:6000].split())[:4000]))
    return flat.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
