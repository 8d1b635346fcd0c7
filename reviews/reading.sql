-- An expert reads the deposited dossiers asked of them, as long as they are, and their own reports as long; who else reads reports is of the State.

CREATE FUNCTION dossiers_judged() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT a.application_id FROM reviews_assignment a JOIN applications_application d ON d.id = a.application_id
                WHERE a.expert_id = (SELECT portal_actor()) AND a.state IN ('assigned', 'declared')
                  AND (SELECT 'expert' = ANY (actor_roles())) AND d.wave_id = ANY ((SELECT waves_signed(portal_actor()))::bigint[]))
$$;
COMMENT ON FUNCTION dossiers_judged IS 'door: web, worker, auditor';

CREATE POLICY judged ON applications_version FOR SELECT USING (application_id = ANY ((SELECT dossiers_judged())::bigint[]));
CREATE POLICY judged ON applications_piece FOR SELECT USING (application_id = ANY ((SELECT dossiers_judged())::bigint[]));

ALTER TABLE reviews_review ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_review
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'direction', 'auditor'))
         OR EXISTS (SELECT FROM reviews_assignment a WHERE a.id = assignment_id AND a.expert_id = (SELECT portal_actor())
                    AND a.state IN ('assigned', 'declared')));

-- An expert whose own report is locked reads those of the others, locked, once a discussion is open between them.
CREATE FUNCTION dossiers_discussed() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT a.application_id FROM reviews_assignment a
               JOIN reviews_review r ON r.assignment_id = a.id AND r.state = 'locked'
               JOIN reviews_discussion d ON d.application_id = a.application_id
               WHERE a.expert_id = portal_actor() AND a.state = 'declared' AND 'expert' = ANY (actor_roles()))
$$;
COMMENT ON FUNCTION dossiers_discussed IS 'door: web, worker, auditor';

CREATE POLICY discussed ON reviews_review FOR SELECT
  USING (state = 'locked' AND EXISTS (SELECT FROM reviews_assignment a WHERE a.id = assignment_id AND a.state = 'declared'
         AND a.application_id = ANY ((SELECT dossiers_discussed())::bigint[])));

ALTER TABLE reviews_remark ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_remark
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'auditor'))
         OR EXISTS (SELECT FROM reviews_discussion d WHERE d.id = discussion_id
                    AND d.application_id = ANY ((SELECT dossiers_discussed())::bigint[])));

ALTER TABLE reviews_score ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_score
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'direction', 'auditor'))
         OR EXISTS (SELECT FROM reviews_review r WHERE r.id = review_id));

-- Once theirs is locked, and if the call says so, experts of one dossier read the locked reports of the others.
CREATE FUNCTION reports_beside() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(
    SELECT theirs.id FROM reviews_assignment a JOIN reviews_review mine ON mine.assignment_id = a.id AND mine.state = 'locked'
      JOIN applications_application d ON d.id = a.application_id JOIN calls_wave w ON w.id = d.wave_id
      JOIN calls_callsettings c ON c.id = w.settings_id AND c.read_others
      JOIN reviews_assignment b ON b.application_id = a.application_id AND b.state = 'declared'
      JOIN reviews_review theirs ON theirs.assignment_id = b.id AND theirs.state = 'locked'
     WHERE a.expert_id = portal_actor() AND a.state = 'declared' AND 'expert' = ANY (actor_roles()))
$$;
COMMENT ON FUNCTION reports_beside IS 'door: web, worker, auditor';
CREATE POLICY beside ON reviews_review FOR SELECT USING (id = ANY ((SELECT reports_beside())::bigint[]));

-- How a mark came to be, and what an expert writes for themself, is theirs alone.
CREATE FUNCTION reports_written() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT r.id FROM reviews_review r JOIN reviews_assignment a ON a.id = r.assignment_id WHERE a.expert_id = portal_actor()
     AND a.state IN ('assigned', 'declared'))
$$;
COMMENT ON FUNCTION reports_written IS 'door: web, worker, auditor';
ALTER TABLE reviews_scoreversion ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_scoreversion
  USING (has_function_privilege(current_user, 'reads_all()', 'EXECUTE') OR review_id = ANY ((SELECT reports_written())::bigint[]));
ALTER TABLE reviews_privatenote ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_privatenote
  USING (has_function_privilege(current_user, 'reads_all()', 'EXECUTE') OR review_id = ANY ((SELECT reports_written())::bigint[]));

-- A note to the jury: its author, the chair, who instructs and who audits.
ALTER TABLE reviews_jurynote ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_jurynote
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'auditor')) OR review_id = ANY ((SELECT reports_written())::bigint[]));

-- What was marked before a reopening, or confirmed over a later version: as the report itself, but for who does not run the evaluation.
ALTER TABLE reviews_reopening ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_reopening
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'auditor')) OR review_id = ANY ((SELECT reports_written())::bigint[]));
ALTER TABLE reviews_confirmation ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_confirmation
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'auditor')) OR review_id = ANY ((SELECT reports_written())::bigint[]));
