-- The reserve is called in its order: an aid to a dossier that stands behind another, which may still be called, needs an act of two that
-- says over whom (R61). Refusals: EP017 out of order.

-- The dossiers of the reserve that stand before this one and for which nothing is proposed or decided. One truth, for the verb and the wall.
CREATE FUNCTION reserve_ahead(p_application bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(ahead.application_id ORDER BY ahead.application_id), '{}')
    FROM reviews_rankingline own
    JOIN reviews_session s ON s.id = own.session_id AND s.state = 'closed'
    JOIN reviews_rankingline ahead ON ahead.session_id = own.session_id AND ahead.list = 'reserve'
     AND (coalesce(ahead.reserve_order, 0), ahead.rank, ahead.application_id) < (coalesce(own.reserve_order, 0), own.rank, own.application_id)
    JOIN applications_application a ON a.id = ahead.application_id AND a.state = 'admissible'
   WHERE own.application_id = p_application AND own.list = 'reserve'
     AND NOT EXISTS (SELECT FROM decisions_proposal p LEFT JOIN decisions_decision d ON d.proposal_id = p.id
          WHERE p.application_id = a.id AND (p.state = 'proposed' OR (p.state = 'approved' AND d.state IS DISTINCT FROM 'revoked')))
$$;
COMMENT ON FUNCTION reserve_ahead IS 'door: web';

CREATE FUNCTION wall_reserve() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_ahead bigint[] := CASE NEW.kind WHEN 'award' THEN reserve_ahead(NEW.application_id) ELSE '{}' END;
BEGIN
  IF v_ahead <> '{}' AND NOT EXISTS (SELECT FROM decisions_reservecall WHERE application_id = NEW.application_id AND over @> v_ahead) THEN
    RAISE EXCEPTION 'dossier %: the reserve is called in its order', NEW.application_id USING ERRCODE = 'EP017';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_reserve BEFORE INSERT ON decisions_proposal FOR EACH ROW EXECUTE FUNCTION wall_reserve();
CREATE TRIGGER wall_reserve BEFORE INSERT ON decisions_decision FOR EACH ROW EXECUTE FUNCTION wall_reserve();

CREATE FUNCTION wall_reserve_call() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_says jsonb := jsonb_build_object('application', NEW.application_id, 'over', to_jsonb(NEW.over), 'reason', NEW.reason);
BEGIN
  PERFORM act_need('reserve.call', v_says);
  IF NOT EXISTS (SELECT FROM act WHERE id = NEW.act_id AND kind = 'reserve.call' AND payload @> v_says
                    AND decided_in = pg_current_xact_id()::text::bigint) THEN
    RAISE EXCEPTION 'call of dossier %: by its act', NEW.application_id USING ERRCODE = 'EP010';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_reserve_call BEFORE INSERT ON decisions_reservecall FOR EACH ROW EXECUTE FUNCTION wall_reserve_call();

-- What was frozen into proposals stays as it was frozen.
CREATE FUNCTION wall_scenario() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_scenario bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.scenario_id ELSE NEW.scenario_id END;
BEGIN
  IF EXISTS (SELECT FROM decisions_scenario WHERE id = v_scenario AND frozen_at IS NOT NULL) THEN
    RAISE EXCEPTION 'scenario %: frozen', v_scenario USING ERRCODE = 'EP020';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER wall_scenario BEFORE INSERT OR DELETE ON decisions_scenariopart FOR EACH ROW EXECUTE FUNCTION wall_scenario();
CREATE TRIGGER wall_scenario BEFORE INSERT OR DELETE ON decisions_scenarioaside FOR EACH ROW EXECUTE FUNCTION wall_scenario();
