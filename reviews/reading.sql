-- An expert reads the deposited dossiers asked of them, as long as they are, and their own reports as long; who else reads reports is of the State.

CREATE FUNCTION dossiers_judged() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT application_id FROM reviews_assignment WHERE expert_id = portal_actor() AND state IN ('assigned', 'declared')
                  AND 'expert' = ANY (actor_roles()) AND review_signed(expert_id, application_id))
$$;
COMMENT ON FUNCTION dossiers_judged IS 'door: web, worker, auditor';

CREATE POLICY judged ON applications_version FOR SELECT USING (application_id = ANY ((SELECT dossiers_judged())::bigint[]));
CREATE POLICY judged ON applications_piece FOR SELECT USING (application_id = ANY ((SELECT dossiers_judged())::bigint[]));

ALTER TABLE reviews_review ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_review
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'direction', 'auditor'))
         OR EXISTS (SELECT FROM reviews_assignment a WHERE a.id = assignment_id AND a.expert_id = (SELECT portal_actor())
                    AND a.state IN ('assigned', 'declared')));

ALTER TABLE reviews_score ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_score
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'direction', 'auditor'))
         OR EXISTS (SELECT FROM reviews_review r WHERE r.id = review_id));
