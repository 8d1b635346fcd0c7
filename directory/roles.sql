-- Who is in which group: who sees the dossiers of an establishment, who holds a role of the State. No login writes the table;
-- `group_settle` brings a person's place to what the facts say. Roles are given and taken by acts of two; which ones nobody holds
-- together is a table, and an exception has its end.
-- Refusals: EP014 roles that do not go together - EP015 nobody gives a role alone, nor to themselves.

-- An establishment's group: whoever writes or signs for it today. A role: as it is asked, and the walls below have the last word.
CREATE FUNCTION group_settle(p_user bigint, p_group bigint, p_in boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_establishment bigint := (SELECT id FROM directory_establishment WHERE group_id = p_group);
  v_in boolean := p_in;
BEGIN
  IF v_establishment IS NOT NULL THEN
    v_in := EXISTS (SELECT FROM directory_affiliation WHERE user_id = p_user AND establishment_id = v_establishment
                     AND kind IN ('writer', 'signatory') AND ended_at IS NULL);
  ELSIF NOT EXISTS (SELECT FROM auth_group WHERE id = p_group AND name = ANY (role_names())) THEN
    RAISE EXCEPTION 'group %: of no role and of no establishment', p_group USING ERRCODE = 'EP015';
  END IF;
  IF v_in THEN
    INSERT INTO directory_user_groups (user_id, group_id) VALUES (p_user, p_group) ON CONFLICT DO NOTHING;
  ELSE
    DELETE FROM directory_user_groups WHERE user_id = p_user AND group_id = p_group;
  END IF;
  RETURN v_in;
END $$;
COMMENT ON FUNCTION group_settle IS 'door: web, worker';

CREATE FUNCTION role_names() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY['instructor', 'validator', 'expert', 'jury_chair', 'certifier', 'orderer', 'payer', 'direction', 'hdh', 'auditor',
               'administrator']
$$;
COMMENT ON FUNCTION role_names IS 'door: web';   -- `verify` asks it, and role_seated, as whoever runs it

-- « establishment »: writes or signs for a candidate. An expert may (a conflict of interests, ruled as such, dossier by dossier).
DELETE FROM directory_incompatible;
INSERT INTO directory_incompatible (role, other) VALUES
  ('expert', 'jury_chair'), ('expert', 'instructor'), ('expert', 'validator'), ('expert', 'certifier'), ('expert', 'orderer'),
  ('expert', 'payer'), ('validator', 'instructor'), ('certifier', 'orderer'), ('certifier', 'payer'), ('orderer', 'payer');
INSERT INTO directory_incompatible (role, other)
  SELECT role, 'establishment' FROM unnest(role_names()) AS role WHERE role <> 'expert'
  UNION ALL
  SELECT apart, role FROM unnest(ARRAY['auditor', 'administrator']) AS apart, unnest(role_names()) AS role WHERE role <> apart;

-- What this person is that does not go with it, unless an exception made for one of the two is not over.
CREATE FUNCTION role_clash(p_user bigint, p_new text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT held.name FROM (
    SELECT g.name FROM directory_user_groups m JOIN auth_group g ON g.id = m.group_id
     WHERE m.user_id = p_user AND g.name = ANY (role_names())
    UNION ALL
    SELECT 'establishment' FROM directory_affiliation
     WHERE user_id = p_user AND ended_at IS NULL AND kind IN ('writer', 'signatory')) AS held (name)
  JOIN directory_incompatible i ON (i.role, i.other) IN ((p_new, held.name), (held.name, p_new))
  WHERE NOT EXISTS (SELECT FROM directory_roleexception x WHERE x.user_id = p_user AND x.role IN (p_new, held.name)
                       AND x.until_on >= (portal_now() AT TIME ZONE 'Europe/Paris')::date)
  ORDER BY held.name LIMIT 1
$$;
COMMENT ON FUNCTION role_clash IS 'door: web';

-- The first two administrators, named by the first event of its kind; one whose role was taken back since is no longer of them.
CREATE FUNCTION role_seated(p_user bigint) RETURNS boolean LANGUAGE sql AS $$
  SELECT EXISTS (SELECT FROM event WHERE id = (SELECT min(id) FROM event WHERE kind = 'administrators.seated')
                    AND data->'users' @> to_jsonb(p_user))
     AND NOT EXISTS (SELECT FROM act WHERE kind = 'role.revoke' AND state = 'approved'
                        AND payload @> jsonb_build_object('user', p_user, 'role', 'administrator'))
$$;
COMMENT ON FUNCTION role_seated IS 'door: web';

CREATE FUNCTION wall_role() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_user bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
  v_role text := (SELECT name FROM auth_group WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.group_id ELSE NEW.group_id END);
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'a link to a group is made or ended, never changed' USING ERRCODE = 'EP015';
  ELSIF NOT coalesce(v_role = ANY (role_names()), false) THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  ELSIF TG_OP = 'DELETE' THEN
    IF NOT EXISTS (SELECT FROM directory_roleexception WHERE user_id = v_user AND role = v_role
                      AND until_on < (portal_now() AT TIME ZONE 'Europe/Paris')::date) THEN
      PERFORM act_need('role.revoke', jsonb_build_object('user', v_user, 'role', v_role));
    END IF;
    RETURN OLD;
  END IF;
  IF NOT (v_role = 'administrator' AND role_seated(v_user)) THEN
    PERFORM act_need('role.grant', jsonb_build_object('user', v_user, 'role', v_role));
    IF EXISTS (SELECT FROM act WHERE decided_in = pg_current_xact_id()::text::bigint AND kind = 'role.grant'
                  AND payload @> jsonb_build_object('user', v_user, 'role', v_role) AND v_user IN (proposed_by_id, decided_by_id)) THEN
      RAISE EXCEPTION 'nobody gives themselves a role' USING ERRCODE = 'EP015';
    END IF;
  END IF;
  IF role_clash(v_user, v_role) IS NOT NULL THEN
    RAISE EXCEPTION '% does not go with %', v_role, role_clash(v_user, v_role) USING ERRCODE = 'EP014';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_role BEFORE INSERT OR UPDATE OR DELETE ON directory_user_groups FOR EACH ROW EXECUTE FUNCTION wall_role();

-- Whoever writes or signs for a candidate holds no role of the State.
CREATE FUNCTION wall_affiliation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.ended_at IS NULL AND NEW.kind IN ('writer', 'signatory') AND role_clash(NEW.user_id, 'establishment') IS NOT NULL THEN
    RAISE EXCEPTION 'establishment does not go with %', role_clash(NEW.user_id, 'establishment') USING ERRCODE = 'EP014';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_affiliation BEFORE INSERT OR UPDATE ON directory_affiliation FOR EACH ROW EXECUTE FUNCTION wall_affiliation();

CREATE FUNCTION wall_role_exception() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM act_need('role.grant', jsonb_build_object('user', NEW.user_id, 'role', NEW.role, 'until', NEW.until_on));
  RETURN NEW;
END $$;
CREATE TRIGGER wall_role_exception BEFORE INSERT ON directory_roleexception FOR EACH ROW EXECUTE FUNCTION wall_role_exception();

-- The group of a role keeps its name, and no other takes it.
CREATE FUNCTION wall_role_group() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.name = ANY (role_names()) OR (TG_OP = 'UPDATE' AND NEW.name = ANY (role_names())) THEN
    RAISE EXCEPTION 'the group of a role does not change' USING ERRCODE = 'EP015';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER wall_role_group BEFORE UPDATE OR DELETE ON auth_group FOR EACH ROW EXECUTE FUNCTION wall_role_group();
