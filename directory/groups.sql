-- Who is in which group: who sees the dossiers of an establishment, who holds a role of the State. No login writes the table;
-- this door brings a person's place in a group to what the facts say, and each fact is an event.

-- An establishment's group: whoever writes or signs for it today. A role: whoever was last granted it, by an administrator
-- other than themselves (by the portal itself only as long as nobody administers it), and who holds nothing it excludes.
CREATE FUNCTION group_settle(p_user bigint, p_group bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_establishment bigint;
  v_role text;
  v_last event%ROWTYPE;
  v_in boolean;
BEGIN
  SELECT e.id, g.name INTO v_establishment, v_role FROM auth_group g LEFT JOIN directory_establishment e ON e.group_id = g.id
    WHERE g.id = p_group;
  IF v_establishment IS NOT NULL THEN
    v_in := EXISTS (SELECT FROM directory_affiliation WHERE user_id = p_user AND establishment_id = v_establishment
                      AND kind IN ('writer', 'signatory') AND ended_at IS NULL);
  ELSE
    SELECT * INTO v_last FROM event WHERE subject_type = 'directory.user' AND subject_id = p_user
      AND kind IN ('role.granted', 'role.revoked') AND data->>'role' = v_role ORDER BY id DESC LIMIT 1;
    v_in := coalesce(v_last.kind = 'role.granted', false);
    IF v_in AND NOT role_may_be_given(p_user, v_role, v_last.by_id) THEN
      RAISE EXCEPTION 'role %: not given to % by %', v_role, p_user, v_last.by_id USING ERRCODE = 'EP030';
    END IF;
  END IF;
  IF v_in THEN
    INSERT INTO directory_user_groups (user_id, group_id) VALUES (p_user, p_group) ON CONFLICT DO NOTHING;
  ELSE
    DELETE FROM directory_user_groups WHERE user_id = p_user AND group_id = p_group;
  END IF;
  RETURN v_in;
END $$;
COMMENT ON FUNCTION group_settle IS 'door: web';

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
