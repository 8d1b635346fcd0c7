-- What the letters of a call bear is set by acts of two, and is exactly what the act said. EP010 otherwise.
CREATE FUNCTION wall_letter_terms() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM act_need('letters.set', jsonb_build_object('call', NEW.call_id));
  IF NOT EXISTS (SELECT FROM act WHERE id = NEW.act_id AND kind = 'letters.set' AND payload->'terms' = NEW.terms
                    AND decided_at = NEW.set_at AND decided_in = pg_current_xact_id()::text::bigint) THEN
    RAISE EXCEPTION 'letters of call %: not what the act says', NEW.call_id USING ERRCODE = 'EP010';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_letter_terms BEFORE INSERT ON calls_letterterms FOR EACH ROW EXECUTE FUNCTION wall_letter_terms();
