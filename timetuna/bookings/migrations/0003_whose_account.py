import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def organizers(apps, schema_editor):
    bookings = apps.get_model("bookings", "Booking").objects.filter(pk=OuterRef("booking"))
    apps.get_model("bookings", "Conference").objects.update(host=Subquery(bookings.values("host")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0002_teams"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="conference",
            name="host",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(organizers, migrations.RunPython.noop),
    ]
