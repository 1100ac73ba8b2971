import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0014_numbers'),
    ]

    operations = [
        migrations.CreateModel(
            name='StoppedNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number_hash', models.CharField(max_length=64, unique=True)),
                ('stopped_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='SentText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message', models.CharField(max_length=64, unique=True)),
                ('state', models.CharField(choices=[('leaving', 'Leaving'), ('sent', 'Sent'), ('failed', 'Failed')], default='leaving', max_length=7)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('attendee', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sent_texts', to='bookings.attendee')),
            ],
        ),
        migrations.CreateModel(
            name='TextConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wording', models.TextField(max_length=1000)),
                ('number_hash', models.CharField(max_length=64)),
                ('agreed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('attendee', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='text_consent', to='bookings.attendee')),
            ],
            options={
                'indexes': [models.Index(fields=['number_hash'], name='bookings_consents_of_number')],
            },
        ),
    ]
