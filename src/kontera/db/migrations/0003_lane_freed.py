"""A lane that was drained tells the workers when another wake-up of it waits already.

The queue (Procrastinate 3) tells its workers of a new task, and never that the lock a waiting one needs has become
free: a wake-up that came during a drain would lie until a worker looks again by itself. Decides nothing else; sends
the queue's own message, on the queue's own channel.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

_TELL = """
CREATE FUNCTION kontera_lane_freed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    waiting bigint;
BEGIN
    SELECT min(id) INTO waiting FROM procrastinate_jobs WHERE lock = OLD.lock AND status = 'todo';
    IF waiting IS NOT NULL THEN
        PERFORM pg_notify('procrastinate_queue_v1#' || OLD.queue_name,
                          json_build_object('type', 'job_inserted', 'job_id', waiting)::text);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER kontera_lane_freed AFTER DELETE ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.status = 'doing') EXECUTE FUNCTION kontera_lane_freed();
"""
_TELL_NO_MORE = "DROP TRIGGER kontera_lane_freed ON procrastinate_jobs; DROP FUNCTION kontera_lane_freed();"


class Migration(migrations.Migration):
    """One trigger on the queue's table."""

    dependencies: ClassVar = [("kontera", "0002_guards"), ("procrastinate", "0041_post_retry_failed_job")]
    operations: ClassVar = [migrations.RunSQL(_TELL, _TELL_NO_MORE)]
