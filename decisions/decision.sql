-- A decision is made and withdrawn by acts of two, signed by who may sign for the State (signature.sql); what it says never
-- changes, its PDF is attached once, it is never deleted. For the minutes that its call gives, who approved it may recall it alone,
-- and nothing is laid out before; for which an hour is set, nothing is released before.

CREATE FUNCTION wall_decision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_moving text[] := ARRAY['state', 'recalled', 'document_id', 'sha256', 'rendered_at', 'release_at', 'release_planned_by_id',
                           'released_by_id', 'released_at', 'notified_at', 'revoked_by_id', 'revoked_at', 'revoked_reason'];
  v_source text;   -- of the delegation that the letter names
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'decision %: a decision is not deleted', OLD.number USING ERRCODE = 'EP020';
  ELSIF TG_OP = 'INSERT' THEN     -- born of an act of two, approved in this transaction
    PERFORM act_need('decision.approve', jsonb_build_object('proposal', NEW.proposal_id, 'kind', NEW.kind, 'cents', NEW.cents));
    v_source := NEW.snapshot->'signatory'->>'delegation';
    IF NOT EXISTS (SELECT FROM act WHERE decided_in = pg_current_xact_id()::text::bigint AND kind = 'decision.approve'
                      AND payload @> jsonb_build_object('proposal', NEW.proposal_id)
                      AND decided_by_id = NEW.approved_by_id AND decided_at = NEW.approved_at)
       OR NOT (CASE WHEN v_source IS NULL THEN act_may(NEW.approved_by_id, ARRAY['direction'])
                   ELSE signature_delegated(NEW.approved_by_id, NEW.approved_at, v_source) END) THEN
      RAISE EXCEPTION 'decision %: person % may not sign it', NEW.number, NEW.approved_by_id USING ERRCODE = 'EP016';
    END IF;
    IF NEW.recall_until IS DISTINCT FROM (SELECT NEW.approved_at + make_interval(mins => s.recall_minutes)
         FROM applications_application a JOIN calls_wave w ON w.id = a.wave_id JOIN calls_callsettings s ON s.id = w.settings_id
        WHERE a.id = NEW.application_id) THEN
      RAISE EXCEPTION 'decision %: recalled as long as its call says', NEW.number USING ERRCODE = 'EP020';
    END IF;
    RETURN NEW;
  ELSIF NEW.recalled AND NOT OLD.recalled THEN                          -- recalled while it may be
    IF OLD.state <> 'approved' OR portal_now() >= OLD.recall_until THEN
      RAISE EXCEPTION 'decision %: no longer to be recalled', OLD.number USING ERRCODE = 'EP020';
    END IF;
  ELSIF NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL THEN      -- or withdrawn by another
    PERFORM act_need('decision.revoke', jsonb_build_object('decision', NEW.id, 'reason', NEW.revoked_reason));
    IF EXISTS (SELECT FROM act WHERE decided_in = pg_current_xact_id()::text::bigint AND kind = 'decision.revoke'
                  AND payload @> jsonb_build_object('decision', NEW.id, 'ground', 'unlawful'))
       AND (portal_now() AT TIME ZONE 'Europe/Paris')::date
           > ((OLD.approved_at AT TIME ZONE 'Europe/Paris')::date + interval '4 months')::date THEN
      RAISE EXCEPTION 'decision %: withdrawn as unlawful within four months', OLD.number USING ERRCODE = 'EP021';   -- CRPA L242-1
    END IF;
  END IF;
  IF to_jsonb(NEW) - v_moving IS DISTINCT FROM to_jsonb(OLD) - v_moving THEN
    RAISE EXCEPTION 'decision %: frozen', OLD.number USING ERRCODE = 'EP020';
  END IF;
  IF NEW.rendered_at IS NOT NULL AND OLD.rendered_at IS NULL AND portal_now() < OLD.recall_until
     OR NEW.released_at IS NOT NULL AND OLD.released_at IS NULL AND portal_now() < NEW.release_at THEN
    RAISE EXCEPTION 'decision %: its hour has not come', OLD.number USING ERRCODE = 'EP020';
  END IF;
  IF (OLD.rendered_at IS NOT NULL AND (NEW.document_id, NEW.sha256, NEW.rendered_at)
        IS DISTINCT FROM (OLD.document_id, OLD.sha256, OLD.rendered_at))
     OR (OLD.released_at IS NOT NULL AND (NEW.released_at, NEW.released_by_id) IS DISTINCT FROM (OLD.released_at, OLD.released_by_id))
     OR (OLD.notified_at IS NOT NULL AND NEW.notified_at IS DISTINCT FROM OLD.notified_at)
     OR (OLD.revoked_at IS NOT NULL) THEN
    RAISE EXCEPTION 'decision %: this fact is set once', OLD.number USING ERRCODE = 'EP020';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_decision BEFORE INSERT OR UPDATE OR DELETE ON decisions_decision FOR EACH ROW EXECUTE FUNCTION wall_decision();

-- A letter is posted of a decision that is released, or of a procedure that is opened, to who is told by post (goes_by_post of
-- applications/reception.sql); and who is, is notified of a decision by a letter received.
CREATE FUNCTION by_post(p_decision bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT goes_by_post(application_id, notified_at) FROM decisions_decision WHERE id = p_decision
$$;

CREATE FUNCTION wall_letter() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM decisions_decision WHERE id = NEW.decision_id AND state = 'released' AND by_post(id))
     AND NOT EXISTS (SELECT FROM decisions_procedure WHERE id = NEW.procedure_id AND letter_id IS NOT NULL AND closes_at IS NULL
                        AND state IN ('open', 'observed')) THEN
    RAISE EXCEPTION 'letter %: of what is not to be posted', NEW.number USING ERRCODE = 'EP020';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_letter BEFORE INSERT OR UPDATE ON decisions_registeredletter FOR EACH ROW EXECUTE FUNCTION wall_letter();

CREATE FUNCTION wall_notification() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.kind = 'decision' AND by_post(NEW.decision_id)
     AND NOT EXISTS (SELECT FROM decisions_registeredletter WHERE decision_id = NEW.decision_id AND received_on IS NOT NULL) THEN
    RAISE EXCEPTION 'notification of %: by a letter received', NEW.decision_id USING ERRCODE = 'EP020';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_notification BEFORE INSERT ON decisions_notification FOR EACH ROW EXECUTE FUNCTION wall_notification();

CREATE FUNCTION wall_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_moving text[] := ARRAY['state', 'decided_by_id', 'decided_at', 'reason'];
BEGIN
  IF TG_OP = 'DELETE' OR OLD.state <> 'proposed' OR to_jsonb(NEW) - v_moving IS DISTINCT FROM to_jsonb(OLD) - v_moving THEN
    RAISE EXCEPTION 'proposal %: frozen', OLD.id USING ERRCODE = 'EP020';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_proposal BEFORE UPDATE OR DELETE ON decisions_proposal FOR EACH ROW EXECUTE FUNCTION wall_proposal();

-- Numbers go up by one and never back.
CREATE FUNCTION wall_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'INSERT' AND NEW.last <> 0)
     OR (TG_OP = 'UPDATE' AND (NEW.year <> OLD.year OR NEW.last <> OLD.last + 1)) THEN
    RAISE EXCEPTION 'the counter of decisions goes up by one' USING ERRCODE = 'EP020';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_counter BEFORE INSERT OR UPDATE OR DELETE ON decisions_decisioncounter
  FOR EACH ROW EXECUTE FUNCTION wall_counter();
