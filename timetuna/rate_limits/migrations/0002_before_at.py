from django.db import migrations


def _add(apps, schema_editor):
    # SQLite's file of counts gets it when it is opened.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE rate_limit_counts ADD COLUMN IF NOT EXISTS before_at double precision")


class Migration(migrations.Migration):
    dependencies = [("rate_limits", "0001_initial")]
    operations = [migrations.RunPython(_add, migrations.RunPython.noop)]
