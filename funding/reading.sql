-- A bank account is read by its beneficiary's people and by those of the State who follow grants.

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
