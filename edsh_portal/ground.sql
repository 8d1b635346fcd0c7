-- The ground in SQL: one clock, one way to append an event, walls that no role can talk its way through.

CREATE FUNCTION portal_now() RETURNS timestamptz LANGUAGE sql VOLATILE SET search_path = public, pg_temp AS $$
  SELECT coalesce(frozen_at, clock_timestamp() + shift) FROM portal_clock
$$;
COMMENT ON FUNCTION portal_now IS 'door: web, worker, auditor';
INSERT INTO portal_clock (one, shift, frozen_at) VALUES (true, '0', NULL) ON CONFLICT DO NOTHING;

-- Who may write in the portal's own name, nobody being at work: whoever has the right to call this.
CREATE FUNCTION portal_alone() RETURNS void LANGUAGE sql AS '';
COMMENT ON FUNCTION portal_alone IS 'door: worker';

-- Whether an event of this kind may bear this name. The owner names anybody (and `verify` names what it wrote); another login
-- whoever has proved to be at work (directory/actor.sql), whoever began what is still owed, or nobody: beside whoever is at work,
-- alone where it has the right to, or for what a visitor writes. What is owed was born with its event, under no key: a row that is added later lends no name.
CREATE FUNCTION event_proved(p_kind text, p_by bigint)
RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF session_user = current_user THEN
    RETURN true;
  ELSIF p_by IS NULL THEN
    RETURN has_function_privilege(session_user, 'portal_alone()', 'EXECUTE') OR portal_actor() IS NOT NULL OR visitor_writes(p_kind);
  ELSIF p_by = portal_actor() OR letter_proves(p_kind, p_by) THEN
    RETURN true;
  END IF;
  RETURN EXISTS (
    SELECT 1 FROM owed_kind o JOIN delivery d ON d.reaction = o.reaction AND d.key = '' AND d.state <> 'done'
      JOIN event e ON e.id = d.event_id AND e.kind = o.cause WHERE o.kind = p_kind AND e.by_id = p_by);
END $$;

-- Holds the heads of these streams, in one order for everyone, and answers the portal's present: whatever was written there is
-- before it, and nobody writes there until this transaction ends.
CREATE FUNCTION event_hold(p_streams text[]) RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_stream text;
BEGIN
  FOR v_stream IN SELECT DISTINCT s COLLATE "C" FROM unnest(p_streams) s ORDER BY 1 LOOP
    INSERT INTO event_head (stream, seq, hash) VALUES (v_stream, 0, repeat('0', 64)) ON CONFLICT (stream) DO NOTHING;
    PERFORM 1 FROM event_head WHERE stream = v_stream FOR NO KEY UPDATE;
  END LOOP;
  RETURN portal_now();
END $$;
COMMENT ON FUNCTION event_hold IS 'door: web, worker';

-- Appends one event at the end of its stream. The head row is the lock. The canonical text (format version first) is
-- stored and hashed with the hash before it. Logins other than the owner may only write "now" (no back-dating), in the name
-- of whoever has proved to be at work.
CREATE FUNCTION event_append(p_stream text, p_kind text, p_subject_type text, p_subject_id bigint, p_by bigint,
                             p_at timestamptz, p_data jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  head event_head%ROWTYPE;
  v_at timestamptz;
  v_body text;
  v_hash text;
  v_seals text;
  v_id bigint;
BEGIN
  IF NOT event_proved(p_kind, p_by) THEN
    RAISE EXCEPTION 'event_append: % by % is not proved', p_kind, coalesce(p_by::text, 'nobody') USING ERRCODE = 'EP006';
  END IF;
  INSERT INTO event_head (stream, seq, hash) VALUES (p_stream, 0, repeat('0', 64)) ON CONFLICT (stream) DO NOTHING;
  SELECT * INTO head FROM event_head WHERE stream = p_stream FOR NO KEY UPDATE;
  v_at := coalesce(p_at, portal_now());  -- read once nobody else can write there
  IF session_user <> current_user AND v_at NOT BETWEEN portal_now() - interval '1 minute' AND portal_now() + interval '1 second' THEN
    RAISE EXCEPTION 'event_append: % is not the portal''s present', v_at USING ERRCODE = 'EP001';
  END IF;
  IF v_at < head.at THEN
    RAISE EXCEPTION 'event_append: % is before the last event of %', v_at, p_stream USING ERRCODE = 'EP002';
  END IF;
  v_seals := seal_rows(p_stream, head.seq + 1);
  v_body := jsonb_build_array(3, p_stream, head.seq + 1, p_kind, p_subject_type, p_subject_id, p_by,
              to_char(v_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), coalesce(p_data, '{}'), v_seals,
              session_user, head.hash)::text;
  v_hash := encode(sha256(convert_to(v_body, 'UTF8')), 'hex');
  INSERT INTO event (stream, seq, kind, subject_type, subject_id, by_id, at, data, login, body, seals,
                     previous_hash, hash)
    VALUES (p_stream, head.seq + 1, p_kind, p_subject_type, p_subject_id, p_by, v_at, coalesce(p_data, '{}'), session_user,
            v_body, v_seals, head.hash, v_hash)
    RETURNING id INTO v_id;
  UPDATE event_head SET seq = head.seq + 1, hash = v_hash, at = v_at WHERE stream = p_stream;
  RETURN v_id;
END $$;
COMMENT ON FUNCTION event_append IS 'door: web, worker';

-- Second wall (the rights of the logins are the first): what no role declares that it does is refused to everyone, the
-- owner included. Its triggers are laid from the models' declarations (edsh_portal/walls/rights.py), named by what they keep.
CREATE FUNCTION wall_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused to everyone: %', TG_OP, TG_TABLE_NAME, TG_NAME USING ERRCODE = 'EP003';
END $$;

-- The state of a noun moves only along workflow_step, insertion included. Argument: the noun.
CREATE FUNCTION wall_workflow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_source text := '';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.state = NEW.state THEN RETURN NEW; END IF;
    v_source := OLD.state;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM workflow_step WHERE noun = TG_ARGV[0] AND source = v_source AND target = NEW.state) THEN
    RAISE EXCEPTION '%: no step from "%" to "%"', TG_ARGV[0], v_source, NEW.state USING ERRCODE = 'EP004';
  END IF;
  RETURN NEW;
END $$;

-- What the auditor reads (role auditor: USAGE on this schema and SELECT on everything).
CREATE SCHEMA audit;
CREATE VIEW audit.obligations AS
  SELECT d.id, e.stream, e.seq, e.kind, d.reaction, d.key, d.queue, d.state, d.due_at, d.tries, d.last_error, d.done_at
  FROM delivery d JOIN event e ON e.id = d.event_id;
