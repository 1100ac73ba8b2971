from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0008_further_guest_mailbox"),
    ]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="visit_fingerprint",
            field=models.CharField(default="before there were visits", max_length=64),
            preserve_default=False,
        ),
    ]
