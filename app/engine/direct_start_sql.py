"""The statements of `direct_start`, on the tables of DBOS 3.4.0 in SQLite."""

import sqlalchemy as sa

# SQLite uses a partial index only if a statement repeats its condition word for word, and reads the rows in the order
# of the index only if the test for a single status comes first.
_IN_FLIGHT = "queue_name = :queue AND status IN ('ENQUEUED', 'PENDING')"
_NOW_MS = "CAST(strftime('%s', 'now') * 1000 AS BIGINT)"  # as in DBOS

# A waiting workflow counts like a running one, so that none overtakes it.
HAS_ROOM = sa.text(f"""
    SELECT (SELECT count(*) FROM (SELECT 1 FROM workflow_status WHERE {_IN_FLIGHT} LIMIT :at_once)) < :at_once
       AND (SELECT count(*) FROM (SELECT 1 FROM workflow_status WHERE {_IN_FLIGHT}
               AND queue_partition_key = :user LIMIT :per_user)) < :per_user
""")  # noqa: S608 - of our own words

END = sa.text(f"""
    UPDATE workflow_status SET status = :became, deduplication_id = NULL, owner_xid = NULL,
           updated_at = {_NOW_MS}, completed_at = {_NOW_MS}
     WHERE workflow_uuid = :workflow AND status = 'PENDING' AND (:owner IS NULL OR owner_xid = :owner)
""")  # noqa: S608 - of our own words
OUTPUT = sa.text("""
    INSERT INTO workflow_output (workflow_uuid, output, error) VALUES (:workflow, :output, :error)
        ON CONFLICT (workflow_uuid) DO UPDATE SET output = excluded.output, error = excluded.error
""")

FREE_PLACES = sa.text(f"""
    SELECT max(0, :at_once - count(*)) FROM workflow_status WHERE status = 'PENDING' AND {_IN_FLIGHT}
""")  # noqa: S608 - of our own words
CLAIM = sa.text(f"""
    UPDATE workflow_status SET status = 'PENDING', owner_xid = :claim, executor_id = :executor,
           application_version = :version, recovery_attempts = recovery_attempts + 1,
           started_at_epoch_ms = {_NOW_MS}, updated_at = {_NOW_MS}
     WHERE workflow_uuid = (
        SELECT workflow_uuid FROM workflow_status AS waiting WHERE status = 'ENQUEUED' AND {_IN_FLIGHT}
           AND (application_version IS NULL OR application_version = :version)
           AND (SELECT count(*) FROM (SELECT 1 FROM workflow_status WHERE status = 'PENDING' AND {_IN_FLIGHT}
                   AND queue_partition_key = waiting.queue_partition_key LIMIT :per_user)) < :per_user
         ORDER BY priority, created_at, application_name, rowid LIMIT 1)
    RETURNING workflow_uuid
""")  # noqa: S608 - of our own words
HAS_WAITING = sa.text(f"SELECT EXISTS (SELECT 1 FROM workflow_status WHERE status = 'ENQUEUED' AND {_IN_FLIGHT})")  # noqa: S608 - of our own words
