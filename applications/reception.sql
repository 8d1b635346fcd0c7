-- What was received does not change, and is answered once. It is stamped now, while its wave is open: no role writes another
-- instant, and none at or after the cut-off (R01).

CREATE FUNCTION wall_reception() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF session_user <> current_user AND NEW.received_at
         NOT BETWEEN portal_now() - interval '1 minute' AND portal_now() + interval '1 second' THEN
      RAISE EXCEPTION 'reception: % is not the portal''s present', NEW.received_at USING ERRCODE = 'EP010';
    END IF;
    IF NOT EXISTS (
         SELECT 1 FROM applications_application a JOIN calls_wave w ON w.id = a.wave_id
         WHERE a.id = NEW.application_id AND NEW.received_at >= w.opens_at AND NEW.received_at < w.closes_at) THEN
      RAISE EXCEPTION 'reception: the wave is not open at %', NEW.received_at USING ERRCODE = 'EP010';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.settled_at IS NULL
     AND (NEW.id, NEW.application_id, NEW.number, NEW.received_at, NEW.by_id, NEW.delegation_id)
       IS NOT DISTINCT FROM (OLD.id, OLD.application_id, OLD.number, OLD.received_at, OLD.by_id, OLD.delegation_id) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'reception %: kept as it is', OLD.id USING ERRCODE = 'EP010';
END $$;
CREATE TRIGGER wall_reception BEFORE INSERT OR UPDATE OR DELETE ON applications_reception
  FOR EACH ROW EXECUTE FUNCTION wall_reception();

-- A version is deposited from the reception that waits: its number, its instant, its person and in whose place they signed.
CREATE FUNCTION wall_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.kind = 'deposit' AND NOT EXISTS (
       SELECT 1 FROM applications_reception
       WHERE application_id = NEW.application_id AND settled_at IS NULL
         AND (number, received_at, by_id, delegation_id)
           IS NOT DISTINCT FROM (NEW.number, NEW.submitted_at, NEW.submitted_by_id, NEW.delegation_id)) THEN
    RAISE EXCEPTION 'version %: deposited without its reception', NEW.receipt_number USING ERRCODE = 'EP010';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_version BEFORE INSERT ON applications_version FOR EACH ROW EXECUTE FUNCTION wall_version();

-- What is agreed to is the text of the call, word for word, with the reception that waits: never added to one already answered.
CREATE FUNCTION wall_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM applications_reception r JOIN applications_application a ON a.id = r.application_id
                   JOIN calls_wave w ON w.id = a.wave_id JOIN calls_callsettings s ON s.id = w.settings_id
                  WHERE r.id = NEW.reception_id AND r.settled_at IS NULL AND s.consent = NEW.text) THEN
    RAISE EXCEPTION 'consent of reception %: not the text of its call', NEW.reception_id USING ERRCODE = 'EP010';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_consent BEFORE INSERT ON applications_consent FOR EACH ROW EXECUTE FUNCTION wall_consent();

-- An agreement is withdrawn of the deposit that stands, where there is one: given, or asked by no text apart (the deposit itself said so).
CREATE FUNCTION wall_consent_withdrawal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM applications_reception r JOIN applications_application a ON a.id = r.application_id
                   JOIN calls_wave w ON w.id = a.wave_id JOIN calls_callsettings s ON s.id = w.settings_id
                   LEFT JOIN applications_consent c ON c.reception_id = r.id
                  WHERE r.id = NEW.reception_id AND r.version_id IS NOT NULL AND (s.consent = '' OR c.electronic)
                    AND r.id = (SELECT max(id) FROM applications_reception WHERE application_id = r.application_id AND version_id IS NOT NULL)) THEN
    RAISE EXCEPTION 'consent of reception %: nothing to withdraw', NEW.reception_id USING ERRCODE = 'EP010';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_consent_withdrawal BEFORE INSERT ON applications_consentwithdrawal
  FOR EACH ROW EXECUTE FUNCTION wall_consent_withdrawal();

-- What is told of a dossier goes by post to who was asked and has not agreed to be told in their space, or has withdrawn their agreement
-- before they were told (CRPA R112-17 to R112-20). Of a call that asked nothing, the deposit itself said so. `p_notified`: when, if it was.
-- Its cost says what it reads, five tables: it is asked after all that sorts out more cheaply.
CREATE FUNCTION goes_by_post(p_application bigint, p_notified timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER COST 10000 SET search_path = public, pg_temp AS $$
  SELECT s.consent > '' AND NOT coalesce(l.electronic, false) OR coalesce(l.withdrawn_at < coalesce(p_notified, 'infinity'), false)
    FROM applications_application a
    JOIN calls_wave w ON w.id = a.wave_id JOIN calls_callsettings s ON s.id = w.settings_id
    LEFT JOIN LATERAL (
      SELECT c.electronic, g.at AS withdrawn_at FROM applications_reception r LEFT JOIN applications_consent c ON c.reception_id = r.id
        LEFT JOIN applications_consentwithdrawal g ON g.reception_id = r.id
       WHERE r.application_id = a.id AND r.version_id IS NOT NULL ORDER BY r.id DESC LIMIT 1) l ON true
   WHERE a.id = p_application
$$;
COMMENT ON FUNCTION goes_by_post IS 'door: web, worker';
