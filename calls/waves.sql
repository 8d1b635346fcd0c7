-- A wave of a call that is public keeps its opening and its cut-off, unless a postponement says, to everyone, from when
-- to when and why (R01). The row of the postponement is written first, in the same transaction.

CREATE FUNCTION wall_postponement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM calls_call WHERE id = OLD.call_id AND state = 'draft') THEN
    RETURN NEW;
  END IF;
  IF NEW.closes_at <> OLD.closes_at AND NOT EXISTS (
       SELECT 1 FROM calls_postponement
       WHERE wave_id = OLD.id AND edge = 'closing' AND from_at = OLD.closes_at AND to_at = NEW.closes_at)
     OR NEW.opens_at <> OLD.opens_at AND NOT EXISTS (
       SELECT 1 FROM calls_postponement
       WHERE wave_id = OLD.id AND edge = 'opening' AND from_at = OLD.opens_at AND to_at = NEW.opens_at) THEN
    RAISE EXCEPTION 'wave %: moved without a postponement', OLD.id USING ERRCODE = 'EP010';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_postponement BEFORE UPDATE OF opens_at, closes_at ON calls_wave
  FOR EACH ROW EXECUTE FUNCTION wall_postponement();
