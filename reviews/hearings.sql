-- Hearings: who sits is of this jury, at the hearing's own slot, and tied to nothing; what is sent follows what was sent; nobody is summoned
-- twice at once; a mark is revised after the dossier was heard, where the call says so, while the jury sits.

CREATE FUNCTION wall_sitting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_hearing reviews_hearing%ROWTYPE;
  v_seat reviews_seat%ROWTYPE;
BEGIN
  SELECT * INTO v_hearing FROM reviews_hearing WHERE id = NEW.hearing_id FOR SHARE;
  SELECT * INTO v_seat FROM reviews_seat WHERE id = NEW.seat_id;
  IF v_hearing.slot_id <> NEW.slot_id OR v_seat.session_id <> (SELECT session_id FROM reviews_schedule WHERE id = v_hearing.schedule_id) THEN
    RAISE EXCEPTION 'sitting: another slot or another jury' USING ERRCODE = 'EP058';
  END IF;
  IF review_conflict(v_seat.person_id, v_hearing.application_id) IS NOT NULL THEN
    RAISE EXCEPTION 'R50 sitting refused: seat % is tied to the dossier', NEW.seat_id USING ERRCODE = 'EP050';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_sitting BEFORE INSERT ON reviews_sitting FOR EACH ROW EXECUTE FUNCTION wall_sitting();

CREATE FUNCTION wall_summons() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_last reviews_summons%ROWTYPE;
BEGIN
  IF (SELECT state FROM reviews_session WHERE id = (SELECT session_id FROM reviews_schedule WHERE id = NEW.schedule_id) FOR SHARE) = 'closed' THEN
    RAISE EXCEPTION 'summons: the session is closed' USING ERRCODE = 'EP003';
  END IF;
  SELECT * INTO v_last FROM reviews_summons WHERE application_id = NEW.application_id ORDER BY sequence DESC LIMIT 1;
  IF NEW.sequence <> coalesce(v_last.sequence + 1, 0) OR NEW.cancelled AND coalesce(v_last.cancelled, true) THEN
    RAISE EXCEPTION 'summons: it does not follow the last one' USING ERRCODE = 'EP058';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_summons BEFORE INSERT ON reviews_summons FOR EACH ROW EXECUTE FUNCTION wall_summons();

CREATE FUNCTION wall_summoned() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.side = 'jury' AND review_conflict(NEW.person_id, (SELECT application_id FROM reviews_summons WHERE id = NEW.summons_id)) IS NOT NULL THEN
    RAISE EXCEPTION 'R50 summons refused: person % is tied to the dossier', NEW.person_id USING ERRCODE = 'EP050';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_summoned BEFORE INSERT ON reviews_summoned FOR EACH ROW EXECUTE FUNCTION wall_summoned();

-- At the end of the sending: of the hearings that hold then, none at the same time as another of the same person.
CREATE FUNCTION wall_at_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    WITH live AS (
      SELECT s.* FROM reviews_summons s JOIN reviews_summoned d ON d.summons_id = s.id
       WHERE d.person_id = NEW.person_id AND NOT s.cancelled
         AND NOT EXISTS (SELECT FROM reviews_summons l WHERE l.application_id = s.application_id AND l.sequence > s.sequence)
    )
    SELECT FROM live a JOIN live b ON a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at) THEN
    RAISE EXCEPTION 'summons: person % is twice at once', NEW.person_id USING ERRCODE = 'EP058';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER wall_at_once AFTER INSERT ON reviews_summoned DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION wall_at_once();

CREATE FUNCTION wall_revision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_score reviews_score%ROWTYPE;
  v_found record;
BEGIN
  SELECT * INTO v_score FROM reviews_score WHERE id = NEW.score_id FOR UPDATE;
  SELECT r.state AS review, a.state AS assignment, a.application_id, c.revise_after_hearing, c.scale_max, j.state AS session INTO v_found
    FROM reviews_review r JOIN reviews_assignment a ON a.id = r.assignment_id JOIN applications_application d ON d.id = a.application_id
    JOIN calls_wave w ON w.id = d.wave_id JOIN calls_callsettings c ON c.id = w.settings_id JOIN reviews_session j ON j.wave_id = w.id
   WHERE r.id = v_score.review_id FOR SHARE OF r, a, j;
  IF v_found.review <> 'locked' OR v_found.assignment <> 'declared' OR v_found.session <> 'open' OR NOT v_found.revise_after_hearing THEN
    RAISE EXCEPTION 'revision: score % may not be revised', NEW.score_id USING ERRCODE = 'EP003';
  END IF;
  IF NOT EXISTS (SELECT FROM reviews_summons s WHERE s.id = NEW.summons_id AND s.application_id = v_found.application_id AND NOT s.cancelled
      AND s.ends_at <= portal_now()
      AND NOT EXISTS (SELECT FROM reviews_summons l WHERE l.application_id = s.application_id AND l.sequence > s.sequence)) THEN
    RAISE EXCEPTION 'revision: the dossier was not heard' USING ERRCODE = 'EP058';
  END IF;
  IF NEW.before IS DISTINCT FROM v_score.value OR NEW.after > v_found.scale_max THEN
    RAISE EXCEPTION 'revision: not from this mark, or off the scale' USING ERRCODE = 'EP054';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_revision BEFORE INSERT ON reviews_revision FOR EACH ROW EXECUTE FUNCTION wall_revision();

-- Who reads a report reads what was revised of it.
ALTER TABLE reviews_revision ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_revision
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'direction', 'auditor'))
         OR EXISTS (SELECT FROM reviews_score s WHERE s.id = score_id));
