import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery


def give_to_organizers(apps, schema_editor):
    Booking = apps.get_model("bookings", "Booking")
    HistoryEntry = apps.get_model("bookings", "HistoryEntry")
    PrivateNotes = apps.get_model("bookings", "PrivateNotes")
    written = Booking.objects.exclude(private_notes="").only("host_id", "private_notes")
    PrivateNotes.objects.bulk_create(
        (
            PrivateNotes(booking_id=row.pk, host_id=row.host_id, text=row.private_notes)
            for row in written.iterator(chunk_size=500)
        ),
        batch_size=500,
    )
    organizer = Booking.objects.filter(pk=OuterRef("booking")).values("host")
    theirs = Q(actor="host") | Q(event__in=("event_written", "event_waiting", "event_removed"))
    HistoryEntry.objects.filter(theirs).update(host=Subquery(organizer))


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0003_whose_account'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='historyentry',
            name='host',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='PrivateNotes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=5000)),
                ('booking', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='bookings.booking')),
                ('host', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('booking', 'host'), name='bookings_own_notes_once')],
            },
        ),
        migrations.RunPython(give_to_organizers, migrations.RunPython.noop, elidable=False),
        migrations.RemoveField(
            model_name='booking',
            name='private_notes',
        ),
    ]
