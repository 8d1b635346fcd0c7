-- Who is in which group: who sees the dossiers of an establishment, who holds a role of the State. No login writes the table;
-- this door brings a person's place in a group to what the facts say, and each fact is an event.

-- An establishment's group: whoever writes or signs for it today. A role: as it is asked (`p_in`, `p_by`) of an administrator other
-- than themselves (of the portal itself only as long as nobody administers it), and of whoever holds nothing that it excludes.
CREATE FUNCTION group_settle(p_user bigint, p_group bigint, p_in boolean, p_by bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_establishment bigint;
  v_role text;
  v_in boolean := p_in;
BEGIN
  SELECT e.id, g.name INTO v_establishment, v_role FROM auth_group g LEFT JOIN directory_establishment e ON e.group_id = g.id
    WHERE g.id = p_group;
  IF v_establishment IS NULL THEN
    IF v_in AND NOT role_may_be_given(p_user, v_role, p_by) THEN
      RAISE EXCEPTION 'role %: not given to % by %', v_role, p_user, p_by USING ERRCODE = 'EP030';
    END IF;
  ELSE
    v_in := EXISTS (SELECT FROM directory_affiliation WHERE user_id = p_user AND establishment_id = v_establishment
                      AND kind IN ('writer', 'signatory') AND ended_at IS NULL);
  END IF;
  IF v_in THEN
    INSERT INTO directory_user_groups (user_id, group_id) VALUES (p_user, p_group) ON CONFLICT DO NOTHING;
  ELSE
    DELETE FROM directory_user_groups WHERE user_id = p_user AND group_id = p_group;
  END IF;
  RETURN v_in;
END $$;
COMMENT ON FUNCTION group_settle IS 'door: web';

-- A role, when the transaction ends: its event says the same, by somebody else.
CREATE FUNCTION wall_role() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_user bigint := coalesce(NEW.user_id, OLD.user_id);
  v_group bigint := coalesce(NEW.group_id, OLD.group_id);
  v_role text := (SELECT name FROM auth_group WHERE id = v_group);
  v_last event%ROWTYPE;
BEGIN
  IF EXISTS (SELECT FROM directory_establishment WHERE group_id = v_group) THEN RETURN NULL; END IF;
  SELECT * INTO v_last FROM event WHERE subject_type = 'directory.user' AND subject_id = v_user
    AND kind IN ('role.granted', 'role.revoked') AND data->>'role' = v_role ORDER BY id DESC LIMIT 1;
  IF coalesce(v_last.kind = 'role.granted', false) <> EXISTS (
       SELECT FROM directory_user_groups WHERE user_id = v_user AND group_id = v_group)
     OR v_last.kind = 'role.granted' AND v_last.by_id = v_user THEN
    RAISE EXCEPTION 'role % of %: no event says so', v_role, v_user USING ERRCODE = 'EP030';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER wall_role AFTER INSERT OR DELETE ON directory_user_groups DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION wall_role();

-- Administration and audit are held alone. The owner (a migration, the demonstration) may speak for the portal.
CREATE FUNCTION role_may_be_given(p_user bigint, p_role text, p_by bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  WITH held AS (
    SELECT u.user_id, g.name FROM directory_user_groups u JOIN auth_group g ON g.id = u.group_id
      JOIN directory_user p ON p.id = u.user_id AND p.is_active
      WHERE NOT EXISTS (SELECT FROM directory_establishment e WHERE e.group_id = g.id)
  )
  SELECT p_by IS DISTINCT FROM p_user
    AND (EXISTS (SELECT FROM held WHERE user_id = p_by AND name = 'administrator')
         OR p_by IS NULL AND (session_user = current_user OR NOT EXISTS (SELECT FROM held WHERE name = 'administrator')))
    AND NOT EXISTS (SELECT FROM held WHERE user_id = p_user AND name <> p_role
                      AND (name IN ('administrator', 'auditor') OR p_role IN ('administrator', 'auditor')))
$$;
