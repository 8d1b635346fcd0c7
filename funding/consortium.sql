-- The consortium of an award that runs: the members of its dossier, as amendments in force have changed them (R82). Whoever asks who is a
-- member, who coordinates, or who signs an amendment, asks here.
-- Refusals: EP010 no approved act says so - EP032 not what the amendment says of the consortium.

CREATE FUNCTION award_coordinator(p_grant bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT establishment_id FROM funding_memberchange WHERE grant_id = p_grant AND change = 'lead' ORDER BY id DESC LIMIT 1),
                  (SELECT a.coordinator_id FROM funding_grant g JOIN applications_application a ON a.id = g.application_id WHERE g.id = p_grant))
$$;
COMMENT ON FUNCTION award_coordinator IS 'door: web, worker';

CREATE FUNCTION award_left(p_grant bigint, p_establishment bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM funding_memberchange WHERE grant_id = p_grant AND establishment_id = p_establishment AND change = 'out')
$$;
COMMENT ON FUNCTION award_left IS 'door: web, worker';

-- The same of the dossier that the award is of: its people carry it no more.
CREATE FUNCTION dossier_left(p_application bigint, p_establishment bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM funding_grant g WHERE g.application_id = p_application AND award_left(g.id, p_establishment))
$$;
COMMENT ON FUNCTION dossier_left IS 'door: web, worker';

CREATE FUNCTION award_members(p_grant bigint) RETURNS TABLE (establishment bigint, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.id, CASE WHEN e.id = award_coordinator(p_grant) THEN 'coordinator' ELSE 'partner' END FROM (
    SELECT m.establishment_id AS id FROM applications_membership m JOIN funding_grant g ON g.application_id = m.application_id
     WHERE g.id = p_grant AND m.state = 'accepted'
    UNION SELECT establishment_id FROM funding_memberchange WHERE grant_id = p_grant AND change = 'in') e
   WHERE NOT award_left(p_grant, e.id)
$$;
COMMENT ON FUNCTION award_members IS 'door: web, worker';

CREATE FUNCTION award_size(p_grant bigint) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*)::integer FROM award_members(p_grant)
$$;
COMMENT ON FUNCTION award_size IS 'door: web, worker';

-- Who signs an amendment: the members whose convention runs, and whoever changes their place in the consortium; never who is put out of it.
CREATE FUNCTION amendment_parties(p_amendment bigint) RETURNS TABLE (establishment bigint, convention bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH m AS (SELECT * FROM funding_amendment WHERE id = p_amendment),
  running AS (
    SELECT s.establishment_id, c.id FROM m JOIN funding_grantshare s ON s.grant_id = m.grant_id JOIN funding_convention c ON c.share_id = s.id
     WHERE c.state <> 'closed' AND NOT award_left(m.grant_id, s.establishment_id)),
  moved AS (
    SELECT coalesce(b.key, a.key)::bigint AS id FROM (SELECT r.* FROM m, jsonb_each_text(coalesce(m.before->'members', '{}')) r) b
      FULL JOIN (SELECT r.* FROM m, jsonb_each_text(coalesce(m.after->'members', '{}')) r) a ON a.key = b.key
     WHERE a.value IS DISTINCT FROM b.value)
  SELECT p.* FROM (SELECT * FROM running UNION ALL SELECT id, NULL FROM moved WHERE id NOT IN (SELECT establishment_id FROM running)) p
   WHERE NOT EXISTS (SELECT FROM m WHERE kind = 'exclude' AND establishment_id = p.establishment_id)
$$;
COMMENT ON FUNCTION amendment_parties IS 'door: web, worker';

-- The signatures that amendments wait for of these establishments: what their home lists, and nothing that the wall would refuse.
CREATE FUNCTION amendments_to_sign(p_establishments bigint[]) RETURNS TABLE (amendment bigint, establishment bigint, convention bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.id, p.* FROM funding_amendment m CROSS JOIN LATERAL amendment_parties(m.id) p
   WHERE m.state = 'sent' AND p.establishment = ANY (p_establishments)
     AND coalesce((m.before->'members') || (m.after->'members') ?| p_establishments::text[], true)
     AND NOT EXISTS (SELECT FROM funding_amendmentsignature g WHERE g.amendment_id = m.id
                        AND (g.convention_id = p.convention OR p.convention IS NULL AND g.establishment_id = p.establishment))
$$;
COMMENT ON FUNCTION amendments_to_sign IS 'door: web';

-- The key that the share of who joins will have: what is signed names it before it is born.
CREATE FUNCTION share_key() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT nextval(pg_get_serial_sequence('funding_grantshare', 'id'))
$$;
COMMENT ON FUNCTION share_key IS 'door: web';

-- A member joins, leaves or coordinates by the approved act whose before and after say it.
CREATE FUNCTION wall_member_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_key text := NEW.establishment_id;
BEGIN
  PERFORM act_need('amendment', jsonb_build_object('amendment', NEW.amendment_id, 'grant', NEW.grant_id));
  IF NOT EXISTS (SELECT FROM funding_amendment m CROSS JOIN LATERAL (SELECT m.before->'members'->>v_key AS old, m.after->'members'->>v_key AS new) r
                  WHERE m.id = NEW.amendment_id AND m.grant_id = NEW.grant_id AND CASE NEW.change
                        WHEN 'in' THEN r.old IS NULL AND r.new IS NOT NULL
                        WHEN 'out' THEN r.old IS NOT NULL AND r.new IS NULL
                        ELSE r.old IS DISTINCT FROM 'coordinator' AND r.new = 'coordinator' END) THEN
    RAISE EXCEPTION 'amendment %: it says nothing of this member', NEW.amendment_id USING ERRCODE = 'EP032';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_member_change BEFORE INSERT ON funding_memberchange FOR EACH ROW EXECUTE FUNCTION wall_member_change();
