-- A bank account, and what a beneficiary declares of its expenses, are read by its people and by those of the State who follow grants.

CREATE FUNCTION groups_joined() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT group_id FROM directory_user_groups WHERE user_id = portal_actor())
$$;
COMMENT ON FUNCTION groups_joined IS 'door: web, worker, auditor';

ALTER TABLE funding_bankaccount ENABLE ROW LEVEL SECURITY;
CREATE POLICY beneficiary ON funding_bankaccount
  USING ((SELECT reads_as('instructor', 'validator', 'certifier', 'orderer', 'payer', 'direction', 'auditor'))
         OR EXISTS (SELECT FROM funding_convention c JOIN funding_grantshare s ON s.id = c.share_id
                      JOIN directory_establishment e ON e.id = s.establishment_id
                     WHERE c.id = convention_id AND e.group_id = ANY ((SELECT groups_joined())::bigint[])));

ALTER TABLE funding_claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY beneficiary ON funding_claim
  USING ((SELECT reads_as('instructor', 'validator', 'certifier', 'orderer', 'payer', 'direction', 'auditor'))
         OR EXISTS (SELECT FROM funding_convention c JOIN funding_grantshare s ON s.id = c.share_id
                      JOIN directory_establishment e ON e.id = s.establishment_id
                     WHERE c.id = convention_id AND e.group_id = ANY ((SELECT groups_joined())::bigint[])));
ALTER TABLE funding_claimline ENABLE ROW LEVEL SECURITY;
CREATE POLICY beneficiary ON funding_claimline
  USING ((SELECT reads_as('instructor', 'validator', 'certifier', 'orderer', 'payer', 'direction', 'auditor'))
         OR EXISTS (SELECT FROM funding_claim k WHERE k.id = claim_id));
ALTER TABLE funding_claimfile ENABLE ROW LEVEL SECURITY;
CREATE POLICY beneficiary ON funding_claimfile
  USING ((SELECT reads_as('instructor', 'validator', 'certifier', 'orderer', 'payer', 'direction', 'auditor'))
         OR EXISTS (SELECT FROM funding_claim k WHERE k.id = claim_id));

-- Whether any beneficiary of an award has declared expenses: its coordinator is told that the project has begun, and nothing of what
-- another has declared.
CREATE FUNCTION grant_declares(p_grant bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM funding_claim k JOIN funding_convention c ON c.id = k.convention_id
                   JOIN funding_grantshare s ON s.id = c.share_id WHERE s.grant_id = p_grant)
$$;
COMMENT ON FUNCTION grant_declares IS 'door: web, worker';

-- What a consortium and the service write to each other is read by who carries the dossier: not by those whose establishments have all
-- left it. What was deposited and decided while they were of it stays theirs.
CREATE FUNCTION dossiers_left() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT m.application_id FROM applications_membership m JOIN directory_establishment e ON e.id = m.establishment_id
                WHERE m.state = 'accepted' AND e.group_id = ANY (groups_joined())
                GROUP BY 1 HAVING bool_and(dossier_left(m.application_id, m.establishment_id)))
$$;
COMMENT ON FUNCTION dossiers_left IS 'door: web, worker, auditor';

CREATE POLICY carried ON casework_thread AS RESTRICTIVE
  USING ((SELECT reads_dossiers()) OR NOT application_id = ANY ((SELECT dossiers_left())::bigint[]));
