from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pages', '0014_kinds_of_questions'),
    ]

    operations = [
        migrations.AddField(
            model_name='bookingpage',
            name='currency',
            field=models.CharField(blank=True, default='', max_length=3),
        ),
        migrations.AddField(
            model_name='bookingpage',
            name='price',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='bookingpage',
            name='charges_tax',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='bookingpage',
            name='refund_hours',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='duration',
            name='price',
            field=models.BigIntegerField(null=True),
        ),
    ]
