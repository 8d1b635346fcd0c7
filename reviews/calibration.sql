-- The calibration of a wave: its text is fixed once it opens, marks are given while it is open, and are nobody's before it is closed.

-- Whether the call lets an expert begin a report on a dossier: their marks of the calibration are given, or it is over, where it is required.
CREATE FUNCTION review_calibrated(p_expert bigint, p_application bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (
    SELECT FROM applications_application a JOIN calls_wave w ON w.id = a.wave_id
      JOIN calls_callsettings c ON c.id = w.settings_id AND c.calibration = 'required'
      LEFT JOIN reviews_calibration k ON k.wave_id = w.id
     WHERE a.id = p_application AND k.closed_at IS NULL
       AND NOT EXISTS (SELECT FROM reviews_calibrationreport r WHERE r.calibration_id = k.id AND r.expert_id = p_expert))
$$;
COMMENT ON FUNCTION review_calibrated IS 'door: web, worker';

CREATE FUNCTION wall_calibration_text() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM reviews_calibration k JOIN calls_wave w ON w.id = k.wave_id
                   JOIN calls_criterion c ON c.settings_id = w.settings_id AND c.id = NEW.criterion_id
                  WHERE k.id = NEW.calibration_id AND k.state = 'draft' FOR SHARE OF k) THEN
    RAISE EXCEPTION 'calibration %: its text is fixed, or off its grid', NEW.calibration_id USING ERRCODE = 'EP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_calibration_text BEFORE INSERT OR UPDATE ON reviews_calibrationtext
  FOR EACH ROW EXECUTE FUNCTION wall_calibration_text();

CREATE FUNCTION wall_calibration_report() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM reviews_calibration WHERE id = NEW.calibration_id AND state = 'open' FOR SHARE) THEN
    RAISE EXCEPTION 'calibration %: not open', NEW.calibration_id USING ERRCODE = 'EP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_calibration_report BEFORE INSERT ON reviews_calibrationreport
  FOR EACH ROW EXECUTE FUNCTION wall_calibration_report();

CREATE FUNCTION wall_calibration_mark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM reviews_calibrationreport r JOIN reviews_calibration k ON k.id = r.calibration_id AND k.state = 'open'
                   JOIN calls_wave w ON w.id = k.wave_id JOIN calls_callsettings s ON s.id = w.settings_id AND NEW.value <= s.scale_max
                   JOIN calls_criterion c ON c.settings_id = s.id AND c.id = NEW.criterion_id WHERE r.id = NEW.report_id) THEN
    RAISE EXCEPTION 'calibration: off the scale or off the grid, or over' USING ERRCODE = 'EP054';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_calibration_mark BEFORE INSERT ON reviews_calibrationmark FOR EACH ROW EXECUTE FUNCTION wall_calibration_mark();

-- Who runs the evaluation reads every mark; an expert their own, then those of all once the calibration in which they took part is closed.
CREATE FUNCTION calibrations_read() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT k.id FROM reviews_calibration k JOIN reviews_calibrationreport r ON r.calibration_id = k.id
                WHERE k.state = 'closed' AND r.expert_id = portal_actor() AND 'expert' = ANY (actor_roles()))
$$;
COMMENT ON FUNCTION calibrations_read IS 'door: web, worker, auditor';

ALTER TABLE reviews_calibrationreport ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_calibrationreport
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'auditor')) OR expert_id = (SELECT portal_actor())
         OR calibration_id = ANY ((SELECT calibrations_read())::bigint[]));
ALTER TABLE reviews_calibrationmark ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_calibrationmark
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'auditor'))
         OR EXISTS (SELECT FROM reviews_calibrationreport r WHERE r.id = report_id));
