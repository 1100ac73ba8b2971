"""Accounts with calendars that were never listed so far block as well, by a row that stands for all of them."""

from django.db import migrations

WITH_CALENDARS = ("caldav", "google", "icalfeed", "microsoft")


def block(apps, _editor):
    Account, Calendar = (apps.get_model("calendars", name) for name in ("CalendarAccount", "Calendar"))
    for row in Account.objects.filter(calendars_read_at=None, provider__in=WITH_CALENDARS):
        name = f"Every calendar of {row.email or row.display_name}"[:300]
        Calendar.objects.get_or_create(account=row, outside_id="", defaults={"name": name})


class Migration(migrations.Migration):
    dependencies = [("calendars", "0006_by_the_providers_clock")]

    operations = [migrations.RunPython(block, migrations.RunPython.noop)]
