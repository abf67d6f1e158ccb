"""Package tasks say why they were returned, and since when they stand where they do (R5.2)."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("booking", "0005_calls")]

    operations = [
        migrations.AddField(
            model_name="packagetask",
            name="changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="packagetask",
            name="reason",
            field=models.CharField(db_default="", default="", max_length=300),
        ),
        migrations.AddConstraint(
            model_name="packagetask",
            constraint=models.CheckConstraint(
                condition=Q(state__in=["pushed", "in_progress", "done", "returned", "withdrawn"]),
                name="package_task_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="packagetask",
            constraint=models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="package_task_returned_with_reason"
            ),
        ),
    ]
