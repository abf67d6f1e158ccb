import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('queueing', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ticket',
            name='ticket_number_once',
        ),
        migrations.AddField(
            model_name='ticket',
            name='numbering',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='queueing.numbering'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.UniqueConstraint(fields=('numbering', 'number'), name='ticket_number_once'),
        ),
    ]
