from typing import Any

from django.db import migrations, models

from timetuna.db.public_id import PublicId, name_rows


def _name_rows(apps: Any, _editor: Any) -> None:
    name_rows(apps.get_model("accounts", "teaminvitation"), "iv_")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_programs")]

    operations = [
        migrations.AddField(
            model_name="teaminvitation",
            name="public_id",
            field=models.CharField(editable=False, max_length=24, null=True),
        ),
        migrations.RunPython(_name_rows, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="teaminvitation",
            name="public_id",
            field=models.CharField(
                default=PublicId("iv_"), editable=False, max_length=24, unique=True
            ),
        ),
    ]
