-- What comes back to the applicant: written while it is a draft, approved by a second person who is tied to nothing of the dossier, once
-- nothing is left that might betray somebody. Applicants read it with the decision, and not before: decisions/reading.sql.

CREATE FUNCTION wall_feedback() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.application_id <> OLD.application_id THEN
    RAISE EXCEPTION 'feedback %: its dossier never changes', OLD.id USING ERRCODE = 'EP003';
  END IF;
  IF OLD.document_id IS NOT NULL AND NEW.document_id IS DISTINCT FROM OLD.document_id THEN
    RAISE EXCEPTION 'feedback %: printed once', OLD.id USING ERRCODE = 'EP003';
  END IF;
  IF NEW.state <> 'approved' OR OLD.state = 'approved' THEN RETURN NEW; END IF;
  PERFORM act_need('feedback.approve', jsonb_build_object('feedback', NEW.id));
  IF NOT EXISTS (SELECT FROM act WHERE kind = 'feedback.approve' AND decided_in = pg_current_xact_id()::text::bigint
                    AND payload @> jsonb_build_object('feedback', NEW.id)
                    AND decided_by_id = NEW.approved_by_id AND decided_at = NEW.approved_at) THEN
    RAISE EXCEPTION 'feedback %: approved by who approved its act', NEW.id USING ERRCODE = 'EP011';
  END IF;
  IF review_conflict(NEW.approved_by_id, NEW.application_id) IS NOT NULL THEN
    RAISE EXCEPTION 'R50 feedback %: person % is tied to its dossier', NEW.id, NEW.approved_by_id USING ERRCODE = 'EP050';
  END IF;
  IF EXISTS (SELECT FROM (SELECT DISTINCT ON (number) number, flags FROM reviews_feedbacktext WHERE feedback_id = NEW.id
                           ORDER BY number, version DESC) t CROSS JOIN unnest(t.flags) AS f (flag)
              WHERE NOT EXISTS (SELECT FROM reviews_harmless h WHERE h.feedback_id = NEW.id AND h.number = t.number AND h.flag = f.flag)) THEN
    RAISE EXCEPTION 'feedback %: a mention is neither edited away nor confirmed harmless', NEW.id USING ERRCODE = 'EP058';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_feedback BEFORE UPDATE ON reviews_feedback FOR EACH ROW EXECUTE FUNCTION wall_feedback();

CREATE FUNCTION wall_feedback_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF (SELECT state FROM reviews_feedback WHERE id = NEW.feedback_id FOR SHARE) <> 'draft' THEN
    RAISE EXCEPTION 'feedback %: written as long as it is a draft', NEW.feedback_id USING ERRCODE = 'EP003';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_feedback_written BEFORE INSERT ON reviews_feedbacktext FOR EACH ROW EXECUTE FUNCTION wall_feedback_written();
CREATE TRIGGER wall_feedback_written BEFORE INSERT ON reviews_harmless FOR EACH ROW EXECUTE FUNCTION wall_feedback_written();

-- Dossiers of which whoever is at work is the rapporteur, as long as their report counts.
CREATE FUNCTION dossiers_reported() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT d.application_id FROM reviews_discussion d
               JOIN reviews_assignment a ON a.id = d.rapporteur_id AND a.state = 'declared'
               JOIN reviews_review r ON r.assignment_id = a.id AND r.state = 'locked'
               WHERE a.expert_id = portal_actor() AND 'expert' = ANY (actor_roles()))
$$;
COMMENT ON FUNCTION dossiers_reported IS 'door: web, worker, auditor';

ALTER TABLE reviews_feedback ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_feedback
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'auditor'))
         OR application_id = ANY ((SELECT dossiers_reported())::bigint[]));
-- Drafts and what was flagged in them: never the applicant's, who reads what was approved.
ALTER TABLE reviews_feedbacktext ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_feedbacktext
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'auditor'))
         OR EXISTS (SELECT FROM reviews_feedback f WHERE f.id = feedback_id AND f.application_id = ANY ((SELECT dossiers_reported())::bigint[])));
ALTER TABLE reviews_harmless ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON reviews_harmless
  USING ((SELECT reads_as('instructor', 'validator', 'jury_chair', 'auditor'))
         OR EXISTS (SELECT FROM reviews_feedback f WHERE f.id = feedback_id AND f.application_id = ANY ((SELECT dossiers_reported())::bigint[])));
