-- Who reads which rows: the second wall on what must not cross from one establishment to another (docs/decisions/0025-actor.md). Each room
-- lays its policies (reading.sql) on these two questions; `visible_to` says more finely who sees a page, and stands before them.

-- Whoever may call it reads every row, in nobody's name: the right is what is asked, the function does nothing.
CREATE FUNCTION reads_all() RETURNS void LANGUAGE sql AS '';
COMMENT ON FUNCTION reads_all IS 'door: worker, auditor';

CREATE FUNCTION actor_roles() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT g.name FROM directory_user_groups m JOIN auth_group g ON g.id = m.group_id WHERE m.user_id = portal_actor())
$$;
COMMENT ON FUNCTION actor_roles IS 'door: web, worker, auditor';

-- Whether this login reads every row, or whoever is at work holds one of these roles.
CREATE FUNCTION reads_as(VARIADIC p_roles text[]) RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT has_function_privilege(current_user, 'reads_all()', 'EXECUTE') OR actor_roles() && p_roles
$$;
COMMENT ON FUNCTION reads_as IS 'door: web, worker, auditor';
