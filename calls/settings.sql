-- The settings of a call do not change under those who answer it.
-- A version is frozen once published (frozen_at) or once a wave that uses it has opened: from then on neither it nor
-- its lists (criteria, pieces, rates, skills, links) can be added to, changed or removed, by anyone. The verbs say it in French first.

CREATE FUNCTION settings_frozen(p_settings bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_frozen_at timestamptz;
BEGIN
  -- FOR SHARE waits for a publication under way, then reads what it decided.
  SELECT frozen_at INTO v_frozen_at FROM calls_callsettings WHERE id = p_settings FOR SHARE;
  RETURN v_frozen_at IS NOT NULL
    OR EXISTS (SELECT 1 FROM calls_wave WHERE settings_id = p_settings AND opens_at <= portal_now());
END $$;

CREATE FUNCTION wall_settings() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.frozen_at IS NOT NULL THEN
      RAISE EXCEPTION 'a version of the settings is not born frozen' USING ERRCODE = 'EP010';
    END IF;
    RETURN NEW;
  END IF;
  -- The one thing that may still happen to settings whose wave has opened is to be marked frozen.
  IF TG_OP = 'UPDATE' AND OLD.frozen_at IS NULL AND NEW.frozen_at IS NOT NULL
     AND to_jsonb(NEW) - 'frozen_at' = to_jsonb(OLD) - 'frozen_at' THEN
    RETURN NEW;
  END IF;
  IF OLD.frozen_at IS NOT NULL
     OR EXISTS (SELECT 1 FROM calls_wave WHERE settings_id = OLD.id AND opens_at <= portal_now()) THEN
    RAISE EXCEPTION 'settings %: frozen', OLD.id USING ERRCODE = 'EP010';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER wall_settings BEFORE INSERT OR UPDATE OR DELETE ON calls_callsettings
  FOR EACH ROW EXECUTE FUNCTION wall_settings();

CREATE FUNCTION wall_settings_part() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND settings_frozen(OLD.settings_id) THEN
    RAISE EXCEPTION '%: settings % are frozen', TG_TABLE_NAME, OLD.settings_id USING ERRCODE = 'EP010';
  END IF;
  IF TG_OP <> 'DELETE' AND settings_frozen(NEW.settings_id) THEN
    RAISE EXCEPTION '%: settings % are frozen', TG_TABLE_NAME, NEW.settings_id USING ERRCODE = 'EP010';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER wall_settings_part BEFORE INSERT OR UPDATE OR DELETE ON calls_criterion
  FOR EACH ROW EXECUTE FUNCTION wall_settings_part();
CREATE TRIGGER wall_settings_part BEFORE INSERT OR UPDATE OR DELETE ON calls_piecerequirement
  FOR EACH ROW EXECUTE FUNCTION wall_settings_part();
CREATE TRIGGER wall_settings_part BEFORE INSERT OR UPDATE OR DELETE ON calls_aidrate
  FOR EACH ROW EXECUTE FUNCTION wall_settings_part();
CREATE TRIGGER wall_settings_part BEFORE INSERT OR UPDATE OR DELETE ON calls_skill
  FOR EACH ROW EXECUTE FUNCTION wall_settings_part();
CREATE TRIGGER wall_settings_part BEFORE INSERT OR UPDATE OR DELETE ON calls_linkrule
  FOR EACH ROW EXECUTE FUNCTION wall_settings_part();

-- A wave that has opened keeps its number, its opening and its settings; its cut-off is not moved once it has passed,
-- nor into the past.
CREATE FUNCTION wall_wave() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.opens_at > portal_now() THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'closes_at' <> to_jsonb(OLD) - 'closes_at' THEN
    RAISE EXCEPTION 'wave %: opened', OLD.id USING ERRCODE = 'EP010';
  END IF;
  IF NEW.closes_at <> OLD.closes_at AND (OLD.closes_at <= portal_now() OR NEW.closes_at <= portal_now()) THEN
    RAISE EXCEPTION 'wave %: the cut-off has passed', OLD.id USING ERRCODE = 'EP010';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_wave BEFORE UPDATE OR DELETE ON calls_wave FOR EACH ROW EXECUTE FUNCTION wall_wave();
