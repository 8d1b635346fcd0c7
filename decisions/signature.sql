-- Who signs decisions for the State. The direction, by law (décret n° 2005-850 art. 1); a validator, by a delegation that a
-- published text gives (art. 3), registered and ended by acts of two, in whose halves its holder has no part.
-- Refusals: EP011 its holder's own act - EP016 a decision signed without a delegation in force.

-- A delegation of that text was this person's at that instant, and registered before it.
CREATE FUNCTION signature_delegated(p_by bigint, p_at timestamptz, p_source text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM decisions_signaturedelegation d JOIN act a ON a.id = d.act_id AND a.decided_at <= p_at
    WHERE d.holder_id = p_by AND d.source = p_source AND (d.ended_at IS NULL OR d.ended_at > p_at)
      AND (p_at AT TIME ZONE 'Europe/Paris')::date BETWEEN d.first_on AND d.last_on)
$$;
COMMENT ON FUNCTION signature_delegated IS 'door: web';   -- `verify` asks it again, as whoever runs it

CREATE FUNCTION wall_signature() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_act bigint := NEW.act_id;
  v_kind text := 'delegation.give';
  v_says jsonb := jsonb_build_object('holder', NEW.holder_id, 'quality', NEW.quality, 'source', NEW.source,
    'first_on', NEW.first_on, 'last_on', NEW.last_on);
BEGIN
  IF TG_OP = 'UPDATE' THEN
    v_act := NEW.end_act_id; v_kind := 'delegation.end'; v_says := jsonb_build_object('delegation', NEW.id);
  END IF;
  PERFORM act_need(v_kind, v_says);
  IF NOT EXISTS (SELECT FROM act WHERE id = v_act AND kind = v_kind AND payload @> v_says AND decided_in = pg_current_xact_id()::text::bigint
                    AND NEW.holder_id NOT IN (proposed_by_id, decided_by_id)) THEN
    RAISE EXCEPTION 'delegation of %: by an act of two others', NEW.holder_id USING ERRCODE = 'EP011';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_signature BEFORE INSERT OR UPDATE ON decisions_signaturedelegation
  FOR EACH ROW EXECUTE FUNCTION wall_signature();
