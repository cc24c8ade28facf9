-- The upkeep of partitions. No default partition: it would hide a missing day until it is huge.

CREATE FUNCTION id_at(at timestamptz) RETURNS uuid
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
COMMENT ON FUNCTION id_at IS 'The smallest id of that millisecond.';

CREATE FUNCTION partition_name(parent text, day date) RETURNS text
    LANGUAGE sql STABLE STRICT
    RETURN parent || '_' || to_char(day, CASE parent WHEN 'event' THEN 'YYYYMM' ELSE 'YYYYMMDD' END);

-- Attached, not created in place: ATTACH lets the workers go on, CREATE … PARTITION OF stops them.
CREATE FUNCTION add_partition(parent text, first date, until date) RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    name text := partition_name(parent, first);
BEGIN
    IF to_regclass(quote_ident(name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)',
        name, parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        parent, name, id_at(first::timestamp AT TIME ZONE 'UTC'), id_at(until::timestamp AT TIME ZONE 'UTC'));
    RETURN true;
END $$;

-- One day of all three tables goes or stays. They are dropped in the order in which workers lock
-- them (claim first, batch last), and where a worker is in the way the next run tries again.
CREATE FUNCTION drop_day(day date, OUT what text, OUT why text)
    LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    unmarked bigint := 0;
BEGIN
    IF to_regclass(quote_ident(partition_name('batch', day))) IS NOT NULL THEN
        EXECUTE format('SELECT count(*) FROM %I WHERE published_at IS NULL', partition_name('batch', day))
            INTO unmarked;
    END IF;
    IF unmarked > 0 THEN
        what := 'kept';
        why := format('%s batches of that day are not known to be published; see that their workers run, '
            'whose sweepers publish them.', unmarked);
        RETURN;
    END IF;
    FOREACH parent IN ARRAY ARRAY['inbox', 'nothing', 'batch'] LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I', partition_name(parent, day));
    END LOOP;
    what := 'dropped';
    why := 'It is older than 8 days.';
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    what := 'kept';
    why := 'It is in use; the next run tries again.';
END $$;

CREATE FUNCTION maintain_partitions() RETURNS TABLE (what text, relation text, why text)
    LANGUAGE plpgsql
    -- Runs as its owner, so that the role of a worker may call it without owning a table.
    SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    parent text;
    day date;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('leadmill.maintain_partitions', 0));
    FOREACH parent IN ARRAY ARRAY['inbox', 'nothing', 'batch'] LOOP
        FOR day IN SELECT generate_series(today - 8, today + 7, '1 day')::date LOOP
            IF add_partition(parent, day, day + 1) THEN
                what := 'created'; relation := partition_name(parent, day); why := 'A day of ids.';
                RETURN NEXT;
            END IF;
        END LOOP;
    END LOOP;
    FOR day IN SELECT generate_series(date_trunc('month', (today - 8)::timestamp),
                                      date_trunc('month', today::timestamp) + interval '2 months', '1 month')::date LOOP
        IF add_partition('event', day, (day + interval '1 month')::date) THEN
            what := 'created'; relation := partition_name('event', day); why := 'A month of ids.';
            RETURN NEXT;
        END IF;
    END LOOP;
    FOR day IN
        SELECT DISTINCT to_date(right(child.relname, 8), 'YYYYMMDD') AS d
        FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
        WHERE inhparent IN ('inbox'::regclass, 'nothing'::regclass, 'batch'::regclass)
          AND child.relname ~ '_[0-9]{8}$' AND right(child.relname, 8) < to_char(today - 8, 'YYYYMMDD')
        ORDER BY d
    LOOP
        relation := to_char(day, 'YYYY-MM-DD');
        SELECT d.what, d.why INTO what, why FROM drop_day(day) AS d;
        RETURN NEXT;
    END LOOP;
END $$;
COMMENT ON FUNCTION maintain_partitions IS
    'Keeps inbox, nothing and batch from 8 days back to 7 ahead, event from the month of 8 days ago to 2 ahead; says what it did.';

CREATE FUNCTION partition_days_ahead() RETURNS integer
    LANGUAGE sql STABLE
    RETURN (
        SELECT coalesce(min(n), 60) - 1
        FROM generate_series(0, 60) AS n,
             LATERAL (SELECT (now() AT TIME ZONE 'UTC')::date + n) AS d (day),
             unnest(ARRAY['inbox', 'nothing', 'batch', 'event']) AS parent
        WHERE to_regclass(quote_ident(partition_name(parent, d.day))) IS NULL
    );
COMMENT ON FUNCTION partition_days_ahead IS
    'For how many days after today every table has its partition; -1: not even for today.';

REVOKE EXECUTE ON FUNCTION maintain_partitions(), drop_day(date), add_partition(text, date, date) FROM PUBLIC;
