from typing import Any

from django.db import migrations, models

from timetuna.db.public_id import PublicId, name_rows


def _name_rows(apps: Any, _editor: Any) -> None:
    name_rows(apps.get_model("accounts", "user"), "us_")
    name_rows(apps.get_model("accounts", "team"), "tm_")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_contact")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="public_id",
            field=models.CharField(editable=False, max_length=24, null=True),
        ),
        migrations.AddField(
            model_name="team",
            name="public_id",
            field=models.CharField(editable=False, max_length=24, null=True),
        ),
        migrations.RunPython(_name_rows, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="user",
            name="public_id",
            field=models.CharField(
                default=PublicId("us_"), editable=False, max_length=24, unique=True
            ),
        ),
        migrations.AlterField(
            model_name="team",
            name="public_id",
            field=models.CharField(
                default=PublicId("tm_"), editable=False, max_length=24, unique=True
            ),
        ),
    ]
