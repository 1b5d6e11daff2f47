"""Remove the content engine's own welcome page: before the set-up there is no site."""

from django.db import migrations


def remove_welcome_page(apps, schema_editor):
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    welcome = Page.objects.filter(depth=2, content_type__model="page")
    Site.objects.filter(root_page__in=welcome).delete()
    removed, _rows = welcome.delete()
    if removed:
        left = Page.objects.filter(depth=2).count()
        Page.objects.filter(depth=1).update(numchild=left)


class Migration(migrations.Migration):
    dependencies = [
        ("website", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(remove_welcome_page, migrations.RunPython.noop),
    ]
