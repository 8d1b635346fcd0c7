-- What comes back of an evaluation is the applicant's with the decision: from the instant of its notification, and once it is approved.

CREATE FUNCTION dossiers_notified() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT application_id FROM decisions_decision
                WHERE notified_at IS NOT NULL AND application_id = ANY ((SELECT dossiers_joined())::bigint[]))
$$;
COMMENT ON FUNCTION dossiers_notified IS 'door: web, worker, auditor';

CREATE POLICY released ON reviews_feedback FOR SELECT
  USING (state = 'approved' AND application_id = ANY ((SELECT dossiers_notified())::bigint[]));
