-- The envelope and its ceilings are set by acts of two: a row that no act approved in this transaction says is refused to everyone.

CREATE FUNCTION wall_envelope() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM act_need('envelope.open', jsonb_build_object('call', NEW.call_id, 'version', NEW.version, 'act', NEW.act));
  RETURN NEW;
END $$;
CREATE TRIGGER wall_envelope BEFORE INSERT ON funding_envelope FOR EACH ROW EXECUTE FUNCTION wall_envelope();

CREATE FUNCTION wall_envelope_share() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_envelope funding_envelope%ROWTYPE;
BEGIN
  SELECT * INTO v_envelope FROM funding_envelope WHERE id = NEW.envelope_id;
  PERFORM act_need('envelope.open', jsonb_build_object('call', v_envelope.call_id, 'version', v_envelope.version, 'shares',
    jsonb_build_array(jsonb_build_object('line', NEW.line_id, 'year', NEW.year, 'cents', NEW.cents, 'fictitious', NEW.fictitious))));
  RETURN NEW;
END $$;
CREATE TRIGGER wall_envelope_share BEFORE INSERT ON funding_envelopeshare FOR EACH ROW EXECUTE FUNCTION wall_envelope_share();

-- A ceiling is born of its act; afterwards only its end is set, once, by the act of the one that follows it.
CREATE FUNCTION wall_ceiling() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM act_need('ceiling.set',
      jsonb_build_object('line', NEW.line_id, 'rule', NEW.rule, 'rate_bp', NEW.rate_bp, 'source', NEW.source));
    RETURN NEW;
  ELSIF lower(NEW.during) IS DISTINCT FROM lower(OLD.during) OR NOT upper_inf(OLD.during) THEN
    RAISE EXCEPTION 'ceiling %: frozen', OLD.id USING ERRCODE = 'EP013';
  END IF;
  PERFORM act_need('ceiling.set', jsonb_build_object('line', NEW.line_id, 'rule', NEW.rule));
  RETURN NEW;
END $$;
CREATE TRIGGER wall_ceiling BEFORE INSERT OR UPDATE ON funding_ceiling FOR EACH ROW EXECUTE FUNCTION wall_ceiling();
