"""Give what was sold before its one line and the amount it renews at."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def write_lines(apps, schema_editor):
    Order, Line, Price, Subscription = (
        apps.get_model("money", name)
        for name in ("Order", "OrderLine", "Price", "Subscription")
    )
    orders = Order.objects.filter(lines=None).iterator(chunk_size=1000)
    Line.objects.bulk_create(
        (
            Line(
                order_id=order.pk,
                position=1,
                role="main",
                offer_id=order.offer_id,
                price_id=order.price_id,
                list_cents=order.gross_cents,
                net_cents=order.net_cents,
                tax_cents=order.tax_cents,
                gross_cents=order.gross_cents,
                vat_rate_bp=order.vat_rate_bp,
            )
            for order in orders
        ),
        batch_size=1000,
    )
    price = Price.objects.filter(pk=OuterRef("price_id")).values("amount_cents")
    Subscription.objects.filter(amount_cents=0).update(amount_cents=Subquery(price))


class Migration(migrations.Migration):

    dependencies = [("money", "0005_selling")]

    operations = [migrations.RunPython(write_lines, migrations.RunPython.noop)]
