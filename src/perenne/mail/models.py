"""The outbox: what is to be sent, to which address, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Transport(models.Model):
    """A way out for mail, and how much it may be given (AE17, AE18).

    Address and password stay in the settings: `name` "default" is SMTP_URL, any other
    one the line of that name in MAIL_URLS.

    rank          1 goes first; equal ranks share the work, a later one steps in while
                  all before it rest or have had their day's mail
    engines       how many workers may send through it at the same time
    warm_up_...   mails on its first day and daily growth, for a server that nobody
                  knows yet; 0 mails on the first day: no plan
    taken_on_day  mails claimed on counted_on and not given back
    problem       the server's words when it refused us; it rests until retry_at
    wake_at       set while a delivery task waits to run
    """

    class Carries(models.TextChoices):
        ALL = "all", _("Letters and service mail")
        LETTERS = "letters", _("Letters only")
        SERVICE = "service", _("Service mail only")

    name = models.CharField(max_length=40, unique=True)
    is_active = models.BooleanField(_("In use"), default=True)
    carries = models.CharField(
        _("What it carries"), max_length=10, choices=Carries, default=Carries.ALL
    )
    rank = models.PositiveSmallIntegerField(_("Rank"), default=1)
    connections = models.PositiveSmallIntegerField(
        _("Connections at the same time"), default=4
    )
    engines = models.PositiveSmallIntegerField(_("Workers at the same time"), default=1)
    rate_per_minute = models.PositiveIntegerField(
        _("Messages per minute, 0 for no limit"), default=0
    )
    daily_cap = models.PositiveIntegerField(
        _("Messages per day, 0 for no limit"), default=0
    )
    warm_up_from = models.DateField(_("First day"), null=True, blank=True)
    warm_up_first_day = models.PositiveIntegerField(
        _("Messages on the first day"), default=0
    )
    warm_up_growth_percent = models.PositiveSmallIntegerField(
        _("More each day, in per cent"), default=30
    )
    counted_on = models.DateField(null=True)
    taken_on_day = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    problem_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    wake_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(connections__gte=1) & Q(connections__lte=100),
                name="transport_has_1_to_100_connections",
            ),
            models.CheckConstraint(
                condition=Q(engines__gte=1) & Q(engines__lte=16),
                name="transport_has_1_to_16_engines",
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1) & Q(rank__lte=9),
                name="transport_has_a_rank_of_1_to_9",
            ),
            models.CheckConstraint(
                condition=Q(warm_up_first_day=0) | Q(warm_up_from__isnull=False),
                name="transport_warm_up_has_a_first_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EngineSeat(models.Model):
    """The right of one engine to send through a transport: its lease.

    A seat is free when `engine` is "" or was not seen for a while.
    """

    transport = models.ForeignKey(
        Transport, on_delete=models.CASCADE, related_name="seats"
    )
    number = models.PositiveSmallIntegerField()
    engine = models.CharField(max_length=64, blank=True)
    host = models.CharField(max_length=255, blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transport", "number"], name="engineseat_once_per_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transport_id}-{self.number}"


class DomainLimit(models.Model):
    """How much one transport may give to the addresses of one domain (AE18)."""

    transport = models.ForeignKey(
        Transport, on_delete=models.CASCADE, related_name="domain_limits"
    )
    domain = models.CharField(_("Domain"), max_length=253)
    rate_per_minute = models.PositiveIntegerField(
        _("Messages per minute, 0 for no limit"), default=0
    )
    connections = models.PositiveSmallIntegerField(
        _("Messages at the same time, 0 for no limit"), default=0
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transport", "domain"], name="domainlimit_once_per_transport"
            ),
            models.CheckConstraint(
                condition=Q(rate_per_minute__gt=0) | Q(connections__gt=0),
                name="domainlimit_limits_something",
            ),
        ]

    def __str__(self) -> str:
        return self.domain


class Message(models.Model):
    """One mail as written: to one address, or a letter to many.

    ref                    the writer's own name for it; the same ref is never sent twice
    subject, html, text    may hold {{ merge.<key> }}
    list_unsubscribe_base  letters: address to which "<token>/" is added
    total, sent, failed, suppressed, cancelled
                           kept with each outcome, so that progress needs no counting
    rate_per_minute        as the engine last saw it
    bounced, complained    recipients of whom a bounce said so after the sending
    held_for               why the letter paused itself (R29); "" when the owner did
    seen                   the counts that the owner had before them when they went on
    """

    class HeldFor(models.TextChoices):
        COMPLAINTS = "complaints", _("too many readers report it as spam")
        BOUNCES = "bounces", _("too many addresses do not exist")

    class Kind(models.TextChoices):
        TRANSACTIONAL = "transactional", _("Service mail")
        LETTER = "letter", _("Letter")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Being sent")
        PAUSED = "paused", _("Paused")
        CANCELLED = "cancelled", _("Cancelled")
        DONE = "done", _("Done")

    ref = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=15, choices=Kind)
    subject = models.CharField(max_length=500)
    html = models.TextField(blank=True)
    text = models.TextField()
    reply_to = models.CharField(max_length=254, blank=True)
    list_unsubscribe_base = models.CharField(max_length=500, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State)
    total = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    suppressed = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    rate_per_minute = models.PositiveIntegerField(default=0)
    bounced = models.PositiveIntegerField(default=0)
    complained = models.PositiveIntegerField(default=0)
    held_for = models.CharField(max_length=10, choices=HeldFor, blank=True)
    seen = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        permissions = [("send_test", "Can send a test mail")]
        constraints = [
            models.CheckConstraint(condition=~Q(ref=""), name="message_has_a_ref"),
            models.CheckConstraint(
                condition=~Q(text=""), name="message_has_a_plain_text"
            ),
            models.CheckConstraint(
                condition=(Q(kind="letter") & ~Q(list_unsubscribe_base=""))
                | (Q(kind="transactional") & Q(list_unsubscribe_base="")),
                name="message_letters_and_only_they_unsubscribe",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="message_state"),
            models.Index(fields=["kind", "id"], name="message_kind"),
            models.Index(
                fields=["id"],
                name="message_running_letters",
                condition=Q(state="running"),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class AttachedFile(models.Model):
    """A file that goes with a service mail."""

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="attached_files"
    )
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.filename


class Delivery(models.Model):
    """One message to one address: its state, its attempts, the server's last word.

    lane        0 for service mail, which goes first; a letter's id otherwise, so that a
                paused letter of a million rows costs the others nothing
    queue       "" or, once its domain's limit held it back, that domain: so that a
                million that wait for their turn cost the others nothing
    ref         the caller's name for the recipient ("person:12")
    merge       values for {{ merge.<key> }}
    claimed_by  the engine that holds it while it is claimed; its outcome is stored
                before the same connection begins the next message, so after a crash the
                claimed rows hold at most one sent message per connection
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        CLAIMED = "claimed", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SUPPRESSED = "suppressed", _("Not sent: on the suppression list")
        CANCELLED = "cancelled", _("Cancelled")

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    lane = models.BigIntegerField(default=0)
    queue = models.CharField(max_length=253, blank=True)
    address = models.CharField(max_length=254)
    ref = models.CharField(max_length=100, blank=True)
    merge = models.JSONField(default=dict, blank=True)
    unsubscribe_token = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=64, blank=True)
    claimed_at = models.DateTimeField(null=True)
    smtp_code = models.PositiveSmallIntegerField(default=0)
    smtp_reply = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "address"], name="delivery_once_per_address"
            ),
            models.CheckConstraint(
                condition=~Q(status="sent") | Q(sent_at__isnull=False),
                name="delivery_sent_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "queue", "next_attempt_at", "id"],
                name="delivery_due",
                condition=Q(status="queued"),
            ),
            models.Index(
                fields=["claimed_by", "id"],
                name="delivery_claimed",
                condition=Q(status="claimed"),
            ),
            models.Index(
                fields=["message", "id"],
                name="delivery_failed",
                condition=Q(status="failed"),
            ),
            models.Index(fields=["address", "id"], name="delivery_address"),
        ]

    def __str__(self) -> str:
        return self.address


class Suppression(models.Model):
    """An address that must not be written to, and why (AE16, R30).

    The hash is keyed with the installation's secret and outlives the address itself,
    which is emptied when the person is erased.
    """

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        BOUNCED = "bounced", _("The address does not exist")
        COMPLAINED = "complained", _("Reported as spam")
        MANUAL = "manual", _("Added by hand")

    address_hash = models.CharField(max_length=64)
    address = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=12, choices=Reason)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address_hash", "reason"], name="suppression_once_per_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.address or self.address_hash[:12]


class Bounce(models.Model):
    """What a returned mail, a complaint or a provider said about one recipient.

    Rows are kept as they are; only the address and the server's words are erased.
    fingerprint  names the mail or event: whatever way it comes, it counts once
    is_proven    it carries the secret of our Message-ID or came over a provider's own
                 address: nobody else could have made it up
    delivery     the one it is about, else the last one to that address
    source       "mail", "hook:<provider>"
    """

    class Kind(models.TextChoices):
        HARD = "hard", _("The address is dead")
        SOFT = "soft", _("Passing failure")
        COMPLAINT = "complaint", _("Reported as spam")

    fingerprint = models.CharField(max_length=64)
    address_hash = models.CharField(max_length=64)
    address = models.CharField(max_length=254, blank=True)
    kind = models.CharField(_("Kind"), max_length=9, choices=Kind)
    reason = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20, blank=True)
    diagnostic = models.CharField(max_length=500, blank=True)
    is_proven = models.BooleanField()
    delivery = models.ForeignKey(
        Delivery, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    source = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint", "address_hash"], name="bounce_once_per_report"
            ),
        ]
        indexes = [
            models.Index(fields=["address_hash", "at"], name="bounce_of_address"),
            models.Index(fields=["message", "id"], name="bounce_of_message"),
            models.Index(fields=["kind", "at"], name="bounce_kind"),
        ]

    def __str__(self) -> str:
        return self.address or self.address_hash[:12]


class SendingKey(models.Model):
    """A key with which we sign mail of a domain (DKIM, RFC 6376, RFC 8463).

    public    as it stands in the DNS record, base64
    sealed    the private key, encrypted with the installation's secret
    state     prepared until its record is found in the DNS; signing; retired when a
              newer key signs: its record stays published while mail is on its way
    """

    class Algorithm(models.TextChoices):
        RSA = "rsa", "RSA"
        ED25519 = "ed25519", "Ed25519"

    class State(models.TextChoices):
        PREPARED = "prepared", _("Waiting for its DNS record")
        SIGNING = "signing", _("Signs")
        RETIRED = "retired", _("Retired")

    domain = models.CharField(max_length=253)
    selector = models.CharField(max_length=63)
    algorithm = models.CharField(max_length=8, choices=Algorithm)
    public = models.TextField()
    sealed = models.BinaryField()
    state = models.CharField(max_length=8, choices=State, default=State.PREPARED)
    created_at = models.DateTimeField()
    signing_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "selector"], name="sendingkey_selector_once"
            ),
            models.UniqueConstraint(
                fields=["domain", "algorithm"],
                condition=Q(state="signing"),
                name="sendingkey_one_signs",
            ),
            models.UniqueConstraint(
                fields=["domain", "algorithm"],
                condition=Q(state="prepared"),
                name="sendingkey_one_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"


class DomainCheck(models.Model):
    """What the DNS said about the sending domain when it was last asked (AE19)."""

    domain = models.CharField(max_length=253, unique=True)
    findings = models.JSONField(default=list)
    is_good = models.BooleanField()
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.domain
