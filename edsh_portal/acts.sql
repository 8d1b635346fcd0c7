-- Acts of two: what binds the State is proposed by one person and approved by another, each half an event of the chain.
--
-- The portal's logins only read the table: act_propose and act_decide write it. The trigger holds for everyone, the owner
-- included. What an act opens (money, roles, accounts …) is opened in the transaction of its approval and in no other:
-- the walls of those tables call act_need().
-- Refusals: EP010 no approved act says so - EP011 not this person's half - EP012 no longer waiting - EP013 frozen or forged.

CREATE FUNCTION act_hash(p_kind text, p_subject_type text, p_subject_id bigint, p_version text, p_payload jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(
    jsonb_build_array(1, p_kind, p_subject_type, p_subject_id, p_version, p_payload)::text, 'UTF8')), 'hex')
$$;

-- An open account that holds one of the roles; « * » leaves the person to the gate of the kind.
CREATE FUNCTION act_may(p_by bigint, p_roles text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM directory_user u WHERE u.id = p_by AND u.is_active AND ('*' = ANY (p_roles) OR EXISTS (
    SELECT FROM directory_user_groups m JOIN auth_group g ON g.id = m.group_id WHERE m.user_id = u.id AND g.name = ANY (p_roles))))
$$;

CREATE FUNCTION act_propose(p_kind text, p_subject_type text, p_subject_id bigint, p_version text, p_payload jsonb,
                            p_stream text, p_by bigint, p_at timestamptz)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_payload jsonb := p_payload || jsonb_build_object('salt', gen_random_uuid());   -- the hash alone tells nothing
  v_hash text := act_hash(p_kind, p_subject_type, p_subject_id, p_version, v_payload);
  v_id bigint := nextval(pg_get_serial_sequence('act', 'id'));
  v_event bigint;
BEGIN
  v_event := event_append(p_stream, 'act.proposed', 'edsh_portal.act', v_id, p_by, p_at,
               jsonb_build_object('act', v_id, 'kind', p_kind, 'payload', v_hash, 'state', 'proposed'));
  INSERT INTO act (id, kind, subject_type, subject_id, subject_version, stream, payload, payload_sha256, state,
                   proposed_by_id, proposed_at, proposed_event_id, reason)
  OVERRIDING SYSTEM VALUE
  SELECT v_id, p_kind, p_subject_type, p_subject_id, p_version, p_stream, v_payload, v_hash, 'proposed', p_by, e.at, e.id, ''
    FROM event e WHERE e.id = v_event;
  RETURN v_id;
END $$;

-- Approved or returned by another person, taken back by its proposer, lapsed when its subject has changed. The event's id.
CREATE FUNCTION act_decide(p_act bigint, p_state text, p_reason text, p_by bigint, p_at timestamptz)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_act act%ROWTYPE;
  v_event bigint;
BEGIN
  SELECT * INTO v_act FROM act WHERE id = p_act FOR NO KEY UPDATE;
  IF v_act.state IS DISTINCT FROM 'proposed' THEN
    RAISE EXCEPTION 'act %: no longer waiting', p_act USING ERRCODE = 'EP012';
  END IF;
  v_event := event_append(v_act.stream, 'act.' || p_state, 'edsh_portal.act', p_act, p_by, p_at,
               jsonb_build_object('act', p_act, 'kind', v_act.kind, 'payload', v_act.payload_sha256, 'state', p_state));
  UPDATE act SET state = p_state, reason = p_reason, decided_by_id = p_by, decided_event_id = v_event,
                 decided_at = (SELECT at FROM event WHERE id = v_event), decided_in = pg_current_xact_id()::text::bigint
   WHERE id = p_act;
  RETURN v_event;
END $$;

COMMENT ON FUNCTION act_hash IS 'door: web';   -- `verify` computes it again, as whoever runs it
COMMENT ON FUNCTION act_propose IS 'door: web';
COMMENT ON FUNCTION act_decide IS 'door: web, worker';   -- the worker: what lapses

-- Each half is its event's, word for word. That a payload never changes, that an act is decided once and never deleted is its
-- model's declaration.
CREATE FUNCTION wall_act() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_kind act_kind%ROWTYPE;
  v_event bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.proposed_event_id ELSE NEW.decided_event_id END;
  v_by bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.proposed_by_id ELSE NEW.decided_by_id END;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.decided_in IS DISTINCT FROM pg_current_xact_id()::text::bigint THEN
    RAISE EXCEPTION 'act %: decided in this transaction or in none', NEW.id USING ERRCODE = 'EP013';
  ELSIF TG_OP = 'INSERT' AND (NEW.state <> 'proposed' OR NEW.payload_sha256 <>
          act_hash(NEW.kind, NEW.subject_type, NEW.subject_id, NEW.subject_version, NEW.payload)) THEN
    RAISE EXCEPTION 'an act begins proposed, with the hash of its payload' USING ERRCODE = 'EP013';
  ELSIF NOT EXISTS (SELECT FROM event e WHERE e.id = v_event AND e.kind = 'act.' || NEW.state AND e.stream = NEW.stream
          AND e.subject_type = 'edsh_portal.act' AND e.subject_id = NEW.id AND e.by_id IS NOT DISTINCT FROM v_by
          AND e.data->>'payload' = NEW.payload_sha256) THEN
    RAISE EXCEPTION 'act %: not what its event says', NEW.id USING ERRCODE = 'EP013';
  END IF;
  SELECT * INTO v_kind FROM act_kind WHERE name = NEW.kind;
  IF NOT (CASE NEW.state
         WHEN 'proposed' THEN act_may(v_by, v_kind.proposers)
         WHEN 'taken_back' THEN v_by = NEW.proposed_by_id
         WHEN 'lapsed' THEN true
         ELSE v_by <> NEW.proposed_by_id AND act_may(v_by, v_kind.approvers) END) THEN
    RAISE EXCEPTION 'act %: this half is not for person %', NEW.id, v_by USING ERRCODE = 'EP011';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_act BEFORE INSERT OR UPDATE ON act FOR EACH ROW EXECUTE FUNCTION wall_act();

-- Refuses what no act approved in this transaction says: called by the walls of what binds.
CREATE FUNCTION act_need(p_kind text, p_says jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM act WHERE decided_in = pg_current_xact_id()::text::bigint AND state = 'approved'
                    AND kind = p_kind AND payload @> p_says) THEN
    RAISE EXCEPTION 'no approved act « % » says %', p_kind, p_says USING ERRCODE = 'EP010';
  END IF;
END $$;

CREATE VIEW audit.acts AS
  SELECT id, kind, subject_type, subject_id, state, payload_sha256, proposed_by_id, proposed_at, decided_by_id, decided_at, reason
    FROM act;
