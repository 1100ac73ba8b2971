from typing import Any

from django.db import migrations, models

from timetuna.db.public_id import PublicId, name_rows


def _name_rows(apps: Any, _editor: Any) -> None:
    name_rows(apps.get_model("pages", "bookingpage"), "pg_")
    name_rows(apps.get_model("pages", "schedule"), "sc_")
    name_rows(apps.get_model("pages", "outofoffice"), "aw_")
    name_rows(apps.get_model("pages", "bookinglink"), "ln_")


class Migration(migrations.Migration):
    dependencies = [("pages", "0010_availability")]

    operations = [
        migrations.AddField(
            model_name="bookingpage",
            name="public_id",
            field=models.CharField(editable=False, max_length=24, null=True),
        ),
        migrations.AddField(
            model_name="schedule",
            name="public_id",
            field=models.CharField(editable=False, max_length=24, null=True),
        ),
        migrations.AddField(
            model_name="outofoffice",
            name="public_id",
            field=models.CharField(editable=False, max_length=24, null=True),
        ),
        migrations.AddField(
            model_name="bookinglink",
            name="public_id",
            field=models.CharField(editable=False, max_length=24, null=True),
        ),
        migrations.RunPython(_name_rows, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="bookingpage",
            name="public_id",
            field=models.CharField(
                default=PublicId("pg_"), editable=False, max_length=24, unique=True
            ),
        ),
        migrations.AlterField(
            model_name="schedule",
            name="public_id",
            field=models.CharField(
                default=PublicId("sc_"), editable=False, max_length=24, unique=True
            ),
        ),
        migrations.AlterField(
            model_name="outofoffice",
            name="public_id",
            field=models.CharField(
                default=PublicId("aw_"), editable=False, max_length=24, unique=True
            ),
        ),
        migrations.AlterField(
            model_name="bookinglink",
            name="public_id",
            field=models.CharField(
                default=PublicId("ln_"), editable=False, max_length=24, unique=True
            ),
        ),
    ]
