"""The log's own laws, kept by the database: append-only rows, and positions given after commit."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;

-- Only `position` and `seal_id` may be filled in, once each.
CREATE TRIGGER event_append_only BEFORE UPDATE ON audit_event FOR EACH ROW
WHEN (
    (OLD.id, OLD.at, OLD.kind, OLD.by, OLD.centre_id, OLD.appointment_id, OLD.ticket_id, OLD.person_id,
     OLD.clause, OLD.reason, OLD.data)
    IS DISTINCT FROM
    (NEW.id, NEW.at, NEW.kind, NEW.by, NEW.centre_id, NEW.appointment_id, NEW.ticket_id, NEW.person_id,
     NEW.clause, NEW.reason, NEW.data)
    OR (OLD.position IS NOT NULL AND NEW.position IS DISTINCT FROM OLD.position)
    OR (OLD.seal_id IS NOT NULL AND NEW.seal_id IS DISTINCT FROM OLD.seal_id)
)
EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER event_never_deleted BEFORE DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER seal_append_only BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION audit_refuse();
"""

FORGET = """
DROP TRIGGER event_append_only ON audit_event;
DROP TRIGGER event_never_deleted ON audit_event;
DROP TRIGGER seal_append_only ON audit_seal;
DROP FUNCTION audit_refuse();
"""

# Each statement of a volatile function reads anew, so the one behind the lock sees what others committed before it.
SEQUENCE = """
CREATE FUNCTION audit_sequence(batch integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    reached bigint;
    moved bigint;
BEGIN
    PERFORM FROM audit_event WHERE position IS NULL LIMIT 1;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(7284190003);
    SELECT coalesce(max(position), 0) INTO reached FROM audit_event;
    WITH fresh AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place
        FROM (SELECT id FROM audit_event WHERE position IS NULL ORDER BY id LIMIT batch) AS waiting
    )
    UPDATE audit_event AS event SET position = reached + fresh.place FROM fresh WHERE event.id = fresh.id;
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END $$;
"""


class Migration(migrations.Migration):
    """Triggers and the sequencer."""

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, FORGET),
        migrations.RunSQL(SEQUENCE, "DROP FUNCTION audit_sequence(integer);"),
    ]
