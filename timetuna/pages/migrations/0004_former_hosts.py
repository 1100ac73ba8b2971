import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pages', '0003_calendars_of_hosts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='pagehost',
            name='host',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='page_hosts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='pagehost',
            constraint=models.CheckConstraint(condition=models.Q(('active', False), ('host__isnull', False), _connector='OR'), name='pages_host_has_account'),
        ),
    ]
