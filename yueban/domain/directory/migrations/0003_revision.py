"""What planning and availability read of the directory tells caches when it changed."""

from django.db import migrations

TABLES = ("directory_centre", "directory_queue", "directory_counter", "directory_counterqueue")

TRIGGERS = "\n".join(
    f"CREATE TRIGGER bump_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION bump_revision();"
    for table in TABLES
)
UNDO = "\n".join(f"DROP TRIGGER bump_revision ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_labels_and_retired_regions"),
        ("regulation", "0002_revision_and_founding_regulation"),
    ]

    operations = [migrations.RunSQL(TRIGGERS, UNDO)]
