"""Count the seats that were sold, or are held by orders that may still be paid."""

from django.db import migrations
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce


def count_seats(apps, schema_editor):
    Offer, Order = (apps.get_model("money", name) for name in ("Offer", "Order"))
    Order.objects.filter(state__in=["pending", "paid"]).update(holds_seat=True)
    held = (
        Order.objects.filter(offer=OuterRef("pk"), holds_seat=True)
        .order_by()
        .values("offer")
        .annotate(count=Count("pk"))
        .values("count")
    )
    Offer.objects.update(seats_taken=Coalesce(Subquery(held), 0))


class Migration(migrations.Migration):

    dependencies = [("money", "0008_offers")]

    operations = [migrations.RunPython(count_seats, migrations.RunPython.noop)]
