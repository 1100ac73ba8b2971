import django.db.models.deletion
from django.db import migrations, models

from timetuna.bookings.models import new_public_id

AT_ONCE = 500


def name_them(apps, schema_editor):
    Booking = apps.get_model("bookings", "Booking")
    while rows := list(Booking.objects.filter(public_id=None).only("pk")[:AT_ONCE]):
        for row in rows:
            row.public_id = new_public_id()
        Booking.objects.bulk_update(rows, ["public_id"])


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0006_what_turns_were_by'),
        ('pages', '0005_questions'),
    ]

    operations = [
        migrations.AddField(
            model_name='booking',
            name='public_id',
            field=models.CharField(editable=False, max_length=24, null=True),
        ),
        migrations.RunPython(name_them, migrations.RunPython.noop, elidable=False),
        migrations.AlterField(
            model_name='booking',
            name='public_id',
            field=models.CharField(default=new_public_id, editable=False, max_length=24, unique=True),
        ),
        migrations.CreateModel(
            name='BookingOrigin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('utm_source', models.CharField(blank=True, default='', max_length=200)),
                ('utm_medium', models.CharField(blank=True, default='', max_length=200)),
                ('utm_campaign', models.CharField(blank=True, default='', max_length=200)),
                ('utm_term', models.CharField(blank=True, default='', max_length=200)),
                ('utm_content', models.CharField(blank=True, default='', max_length=200)),
                ('referrer', models.CharField(blank=True, default='', max_length=200)),
                ('metadata', models.JSONField(default=dict)),
                ('booking', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='origin', to='bookings.booking')),
            ],
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('label', models.CharField(max_length=200)),
                ('kind', models.CharField(max_length=10)),
                ('value', models.JSONField()),
                ('text', models.TextField(max_length=2000)),
                ('hidden', models.BooleanField(default=False)),
                ('attendee', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='bookings.attendee')),
                ('question', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='pages.question')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('attendee', 'key'), name='bookings_one_answer_each')],
            },
        ),
    ]
