"""The database itself refuses two active bookings of one host that overlap, whoever writes."""

from django.db import migrations

# The host as a degenerate range needs no extension, which managed PostgreSQL may not allow.
POSTGRESQL = """
ALTER TABLE bookings_bookinghost ADD CONSTRAINT bookings_host_overlap
EXCLUDE USING gist (int8range(host_id, host_id, '[]') WITH &&, int8range(start_minute, end_minute) WITH &&)
WHERE (active)
"""

# No booking is longer than a day (check constraint), so the index on (host, start) bounds the look.
SQLITE = """
CREATE TRIGGER bookings_host_overlap_{verb} BEFORE {verb} ON bookings_bookinghost
WHEN NEW.active AND EXISTS (
    SELECT 1 FROM bookings_bookinghost AS other
    WHERE other.host_id = NEW.host_id AND other.active AND other.id IS NOT NEW.id
    AND other.start_minute > NEW.start_minute - 1440 AND other.start_minute < NEW.end_minute
    AND other.end_minute > NEW.start_minute)
BEGIN SELECT RAISE(ABORT, 'bookings_host_overlap'); END
"""


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        for verb in ("INSERT", "UPDATE"):
            schema_editor.execute(SQLITE.format(verb=verb))


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE bookings_bookinghost DROP CONSTRAINT bookings_host_overlap")
    else:
        for verb in ("INSERT", "UPDATE"):
            schema_editor.execute(f"DROP TRIGGER bookings_host_overlap_{verb}")


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial")]
    operations = [migrations.RunPython(add, drop)]
