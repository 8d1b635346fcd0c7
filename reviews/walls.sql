-- What was judged stays as it was judged: locked reports, closed sessions, links that live and die with their cause.

-- A report: begun on a declared assignment and its dossier's version, after the calibration where the call requires it; locked only
-- complete, then not touched, unless its lock is undone by a reasoned reopening while the session is not closed.
CREATE FUNCTION wall_review() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_state text;
  v_application bigint;
  v_expert bigint;
  v_settings bigint;
  v_least int;
  v_undone boolean := false;
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'locked' THEN
    v_undone := NEW.state = 'draft' AND NEW.saved_at IS NOT DISTINCT FROM OLD.saved_at AND EXISTS (
      SELECT 1 FROM reviews_reopening WHERE review_id = OLD.id AND locked_at = OLD.locked_at AND at = NEW.reopened_at);
  END IF;
  IF TG_OP <> 'INSERT' AND OLD.state = 'locked' AND NOT v_undone THEN
    RAISE EXCEPTION 'review % is locked', OLD.id USING ERRCODE = 'EP003';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF TG_OP = 'UPDATE' AND ((NEW.assignment_id, NEW.version_id, NEW.opened_at) IS DISTINCT FROM (OLD.assignment_id, OLD.version_id, OLD.opened_at)
                           OR NOT v_undone AND NEW.reopened_at IS DISTINCT FROM OLD.reopened_at) THEN
    RAISE EXCEPTION 'review %: what is read never changes', OLD.id USING ERRCODE = 'EP003';
  END IF;
  SELECT s.state, s.application_id, s.expert_id INTO v_state, v_application, v_expert
    FROM reviews_assignment s WHERE s.id = NEW.assignment_id FOR SHARE;
  IF v_state <> 'declared' THEN
    RAISE EXCEPTION 'review of assignment %: % is not declared', NEW.assignment_id, v_state USING ERRCODE = 'EP051';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM applications_version WHERE id = NEW.version_id AND application_id = v_application) THEN
    RAISE EXCEPTION 'review of assignment %: a version of another dossier', NEW.assignment_id USING ERRCODE = 'EP051';
  END IF;
  IF TG_OP = 'INSERT' AND NOT review_calibrated(v_expert, v_application) THEN
    RAISE EXCEPTION 'review of assignment %: its expert is not calibrated', NEW.assignment_id USING ERRCODE = 'EP051';
  END IF;
  IF v_undone AND EXISTS (SELECT 1 FROM applications_application a JOIN reviews_session t ON t.wave_id = a.wave_id
                           WHERE a.id = v_application AND t.state = 'closed') THEN
    RAISE EXCEPTION 'review %: the session of its wave is closed', NEW.id USING ERRCODE = 'EP053';
  END IF;
  IF NEW.state <> 'locked' THEN RETURN NEW; END IF;
  SELECT w.settings_id, c.min_comment_chars INTO v_settings, v_least
    FROM applications_application a JOIN calls_wave w ON w.id = a.wave_id
    JOIN calls_callsettings c ON c.id = w.settings_id WHERE a.id = v_application;
  IF EXISTS (SELECT 1 FROM calls_criterion k LEFT JOIN reviews_score s ON s.criterion_id = k.id AND s.review_id = NEW.id
             WHERE k.settings_id = v_settings AND (s.value IS NULL OR length(btrim(s.comment)) < v_least)) THEN
    RAISE EXCEPTION 'review %: a mark or a comment is missing', NEW.id USING ERRCODE = 'EP054';
  END IF;
  IF EXISTS (SELECT 1 FROM applications_application a JOIN reviews_session t ON t.wave_id = a.wave_id
             WHERE a.id = v_application AND t.state = 'closed') THEN
    RAISE EXCEPTION 'review %: the session of its wave is closed', NEW.id USING ERRCODE = 'EP053';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_review BEFORE INSERT OR UPDATE OR DELETE ON reviews_review FOR EACH ROW EXECUTE FUNCTION wall_review();

-- A mark: on the scale, of the wave's own grid, while the report is a draft of an open dossier.
CREATE FUNCTION wall_score() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_review text;
  v_assignment text;
  v_settings bigint;
  v_most int;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.review_id, NEW.criterion_id) IS DISTINCT FROM (OLD.review_id, OLD.criterion_id) THEN
    RAISE EXCEPTION 'score %: review and criterion never change', OLD.id USING ERRCODE = 'EP003';
  END IF;
  SELECT r.state, s.state, w.settings_id, c.scale_max INTO v_review, v_assignment, v_settings, v_most
    FROM reviews_review r JOIN reviews_assignment s ON s.id = r.assignment_id
    JOIN applications_application a ON a.id = s.application_id JOIN calls_wave w ON w.id = a.wave_id
    JOIN calls_callsettings c ON c.id = w.settings_id
    WHERE r.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.review_id ELSE NEW.review_id END FOR SHARE OF r, s;
  IF v_review = 'locked' AND NOT (TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'value' = to_jsonb(OLD) - 'value' AND EXISTS (
    SELECT FROM (SELECT before, after FROM reviews_revision WHERE score_id = OLD.id ORDER BY id DESC LIMIT 1) last
     WHERE last.before = OLD.value AND last.after = NEW.value)) THEN
    RAISE EXCEPTION 'score: the review is locked' USING ERRCODE = 'EP003';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF v_assignment <> 'declared' THEN
    RAISE EXCEPTION 'score: the assignment is %', v_assignment USING ERRCODE = 'EP051';
  END IF;
  IF NEW.value > v_most OR NOT EXISTS (SELECT 1 FROM calls_criterion WHERE id = NEW.criterion_id AND settings_id = v_settings) THEN
    RAISE EXCEPTION 'score: off the scale or off the grid' USING ERRCODE = 'EP054';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_score BEFORE INSERT OR UPDATE OR DELETE ON reviews_score FOR EACH ROW EXECUTE FUNCTION wall_score();

-- A note to the jury is kept as the report is locked, and not after; it goes only with a lock that is undone.
CREATE FUNCTION wall_jury_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM reviews_review WHERE id = coalesce(NEW.review_id, OLD.review_id) AND state = 'locked') THEN
    RAISE EXCEPTION 'jury note: the review is locked' USING ERRCODE = 'EP003';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER wall_jury_note BEFORE INSERT OR DELETE ON reviews_jurynote FOR EACH ROW EXECUTE FUNCTION wall_jury_note();

-- A lock is undone once, while it holds.
CREATE FUNCTION wall_reopening() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM reviews_review WHERE id = NEW.review_id AND state = 'locked' AND locked_at = NEW.locked_at FOR SHARE) THEN
    RAISE EXCEPTION 'reopening: review % is not locked so', NEW.review_id USING ERRCODE = 'EP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_reopening BEFORE INSERT ON reviews_reopening FOR EACH ROW EXECUTE FUNCTION wall_reopening();

-- A mark is confirmed over another version of the same dossier, on the scale of the grid, while the report is a draft.
CREATE FUNCTION wall_confirmation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM reviews_review r JOIN reviews_assignment s ON s.id = r.assignment_id AND s.state = 'declared'
      JOIN applications_application a ON a.id = s.application_id JOIN calls_wave w ON w.id = a.wave_id
      JOIN calls_callsettings c ON c.id = w.settings_id JOIN calls_criterion k ON k.settings_id = c.id AND k.id = NEW.criterion_id
      JOIN applications_version v ON v.application_id = a.id AND v.id = NEW.version_id AND v.id <> r.version_id
     WHERE r.id = NEW.review_id AND r.state = 'draft' AND NEW.value <= c.scale_max) THEN
    RAISE EXCEPTION 'confirmation: not of an open report, its grid and another version of its dossier' USING ERRCODE = 'EP054';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_confirmation BEFORE INSERT ON reviews_confirmation FOR EACH ROW EXECUTE FUNCTION wall_confirmation();

-- A closed session and its lines never change, unless it is reopened for a reason that is kept; it closes only when every line is listed and every skip is reasoned.
CREATE FUNCTION wall_session() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.state = 'closed' AND NOT (TG_OP = 'UPDATE' AND NEW.state = 'open' AND EXISTS (
    SELECT FROM reviews_sessionreopening WHERE session_id = OLD.id AND closed_at = OLD.closed_at)) THEN
    RAISE EXCEPTION 'session % is closed', OLD.id USING ERRCODE = 'EP003';
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.state = 'closed' AND EXISTS (
    SELECT 1 FROM reviews_rankingline l WHERE l.session_id = NEW.id AND (l.list = '' OR (l.below_floor = '' AND l.reason = '' AND EXISTS (
      SELECT 1 FROM reviews_rankingline m WHERE m.session_id = NEW.id AND m.rank > l.rank
        AND array_position(ARRAY['main', 'reserve', 'not_selected'], m.list::text) < array_position(ARRAY['main', 'reserve', 'not_selected'], l.list::text))))) THEN
    RAISE EXCEPTION 'session %: a dossier is not listed, or passed over without a reason', NEW.id USING ERRCODE = 'EP058';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER wall_session BEFORE UPDATE OR DELETE ON reviews_session FOR EACH ROW EXECUTE FUNCTION wall_session();

CREATE FUNCTION wall_ranking() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_state text;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.session_id, NEW.application_id) IS DISTINCT FROM (OLD.session_id, OLD.application_id) THEN
    RAISE EXCEPTION 'ranking line %: session and dossier never change', OLD.id USING ERRCODE = 'EP003';
  END IF;
  SELECT state INTO v_state FROM reviews_session WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.session_id ELSE NEW.session_id END FOR SHARE;
  IF v_state = 'closed' THEN
    RAISE EXCEPTION 'ranking: the session is closed' USING ERRCODE = 'EP003';
  END IF;
  IF TG_OP <> 'DELETE' AND NOT EXISTS (SELECT 1 FROM reviews_session t JOIN applications_application a ON a.wave_id = t.wave_id
                                       WHERE t.id = NEW.session_id AND a.id = NEW.application_id) THEN
    RAISE EXCEPTION 'ranking: a dossier of another wave' USING ERRCODE = 'EP058';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER wall_ranking BEFORE INSERT OR UPDATE OR DELETE ON reviews_rankingline FOR EACH ROW EXECUTE FUNCTION wall_ranking();

-- The link that opens a dossier exists exactly while its assignment is declared, for that person and that dossier.
CREATE FUNCTION wall_reviewer_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_assignment bigint := CASE WHEN TG_TABLE_NAME = 'reviews_assignment' THEN (to_jsonb(coalesce(NEW, OLD)) ->> 'id')::bigint
                              ELSE (to_jsonb(coalesce(NEW, OLD)) ->> 'assignment_id')::bigint END;
BEGIN
  IF EXISTS (
    SELECT 1 FROM reviews_assignment s LEFT JOIN reviews_reviewerpermission l ON l.assignment_id = s.id WHERE s.id = v_assignment
      AND ((s.state = 'declared') <> (l.id IS NOT NULL) OR l.user_id <> s.expert_id OR l.content_object_id <> s.application_id
           OR NOT EXISTS (SELECT 1 FROM auth_permission p WHERE p.id = l.permission_id AND p.codename = 'view_application') AND l.id IS NOT NULL)) THEN
    RAISE EXCEPTION 'assignment % and its link have parted', v_assignment USING ERRCODE = 'EP051';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER wall_link AFTER INSERT OR UPDATE ON reviews_assignment DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION wall_reviewer_link();
CREATE CONSTRAINT TRIGGER wall_link AFTER INSERT OR UPDATE OR DELETE ON reviews_reviewerpermission DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION wall_reviewer_link();
