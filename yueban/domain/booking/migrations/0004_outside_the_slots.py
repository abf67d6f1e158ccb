"""Appointments outside the slots have a time of their own (R1.2, R3.4), and a cancelled one may be replaced (R4.3)."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def _appointment():
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="booking.appointment"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0003_leaner_indexes"),
        ("calendar", "0003_leaner_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="appointment",
            name="slot",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="calendar.slot"
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=Q(place="counter", slot__isnull=False)
                | Q(place__in=["urgent", "home_visit", "inspection"], slot__isnull=True),
                name="appointment_slot_only_at_the_counter",
            ),
        ),
        migrations.CreateModel(
            name="Rebooking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("new", _appointment()),
                ("old", _appointment()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("old",), name="rebooked_once")]},
        ),
    ]
