"""Notices as the mail programs of the world write them, addresses and hosts made up."""

from __future__ import annotations

import pytest

from perenne.mail.domain.bounces.read import read_bounce

NOTICES = {
    "notes": (
        "From: Postmaster@example.jp\nTo: us@example.org\nSubject: DELIVERY FAILURE: User a (a@x.example) not listed",
        "------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\na@x.example\n\n------- Returned Message --------\nReceived: from x\nTo: a@x.example\n",
        [("a@x.example", "hard")],
    ),
    "mailmarshal": (
        'From: postmaster@example.com\nTo: us@example.org\nSubject: Undeliverable Mail: "hi"',
        "This Message was undeliverable due to the following reason:\n\nYour message:\n   From:    us@example.org\n   Subject: hi\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected: \n    a@x.example\n\nAdditional information...\n",
        [("a@x.example", "hard")],
    ),
    "groupwise": (
        "From: <admin@x.example>\nTo: us@example.org\nSubject: Message status - undeliverable",
        "The message that you sent was undeliverable to the following:\n\ta@x.example (user not found)\n\nPossibly truncated original message follows:\n",
        [("a@x.example", "hard")],
    ),
    "mcafee": (
        "From: postmaster@x.example\nTo: us@example.org\nSubject: Undeliverable mail",
        "--- The following addresses had delivery problems ---\n\n<a@x.example>   (User unknown)\n\n--- Original message ---\n",
        [("a@x.example", "hard")],
    ),
    "exchange55": (
        "From: System Administrator <postmaster@x.example>\nTo: us@example.org\nSubject: Undeliverable: hi",
        "Your message\n\n  To:      a@x.example\n  Subject: hi\n  Sent:    Thu, 29 Apr 2001\n\ndid not reach the following recipient(s):\n\na@x.example on Thu, 29 Apr 2001\n    The recipient name is not recognized\n\tThe MTS-ID of the original message is: c=jp;a= ;p=x\n    MSEXCH:MSExchangeMTA:IMS:X:EXAMPLE 0 (000C05A6) Unknown Recipient\n",
        [("a@x.example", "hard")],
    ),
    "1und1": (
        'From: "Mail Delivery System" <mailer-daemon@kundenserver.de>\nTo: us@example.org\nSubject: Mail delivery failed: returning message to sender',
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of\nits recipients. The following addresses failed:\n\n<a@x.example>\n\nFor the following reason:\n\nMail size limit exceeded. For explanation visit\nhttp://postmaster.1and1.com/en/error-messages?ip=1\n\n--- The header of the original message is following. ---\n",
        [("a@x.example", "soft")],
    ),
    "courier": (
        "From: postmaster@x.example\nTo: us@example.org\nSubject: NOTICE: mail delivery status.",
        "UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<a@x.example>:\n    dns;mx.x.example [1.2.3.4]:\n>>> RCPT TO:<a@x.example>\n<<< 452 4.2.2 Mailbox full\n",
        [("a@x.example", "soft")],
    ),
    "sendmail5": (
        "From: MAILER-DAEMON@x.example (Mail Delivery Subsystem)\nTo: us@example.org\nSubject: Returned mail: User unknown",
        "   ----- Transcript of session follows -----\nWhile talking to mx.x.example:\n>>> RCPT To:<a@x.example>\n<<< 550 <a@x.example>... User Unknown\n550 <a@x.example>... User unknown\n\n   ----- Recipients of this delivery -----\nBounced, cannot deliver:\n   <a@x.example>\n\n   ----- Unsent message follows -----\nReceived: x\n",
        [("a@x.example", "hard")],
    ),
    "sendmail-multi": (
        "From: MAILER-DAEMON@x.example\nTo: us@example.org\nSubject: Returned mail: Host unknown",
        "   ----- The following addresses had permanent fatal errors -----\n<a@x.example>\n<b@y.example>\n\n   ----- Transcript of session follows -----\n550 <a@x.example>... User unknown\n550 <b@y.example>... Host unknown (Name server: y.example: host not found)\n",
        [("a@x.example", "hard"), ("b@y.example", "hard")],
    ),
    "imail": (
        "From: Postmaster <postmaster@x.example>\nTo: us@example.org\nSubject: Undeliverable Mail",
        "Unknown host: a@x.example\n\nOriginal message follows.\n\nReceived: x",
        [("a@x.example", "hard")],
    ),
    "imail2": (
        "From: Postmaster <postmaster@x.example>\nTo: us@example.org\nSubject: Undeliverable Mail",
        "User mailbox exceeds allowed size: a@x.example\n\nOriginal message follows.\n\n",
        [("a@x.example", "soft")],
    ),
    "aol": (
        "From: Mail Delivery Subsystem <MAILER-DAEMON@aol.com>\nTo: us@example.org\nSubject: Returned mail: User unknown",
        "The original message was received at x\n\n*** ATTENTION ***\n\nYour e-mail is being returned to you because there was a problem with its delivery.\n\n   ----- The following addresses had permanent fatal errors -----\n<a@aol.com>\n\n   ----- Transcript of session follows -----\n... while talking to air-xi01.mail.aol.com.:\n>>> RCPT To:<a@aol.com>\n<<< 550 MAILBOX NOT FOUND\n550 <a@aol.com>... User unknown\n",
        [("a@aol.com", "hard")],
    ),
    "orange": (
        "From: MAILER-DAEMON@orange.fr (Mail Delivery System)\nTo: us@example.org\nSubject: Undelivered Mail Returned to Sender",
        "Ce message a été généré automatiquement.\n\nVotre message n'a pas pu être délivré.\n\n<a@orange.fr>: host smtp-in.orange.fr[193.252.22.65] said: 550 5.2.0 Mail rejete.\n    Mail rejected. OFR_506 [506] (in reply to end of DATA command)\n",
        [("a@orange.fr", "soft")],
    ),
    "free": (
        "From: MAILER-DAEMON@free.fr\nTo: us@example.org\nSubject: Undelivered Mail Returned to Sender",
        "<a@free.fr>: host mx1.free.fr[212.27.48.7] said: 550 5.2.1 This mailbox has been\n    blocked due to inactivity (UserSearch) (in reply to RCPT TO command)\n",
        [("a@free.fr", "soft")],
    ),
    "outlookfr": (
        "From: Microsoft Outlook <postmaster@x.example>\nTo: us@example.org\nSubject: Non remis : Bonjour",
        "Échec de la remise à ces destinataires ou groupes :\n\na@x.example<mailto:a@x.example>\nL'adresse de messagerie que vous avez saisie est introuvable. Vérifiez l'adresse du destinataire et renvoyez le message.\n\nInformations de diagnostic pour les administrateurs :\nServeur de génération : X\na@x.example\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'\n",
        [("a@x.example", "hard")],
    ),
    "gmailfr": (
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nTo: us@example.org\nSubject: Delivery Status Notification (Failure)\nX-Failed-Recipients: a@x.example",
        "** Adresse introuvable **\n\nVotre message à a@x.example n'a pas été remis, car l'adresse est introuvable ou ne peut pas recevoir de messages.\n\nLa réponse était :\n550 5.1.1 The email account that you tried to reach does not exist.\n",
        [("a@x.example", "hard")],
    ),
    "delay": (
        "From: MAILER-DAEMON@x.example\nTo: us@example.org\nSubject: Warning: could not send message for past 4 hours",
        "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\n   ----- Transcript of session follows -----\n<a@x.example>... Deferred: Connection timed out with x.example.\nWarning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n",
        [("a@x.example", "soft")],
    ),
    "mdaemon": (
        "From: MDaemon@x.example\nTo: us@example.org\nSubject: Permanent Delivery Failure",
        "The following message had a permanent delivery failure.\n\n  --> 550 5.1.1 User unknown\n\nFailed address: a@x.example\n\n--- Session Transcript ---\n",
        [("a@x.example", "hard")],
    ),
    "qmail-toolong": (
        "From: MAILER-DAEMON@x.example\nTo: us@example.org\nSubject: failure notice",
        "Hi. This is the qmail-send program at x.\n\n<a@x.example>:\n1.2.3.4 failed after I sent the message.\nRemote host said: 554 5.7.1 spam rejected\n",
        [("a@x.example", "soft")],
    ),
    "german": (
        "From: Mail Delivery System <Mailer-Daemon@t-online.de>\nTo: us@example.org\nSubject: Unzustellbar",
        "Die folgende Nachricht konnte nicht zugestellt werden an:\n\na@t-online.de\n\nGrund: Der Empfaenger ist unbekannt / user unknown\n",
        [("a@t-online.de", "hard")],
    ),
    "ital": (
        "From: postmaster@libero.it\nTo: us@example.org\nSubject: Mancata consegna",
        "Il messaggio non è stato consegnato al destinatario a@libero.it:\ncasella di posta piena\n",
        [("a@libero.it", "soft")],
    ),
    "pt": (
        "From: MAILER-DAEMON@uol.com.br\nTo: us@example.org\nSubject: Falha na entrega",
        "Sua mensagem não pôde ser entregue a:\n<a@uol.com.br>: Usuário inexistente\n",
        [("a@uol.com.br", "hard")],
    ),
    "nl": (
        "From: postmaster@kpn.nl\nTo: us@example.org\nSubject: Onbestelbaar: hallo",
        "Uw bericht kon niet worden afgeleverd bij:\na@kpn.nl\nDe mailbox is vol\n",
        [("a@kpn.nl", "soft")],
    ),
    "jp": (
        "From: MAILER-DAEMON@docomo.ne.jp\nTo: us@example.org\nSubject: 送信エラー通知",
        "次のあて先への送信に失敗しました。\na@docomo.ne.jp\n宛先メールアドレスが見つかりません\n",
        [("a@docomo.ne.jp", "hard")],
    ),
    "symantec": (
        "From: postmaster@messagelabs.com\nTo: us@example.org\nSubject: Undeliverable mail",
        "The message could not be delivered\n\n    Recipient: a@x.example\n    Reason: 550 5.1.1 no such user\n",
        [("a@x.example", "hard")],
    ),
    "mxlogic": (
        "From: Mail Delivery System <postmaster@mxlogic.net>\nTo: us@example.org\nSubject: Mail delivery failed: returning message to sender\nX-MXL-Hash: x",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its recipients. This is a permanent error. The following address failed:\n\n  <a@x.example>: 550 5.1.1 <a@x.example>... User Unknown\n\nIncluded is a copy of the message header:\n---------\n",
        [("a@x.example", "hard")],
    ),
    "viruswall": (
        'From: "InterScan MSS" <postmaster@x.example>\nTo: us@example.org\nSubject: Mail could not be delivered',
        "****** Message from InterScan Messaging Security Suite ******\n\nSent <<< RCPT TO:<a@x.example>\nReceived >>> 550 5.1.1 <a@x.example>... user unknown\n\nUnable to deliver message to <a@x.example>.\n",
        [("a@x.example", "hard")],
    ),
    "simplefail": (
        "From: Postmaster <postmaster@x.example>\nTo: us@example.org\nSubject: Undeliverable message",
        "Your message to a@x.example has been rejected because the mailbox is unavailable.\n",
        [("a@x.example", "hard")],
    ),
    "bigfoot": (
        "From: MAILER-DAEMON@bigfoot.com\nTo: us@example.org\nSubject: Returned mail: failure notice",
        "   ----- The following addresses had permanent fatal errors -----\n<a@x.example>\n\n   ----- Transcript of session follows -----\n>>> RCPT To:<a@x.example>\n<<< 553 Invalid recipient a@x.example (Mode: normal)\n",
        [("a@x.example", "hard")],
    ),
    "postfix-ru": (
        "From: mailer-daemon@yandex.ru\nTo: us@example.org\nSubject: =?utf-8?b?0J3QtdC00L7RgdGC0LDQstC70LXQvdC90L7QtQ==?=",
        "Письмо не может быть отправлено:\n<a@x.example>: host mx said: 552 5.2.2 Mailbox size limit exceeded (in reply to RCPT TO command)\n",
        [("a@x.example", "soft")],
    ),
}


@pytest.mark.parametrize("name", NOTICES)
def test_a_known_programs_notice_is_read(name):
    head, body, expected = NOTICES[name]
    found = read_bounce(f"{head}\n\n{body}".encode()).results
    assert [(each.recipient, each.kind.value) for each in found] == expected
