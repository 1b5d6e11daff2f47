"""What is sold: offers in every state, what they open, and codes for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import typst
from django.core.files.base import ContentFile

from perenne.courses.api import (
    LessonContent,
    LessonRules,
    MediaKind,
    add_course,
    add_download,
    add_lesson,
    keep_file,
    publish_course,
    publish_lesson,
    save_draft,
)
from perenne.courses.models import Lesson, Section
from perenne.memberships.api import add_tier
from perenne.money.actions.offers.coupons import add_coupon
from perenne.money.actions.offers.prices import PriceTerms, set_price
from perenne.money.actions.orders.around import Around, set_around
from perenne.money.actions.subscriptions.subscription_rules import (
    set_plan_group,
    set_subscription_rules,
)
from perenne.money.api import add_offer, set_grants
from perenne.money.queries.offers.offers import current_prices
from perenne.streams.api import default_stream, ensure_default_streams
from tests.journeys.fullhouse.stops import Stop

FILM = Path(__file__).parents[1] / "film.webm"
OWNER = {"actor": "owner"}
FIRM = "[name=buyer_type][value=business]"
LESSON = (
    "<h2>Une seule idée</h2><p>Une page qui dit deux choses n'en dit <strong>aucune"
    "</strong>. <a href='/blog/'>Lisez un exemple.</a></p><h3>À faire</h3>"
    "<ol><li>Écrivez la phrase.</li><li>Lisez-la à voix haute.</li></ol>"
    "<blockquote>On relit ce qui respire.</blockquote>"
)
ABOUT = "<h2>Pour qui</h2><p>Pour qui écrit et vend seul.</p><ul><li>Court</li></ul>"


@dataclass
class Shop:
    """What the parts of the house share: offers and tokens by their names."""

    now: object
    offers: dict = field(default_factory=dict)
    keys: dict = field(default_factory=dict)

    def ago(self, days):
        return self.now - timedelta(days=days)


def open_catalogue(shop):
    """Put everything up; prices are a year and more old, except one that fell."""
    ensure_default_streams(language="fr", now=shop.ago(500))
    _write_course(shop)
    _keep_booklet(shop)
    tier = add_tier(
        name="Le Cercle", description="Un atelier par mois.", now=shop.ago(400), **OWNER
    )
    shop.keys["tier"] = tier.pk
    cercle, cours, plans = (
        ("tier", str(tier.pk)),
        ("course", str(shop.keys["course"])),
        ("download", str(shop.keys["download"])),
    )
    service, content = "digital_service", "digital_content"
    put = _putting(shop)
    put("cercle", "Le Cercle", service, [cercle], ("month", 2_900), ("year", 29_000))
    put("cercle-plus", "Le Cercle et l'atelier", service, [cercle], ("month", 4_900))
    put("cours", "Écrire pour être lu", content, [cours], ("one_off", 19_000))
    put("plans", "50 plans de lettres", content, [plans])
    put("relecture", "La relecture", "service", [], ("one_off", 2_500))
    put("essai", "Le Cercle, à l'essai", service, [cercle])
    put("complet", "L'atelier du samedi", "service", [], ("one_off", 9_000), seats=1)
    put("sans-prix", "Le prochain cours", content, [cours])
    put(
        "bientot",
        "La masterclass",
        content,
        [cours],
        ("one_off", 9_000),
        opens_at=shop.now + timedelta(days=3),
    )
    put(
        "ferme",
        "La première édition",
        content,
        [cours],
        ("one_off", 15_000),
        opens_at=shop.ago(20),
        closes_at=shop.ago(10),
        closing_reason="Je corrige les exercices de chacun, une promotion à la fois.",
    )
    _more_prices(shop)
    _surround(shop)
    set_plan_group(
        None,
        name="Cercle",
        offer_ids=[shop.offers["cercle"].pk, shop.offers["cercle-plus"].pk],
        now=shop.now,
        **OWNER,
    )
    return _stops(shop)


def _putting(shop):
    def put(slug, title, law, grants, *prices, **fields):
        shop.offers[slug] = offer = add_offer(
            slug=slug,
            title=title,
            legal_nature=law,
            summary="Dites l'essentiel, en une page.",
            description=ABOUT,
            stream_id=default_stream("digital").pk,
            now=shop.ago(400),
            **OWNER,
            **fields,
        )
        set_grants(offer.pk, grants=grants, now=shop.ago(400), **OWNER)
        for interval, cents in prices:
            _price(shop, slug, cents, interval)

    return put


def _price(shop, slug, cents, interval, *, days=400, currency="EUR", **terms):
    set_price(
        shop.offers[slug].pk,
        PriceTerms(cents, currency, interval, **terms),
        now=shop.ago(days),
        **OWNER,
    )


def _more_prices(shop):
    """Instalments, a price of one's choice, a trial, dollars, and a fall in price."""
    _price(shop, "cours", 7_000, "month", instalments=3)
    _price(shop, "cours", 14_900, "one_off", days=5)
    _price(shop, "plans", 3_900, "one_off", minimum_cents=500)
    _price(shop, "essai", 2_900, "month", trial_days=14)
    _price(shop, "essai", 3_200, "month", trial_days=14, currency="USD")


def _surround(shop):
    pk = {slug: offer.pk for slug, offer in shop.offers.items()}
    around = {
        "cours": Around(
            can_be_given=True,
            proposed=pk["relecture"],
            sentence="Je relis votre première page avec vous.",
        ),
        "cercle": Around(
            can_be_given=True,
            remind_hours=4,
            bumps=((pk["relecture"], "Je relis votre première page avec vous."),),
        ),
    }
    for slug, wanted in around.items():
        set_around(pk[slug], wanted=wanted, now=shop.now, **OWNER)
    add_coupon(code="AUTOMNE", offers=[], percent_bp=2_000, now=shop.ago(9), **OWNER)
    stay = add_coupon(
        code="RESTER", offers=[], percent_bp=3_000, periods=3, now=shop.ago(9), **OWNER
    )
    set_subscription_rules(
        retry_days=[1, 3, 5], grace_days=7, stay_coupon=stay, now=shop.ago(400), **OWNER
    )


def _write_course(shop):
    """Three lessons: one with a film and a file, one plain, one that opens later."""
    at = shop.ago(400)
    course = add_course(
        title="Écrire pour être lu", summary="Neuf leçons.", now=at, **OWNER
    )
    section = Section.objects.get(course=course)
    media = {
        "video_id": _kept(shop, FILM.read_bytes(), MediaKind.VIDEO, "film.webm"),
        "attachment_id": _kept(shop, _booklet(), MediaKind.FILE, "exercice.pdf"),
    }
    for title, files in (("La phrase", media), ("Le plan", {}), ("La relecture", {})):
        content = LessonContent(title=title, body=LESSON, minutes=12, **files)
        lesson = add_lesson(section.pk, content=content, now=at, **OWNER)
        if title == "La relecture":
            rules = LessonRules(slug=lesson.slug, opens_after_days=60)
            save_draft(
                lesson.pk, content=content, rules=rules, based_on=1, now=at, **OWNER
            )
        publish_lesson(lesson.pk, now=at, **OWNER)
    publish_course(course.pk, now=at, **OWNER)
    shop.keys["course"] = course.pk
    shop.keys["lessons"] = [
        f"/me/courses/{course.slug}/{slug}/"
        for slug in Lesson.objects.order_by("pk").values_list("slug", flat=True)
    ]


def _kept(shop, content, kind, name):
    file = ContentFile(content)
    return keep_file(file, kind=kind, name=name, now=shop.ago(400), **OWNER).pk


def _booklet():
    return bytes(typst.compile(b"= Plans", format="pdf"))


def _keep_booklet(shop):
    media_id = _kept(shop, _booklet(), MediaKind.FILE, "plans.pdf")
    download = add_download(
        title="50 plans de lettres", media_id=media_id, now=shop.ago(400), **OWNER
    )
    shop.keys["download"] = download.pk
    shop.keys["download_path"] = f"/me/downloads/{download.slug}/"


def _checkout(shop, slug, interval, **more):
    """Return the address of the checkout of one way to pay."""
    price = next(
        row
        for row in current_prices(shop.offers[slug].pk, shop.now)
        if row.interval == interval and row.currency == "EUR"
    )
    return f"/checkout/{slug}/?{urlencode({'price': price.pk, **more})}"


def _stops(shop):
    """Every offer's page, and the checkout of each way to pay."""
    pay = ".summary .button--primary"
    month = _checkout(shop, "cercle", "month")
    business = {"company": "Silva SARL", "siren": "12", "vat_number": "FR1"}
    return [
        *(
            Stop(f"/offers/{slug}/")
            for slug in ("cercle", "cours", "plans", "complet", "sans-prix")
        ),
        Stop("/offers/essai/?currency=USD"),
        Stop("/offers/bientot/"),
        Stop("/offers/ferme/"),
        Stop(month, press=pay, status=422),
        Stop(f"{month}&coupon=AUTOMNE"),
        Stop(f"{month}&coupon=RIEN"),
        Stop(month, press=pay, choose=FIRM, fill=business, status=422),
        Stop(_checkout(shop, "cercle", "year", gift=1), press=pay, status=422),
        Stop(_checkout(shop, "cours", "one_off", gift=1)),
        Stop(_checkout(shop, "cours", "month")),
        Stop(_checkout(shop, "plans", "one_off")),
        Stop(_checkout(shop, "essai", "month")),
        *(
            Stop(f"/checkout/{slug}/", status=409)
            for slug in ("bientot", "ferme", "complet")
        ),
    ]
