from django.db import migrations

from timetuna.rate_limits.store import TABLE


def _create(apps, schema_editor):
    # SQLite counts in a file of its own, which is made when it is first needed.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(TABLE.format(kind="UNLOGGED TABLE"))


def _drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TABLE rate_limit_counts")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunPython(_create, _drop)]
