from django.db import migrations, models

MAILS = (
    "accounts.send_mail",
    "bookings.follow_up",
    "bookings.mail",
    "bookings.reminder",
    "bookings.sample_mail",
    "calendars.mended_mail",
    "calendars.reconnect_mail",
    "calendars.trouble_mail",
)


def fill_lanes(apps, schema_editor):
    jobs = apps.get_model("jobs", "Job").objects
    jobs.filter(name__in=MAILS).exclude(state="done").update(lane="mail")


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]

    operations = [
        migrations.AddField("job", "lane", models.CharField(default="", max_length=10)),
        migrations.AddField("job", "tried_at", models.DateTimeField(null=True)),
        migrations.RunPython(fill_lanes, migrations.RunPython.noop, elidable=True),
        migrations.RemoveIndex("job", "jobs_due"),
        migrations.AddIndex(
            "job",
            models.Index(condition=models.Q(("state", "waiting")), fields=["lane", "run_at", "id"], name="jobs_due"),
        ),
    ]
