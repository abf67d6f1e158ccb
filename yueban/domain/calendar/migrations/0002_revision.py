"""Days, years and timetables tell caches when they changed."""

from django.db import migrations

TABLES = ("calendar_year", "calendar_day", "calendar_session")

TRIGGERS = "\n".join(
    f"CREATE TRIGGER bump_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION bump_revision();"
    for table in TABLES
)
UNDO = "\n".join(f"DROP TRIGGER bump_revision ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("calendar", "0001_initial"),
        ("regulation", "0002_revision_and_founding_regulation"),
    ]

    operations = [migrations.RunSQL(TRIGGERS, UNDO)]
