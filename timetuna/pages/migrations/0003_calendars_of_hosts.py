"""Which calendars block a page and get its events says each of its hosts, where the page said it of its owner's."""

import django.db.models.deletion
from django.db import migrations, models


def move(apps, schema_editor):
    """To the owner's row. Pages that have several hosts so far are held by all of them together."""
    pages, hosts = apps.get_model('pages', 'BookingPage'), apps.get_model('pages', 'PageHost')
    owners = {}
    for page in pages.objects.all():
        chosen = {name: getattr(page, name) for name in ('own_calendars', 'writes', 'write_calendar_id')}
        owners[page.pk], _ = hosts.objects.update_or_create(page=page, host_id=page.host_id, defaults=chosen)
        if hosts.objects.filter(page=page).exclude(host_id=page.host_id).exists():
            pages.objects.filter(pk=page.pk).update(staffing='all')
    rows = apps.get_model('pages', 'PageCalendar').objects.order_by('id').values_list('page_id', 'calendar_id')
    blocking = apps.get_model('pages', 'PageHostCalendar')
    blocking.objects.bulk_create(blocking(page_host=owners[page], calendar_id=row) for page, row in rows)
    if schema_editor.connection.vendor == 'postgresql':  # or it refuses to change the tables that rows refer to
        schema_editor.execute('SET CONSTRAINTS ALL IMMEDIATE')


class Migration(migrations.Migration):

    dependencies = [
        ('calendars', '0001_initial'),
        ('pages', '0002_teams'),
    ]

    operations = [
        migrations.CreateModel(
            name='PageHostCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='calendars.calendar')),
                ('page_host', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendars', to='pages.pagehost')),
            ],
        ),
        migrations.AddField(
            model_name='pagehost',
            name='own_calendars',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='pagehost',
            name='writes',
            field=models.CharField(choices=[('default', 'Default'), ('chosen', 'Chosen'), ('nowhere', 'Nowhere')], default='default', max_length=10),
        ),
        migrations.AddField(
            model_name='pagehost',
            name='write_calendar',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='calendars.calendar'),
        ),
        migrations.RunPython(move),
        migrations.DeleteModel(
            name='PageCalendar',
        ),
        migrations.AddConstraint(
            model_name='pagehostcalendar',
            constraint=models.UniqueConstraint(fields=('page_host', 'calendar'), name='pages_one_calendar_once'),
        ),
        migrations.RemoveField(
            model_name='bookingpage',
            name='own_calendars',
        ),
        migrations.RemoveField(
            model_name='bookingpage',
            name='writes',
        ),
        migrations.RemoveField(
            model_name='bookingpage',
            name='write_calendar',
        ),
    ]
