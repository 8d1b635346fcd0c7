-- Nobody's award is withdrawn, no money claimed back, and no member put out of a consortium, before its addressee could answer (CRPA L121-1,
-- L122-1): the act of two is not proposed before its procedure has ended.
-- Refusals: EP021.

CREATE FUNCTION wall_procedure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN             -- never less than fifteen days from now, whatever day it says it was opened
    IF NEW.closes_at < portal_now() + interval '15 days' OR (NEW.closes_at IS NULL) <> goes_by_post(NEW.application_id, NULL) THEN
      RAISE EXCEPTION 'procedure: under fifteen days' USING ERRCODE = 'EP021';
    END IF;
  ELSIF OLD.closes_at IS NULL AND NEW.closes_at IS NOT NULL THEN       -- by post: its days are counted from the reception of the letter
    IF NOT EXISTS (SELECT FROM decisions_registeredletter WHERE procedure_id = NEW.id
                      AND NEW.closes_at = ((received_on + NEW.days + 1)::timestamp AT TIME ZONE 'Europe/Paris')) THEN
      RAISE EXCEPTION 'procedure %: its days are counted from the reception of its letter', NEW.id USING ERRCODE = 'EP021';
    END IF;
  ELSIF NEW.observed_at IS NOT NULL AND OLD.observed_at IS NULL AND portal_now() >= OLD.closes_at THEN
    RAISE EXCEPTION 'procedure %: its time is over', OLD.id USING ERRCODE = 'EP021';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_procedure BEFORE INSERT OR UPDATE ON decisions_procedure FOR EACH ROW EXECUTE FUNCTION wall_procedure();

-- Whether the addressee of this procedure has had their say, and no act has followed it yet.
CREATE FUNCTION procedure_ended(p_procedure bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM decisions_procedure p WHERE p.id = p_procedure
                    AND (p.state = 'answered' OR p.state = 'open' AND portal_now() >= p.closes_at))
     AND NOT EXISTS (SELECT FROM act WHERE kind IN ('decision.revoke', 'recovery.issue', 'amendment') AND state = 'approved'
                        AND payload @> jsonb_build_object('procedure', p_procedure))
$$;

CREATE FUNCTION wall_heard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_procedure bigint := NEW.payload->>'procedure';
BEGIN
  IF NEW.kind = 'decision.revoke' AND EXISTS (      -- of an award that was notified
       SELECT FROM decisions_decision d
        WHERE d.kind = 'award' AND d.notified_at IS NOT NULL
          AND (d.id = (NEW.payload->>'decision')::bigint OR d.grant_id = (NEW.payload->>'withdraws')::bigint)
          AND NOT EXISTS (SELECT FROM decisions_procedure p WHERE p.id = v_procedure AND p.decision_id = d.id
                             AND p.ground = NEW.payload->>'ground' AND procedure_ended(p.id)))
  OR NEW.kind = 'recovery.issue' AND (
       -- all that it claims back is of its beneficiary, on its ground, and no more than was announced
       (SELECT coalesce(sum((entry->>'cents')::bigint), 0)
          FROM jsonb_array_elements(NEW.payload->'postings') posting, jsonb_array_elements(posting->'entries') entry)
       > coalesce((SELECT cents FROM decisions_procedure WHERE id = v_procedure), 0)
  OR EXISTS (
       SELECT FROM jsonb_array_elements(NEW.payload->'postings') posting, jsonb_array_elements(posting->'entries') entry
        WHERE NOT EXISTS (SELECT FROM decisions_procedure p JOIN funding_convention c ON c.id = p.convention_id
                             WHERE p.id = v_procedure AND c.share_id = split_part(entry->>'source', ':', 3)::bigint
                               AND p.ground = posting->'facts'->>'ground' AND procedure_ended(p.id))))
  OR NEW.kind = 'amendment' AND EXISTS (       -- a member leaves that has not signed it: it was heard on that
       SELECT FROM jsonb_object_keys(coalesce(NEW.payload->'before'->'members', '{}')) place
        WHERE NOT coalesce(NEW.payload->'after'->'members', '{}') ? place
          AND NOT EXISTS (SELECT FROM funding_amendmentsignature g LEFT JOIN funding_convention c ON c.id = g.convention_id
                            LEFT JOIN funding_grantshare s ON s.id = c.share_id
                           WHERE g.amendment_id = (NEW.payload->>'amendment')::bigint
                             AND coalesce(g.establishment_id, s.establishment_id) = place::bigint)
          AND NOT EXISTS (SELECT FROM decisions_procedure p JOIN funding_amendment a ON a.id = p.amendment_id
                           WHERE p.id = v_procedure AND p.establishment_id = place::bigint
                             AND a.grant_id = (NEW.payload->>'grant')::bigint AND p.ground = NEW.payload->>'ground' AND procedure_ended(p.id))) THEN
    RAISE EXCEPTION 'act %: its addressee was not heard', NEW.kind USING ERRCODE = 'EP021';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_heard BEFORE INSERT ON act FOR EACH ROW EXECUTE FUNCTION wall_heard();

-- A remedy is of a notified decision; it is answered by an act of two, or judged.
CREATE FUNCTION wall_remedy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT EXISTS (SELECT FROM decisions_decision WHERE id = NEW.decision_id AND state = 'notified') THEN
      RAISE EXCEPTION 'remedy: of a decision that is not notified' USING ERRCODE = 'EP021';
    END IF;
  ELSIF NEW.kind <> 'litigation' AND NEW.state IN ('accepted', 'rejected') AND OLD.state = 'received' THEN
    PERFORM act_need('remedy.answer', jsonb_build_object('remedy', NEW.id, 'outcome', NEW.state, 'motives', NEW.motives));
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_remedy BEFORE INSERT OR UPDATE ON decisions_remedy FOR EACH ROW EXECUTE FUNCTION wall_remedy();
