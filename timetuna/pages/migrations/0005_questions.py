import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pages', '0004_former_hosts'),
    ]

    operations = [
        migrations.AddField(
            model_name='bookingpage',
            name='redirect_origins',
            field=models.TextField(blank=True, default='', max_length=2000),
        ),
        migrations.AddField(
            model_name='bookingpage',
            name='redirect_url',
            field=models.CharField(blank=True, default='', max_length=500),
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('kind', models.CharField(choices=[('line', 'One line'), ('text', 'Several lines'), ('email', 'Mail address'), ('phone', 'Phone number'), ('number', 'Number'), ('url', 'Web address'), ('address', 'Postal address'), ('date', 'Date'), ('one', 'One of several'), ('many', 'Any of several'), ('yes', 'A box to tick'), ('consent', 'Consent to a text')], default='line', max_length=10)),
                ('label', models.CharField(max_length=200)),
                ('help', models.CharField(blank=True, default='', max_length=300)),
                ('required', models.BooleanField(default=False)),
                ('hidden', models.BooleanField(default=False)),
                ('options', models.JSONField(default=list)),
                ('terms', models.TextField(blank=True, default='', max_length=2000)),
                ('when_key', models.CharField(blank=True, default='', max_length=40)),
                ('when_option', models.CharField(blank=True, default='', max_length=12)),
                ('position', models.PositiveIntegerField(default=0)),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='pages.bookingpage')),
            ],
            options={
                'ordering': ['position', 'id'],
                'constraints': [models.UniqueConstraint(fields=('page', 'key'), name='pages_one_key_a_page')],
            },
        ),
    ]
