-- What the State's tools send back: a line that counts agrees with ours to the cent, on a service fait that is certified, whoever
-- writes it, the owner included; a line left over is settled once. EP032.

CREATE FUNCTION wall_batch_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM funding_batch WHERE id = NEW.batch_id AND cancelled_at IS NOT DISTINCT FROM NEW.cancelled_at FOR SHARE) THEN
    RAISE EXCEPTION 'line %: it stands, or is cancelled, with its batch', NEW.id USING ERRCODE = 'EP032';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_batch_line BEFORE INSERT OR UPDATE ON funding_batchline FOR EACH ROW EXECUTE FUNCTION wall_batch_line();

CREATE FUNCTION wall_import_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT FROM funding_import WHERE id = NEW.file_id AND applied_at IS NULL FOR SHARE)
     OR TG_OP = 'UPDATE' AND OLD.outcome <> 'left' THEN
    RAISE EXCEPTION 'line %: its file is applied, or it is settled', NEW.id USING ERRCODE = 'EP032';
  ELSIF NEW.outcome IN ('matched', 'by_hand') AND (
       NEW.share_id IS NOT NULL AND NOT EXISTS (SELECT FROM funding_grantshare WHERE id = NEW.share_id AND cents = NEW.cents)
       OR NEW.instalment_id IS NOT NULL AND NOT EXISTS (SELECT FROM funding_instalment
            WHERE id = NEW.instalment_id AND cents = NEW.cents AND certified_at IS NOT NULL)) THEN
    RAISE EXCEPTION 'line %: not the amount of ours, or no service fait', NEW.id USING ERRCODE = 'EP032';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_import_line BEFORE INSERT OR UPDATE ON funding_importline FOR EACH ROW EXECUTE FUNCTION wall_import_line();
