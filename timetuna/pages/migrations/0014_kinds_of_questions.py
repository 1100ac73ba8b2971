from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pages', '0013_phone'),
    ]

    operations = [
        migrations.AlterField(
            model_name='question',
            name='kind',
            field=models.CharField(choices=[('line', 'Short text'), ('text', 'Long text'), ('email', 'Email address'), ('phone', 'Phone number'), ('number', 'Number'), ('url', 'Link'), ('address', 'Postal address'), ('date', 'Date'), ('one', 'Single choice'), ('many', 'Multiple choice'), ('yes', 'Checkbox'), ('consent', 'Consent')], default='line', max_length=10),
        ),
    ]
