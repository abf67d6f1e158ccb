"""The revision that grows with every change of reference data, and the founding regulation."""

from django.db import migrations

from yueban.domain.regulation.rules import Parameters
from yueban.domain.regulation.rules.texts import shenqiu_2022_7

# A sequence and not `number + 1`: a number given to a transaction that rolled back is never given to another state,
# so equal numbers always mean equal data. Other contexts attach the function to their own tables.
REVISION = """
CREATE SEQUENCE regulation_revision_seq START 2;
INSERT INTO regulation_revision (id, number) VALUES (1, 1) ON CONFLICT (id) DO NOTHING;
CREATE FUNCTION bump_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO regulation_revision (id, number) VALUES (1, nextval('regulation_revision_seq'))
    ON CONFLICT (id) DO UPDATE SET number = excluded.number;
    RETURN NULL;
END $$;
CREATE TRIGGER bump_revision AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON regulation_regulation
    FOR EACH STATEMENT EXECUTE FUNCTION bump_revision();
"""

UNDO = """
DROP TRIGGER bump_revision ON regulation_regulation;
DROP FUNCTION bump_revision();
DROP SEQUENCE regulation_revision_seq;
"""


def seed(apps, schema_editor):
    document = shenqiu_2022_7()
    apps.get_model("regulation", "Regulation").objects.get_or_create(
        effective_from=document.effective_from,
        defaults={
            "title": document.title,
            "number": document.number,
            "parameters": Parameters().to_json(),
            "clauses": list(document.clauses),
        },
    )


class Migration(migrations.Migration):
    dependencies = [("regulation", "0001_initial")]

    operations = [
        migrations.RunSQL(REVISION, UNDO),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
