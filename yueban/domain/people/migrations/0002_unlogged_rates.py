"""Rates are counted in an unlogged table: no WAL, no fsync, and a crash only forgives."""

from django.db import migrations


class Migration(migrations.Migration):
    """Storage of people_rate; rows are updated in place thousands of times, hence the room on each page."""

    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE people_rate SET UNLOGGED; ALTER TABLE people_rate SET (fillfactor = 50);",
            "ALTER TABLE people_rate SET LOGGED; ALTER TABLE people_rate RESET (fillfactor);",
        ),
    ]
