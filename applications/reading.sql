-- What a consortium writes, joins, deposits and says is read by its own people and by the State; experts: reviews/reading.sql.

CREATE FUNCTION dossiers_joined() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT l.content_object_id FROM applications_applicationgrouppermission l
                 JOIN directory_user_groups m ON m.group_id = l.group_id WHERE m.user_id = portal_actor())
$$;
COMMENT ON FUNCTION dossiers_joined IS 'door: web, worker, auditor';

CREATE FUNCTION reads_dossiers() RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT reads_as('instructor', 'validator', 'jury_chair', 'certifier', 'orderer', 'payer', 'direction', 'hdh', 'auditor')
$$;
COMMENT ON FUNCTION reads_dossiers IS 'door: web, worker, auditor';

ALTER TABLE applications_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY joined ON applications_answer
  USING ((SELECT reads_dossiers()) OR application_id = ANY ((SELECT dossiers_joined())::bigint[]));

ALTER TABLE applications_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY joined ON applications_version
  USING ((SELECT reads_dossiers()) OR application_id = ANY ((SELECT dossiers_joined())::bigint[]));

ALTER TABLE applications_piece ENABLE ROW LEVEL SECURITY;
CREATE POLICY joined ON applications_piece
  USING ((SELECT reads_dossiers()) OR application_id = ANY ((SELECT dossiers_joined())::bigint[]));
