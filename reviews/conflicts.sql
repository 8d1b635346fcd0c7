-- Links between a person and a dossier (R50). One definition, asked by the form, by the verb and by the wall on assignments.

-- Every establishment and SIREN of a dossier: members invited or accepted, associated partners, and whoever the deposited
-- version names (a member that has left since was still read by the expert). Numbers are looked up as arrays: the register, which is
-- national, is read by its indexes and never through.
CREATE FUNCTION review_parties(p_application bigint)
RETURNS TABLE (establishment_id bigint, siren text, ght text, name text)
LANGUAGE sql STABLE ROWS 10 SET search_path = public, pg_temp AS $$
  WITH frozen AS (
    SELECT v.content FROM applications_application a JOIN applications_version v ON v.id = a.version_id
    WHERE a.id = p_application
  ), ids AS (
    SELECT establishment_id AS id FROM applications_membership
      WHERE application_id = p_application AND state IN ('invited', 'accepted')
    UNION SELECT establishment_id FROM applications_associatedpartner
      WHERE application_id = p_application AND establishment_id IS NOT NULL
    UNION SELECT id FROM directory_establishment WHERE finess = ANY (ARRAY(
      SELECT DISTINCT f #>> '{}' FROM frozen, jsonb_path_query(content, 'strict $.**.finess') AS f))
    UNION SELECT unnest(ARRAY(
      SELECT DISTINCT (m #>> '{}')::bigint FROM frozen, jsonb_path_query(content, '$.members[*].establishment') AS m))
    UNION SELECT id FROM directory_establishment WHERE siret <> '' AND siret = ANY (ARRAY(
      SELECT DISTINCT s #>> '{}' FROM frozen, jsonb_path_query(content, 'strict $.**.siret') AS s))
  )
  SELECT id, left(siret, 9), ght_code, name::text FROM directory_establishment WHERE id = ANY (ARRAY(SELECT id FROM ids))
  UNION ALL
  SELECT NULL, p.siren, '', p.name FROM applications_associatedpartner p WHERE p.application_id = p_application AND p.siren <> ''
  UNION ALL
  SELECT DISTINCT NULL::bigint, left(s #>> '{}', 9), '', left(s #>> '{}', 9)
    FROM frozen, jsonb_path_query(content, 'strict $.**.siren') AS s WHERE s #>> '{}' <> ''
$$;

-- Who writes or signs today for a body of a dossier.
CREATE FUNCTION review_people(p_establishments bigint[])
RETURNS TABLE (user_id bigint, name text, domain text)
LANGUAGE sql STABLE ROWS 10 SET search_path = public, pg_temp AS $$
  SELECT DISTINCT u.id, u.full_name::text, split_part(u.email, '@', 2)
    FROM directory_affiliation a JOIN directory_user u ON u.id = a.user_id
   WHERE a.establishment_id = ANY (p_establishments) AND a.ended_at IS NULL AND a.kind IN ('writer', 'signatory')
$$;

-- The rules of a dossier's call on links that are strong or weak as it sets, each with the day after which a link that is over counts.
CREATE FUNCTION review_rules(p_application bigint)
RETURNS TABLE (kind text, strong boolean, after_on date)
LANGUAGE sql STABLE ROWS 10 SET search_path = public, pg_temp AS $$
  SELECT r.kind, r.strong, ((portal_now() AT TIME ZONE 'Europe/Paris') - make_interval(years => r.years))::date
    FROM applications_application a JOIN calls_wave w ON w.id = a.wave_id JOIN calls_linkrule r ON r.settings_id = w.settings_id
   WHERE a.id = p_application
$$;

-- All links of a dossier with these people. `weight` orders the facts, the plainest first; `key` names one whatever its words become.
-- What holds today between establishments is always strong; the rest as the call sets it, and not looked for where it sets nothing.
CREATE FUNCTION review_links(p_application bigint, p_users bigint[])
RETURNS TABLE (user_id bigint, weight int, strong boolean, kind text, own text, other text, key text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  WITH party AS MATERIALIZED (SELECT * FROM review_parties(p_application)),
  rule AS MATERIALIZED (SELECT * FROM review_rules(p_application)),
  worked AS MATERIALIZED (
    SELECT a.user_id, a.since_at, a.ended_at, e.id, e.name::text AS name, left(e.siret, 9) AS siren, e.ght_code AS ght
    FROM directory_affiliation a JOIN directory_establishment e ON e.id = a.establishment_id WHERE a.user_id = ANY (p_users)
  ),
  own AS MATERIALIZED (SELECT DISTINCT user_id, id, name, siren, ght FROM worked WHERE ended_at IS NULL),
  tie AS MATERIALIZED (
    SELECT expert_id AS user_id, kind, body, siren, until_on,
           kind = 'employer' AND coalesce(until_on >= (portal_now() AT TIME ZONE 'Europe/Paris')::date, true) AS employs
    FROM reviews_tie WHERE expert_id = ANY (p_users) AND withdrawn_at IS NULL
  ),
  people AS MATERIALIZED (SELECT * FROM review_people(ARRAY(SELECT establishment_id FROM party WHERE establishment_id IS NOT NULL))),
  strong AS (
    SELECT o.user_id, 1 AS weight, 'employer' AS kind, o.name AS own, p.name AS other, o.id || ':' || p.establishment_id AS key
      FROM own o JOIN party p ON p.establishment_id = o.id
    UNION SELECT o.user_id, 2, 'siren', o.name, p.name, o.id || ':' || p.siren FROM own o JOIN party p ON p.siren = o.siren
      WHERE o.siren <> '' AND p.establishment_id IS DISTINCT FROM o.id
    UNION SELECT t.user_id, 2, 'siren', t.body, p.name, t.siren || ':' || p.siren FROM tie t JOIN party p ON p.siren = t.siren
      WHERE t.siren <> '' AND t.employs
    UNION SELECT o.user_id, 3, 'ght', o.name, p.name, o.id || ':' || p.establishment_id FROM own o JOIN party p ON p.ght = o.ght
      WHERE o.ght <> '' AND p.establishment_id <> o.id
    UNION SELECT o.user_id, 4, 'gcs_member', o.name, p.name, o.id || ':' || p.establishment_id FROM own o
      JOIN directory_gcsmembership g ON g.member_id = o.id JOIN party p ON p.establishment_id = g.gcs_id
    UNION SELECT o.user_id, 5, 'gcs_itself', o.name, p.name, o.id || ':' || p.establishment_id FROM own o
      JOIN directory_gcsmembership g ON g.gcs_id = o.id JOIN party p ON p.establishment_id = g.member_id
    UNION SELECT o.user_id, 6, 'gcs_common', o.name, p.name, o.id || ':' || p.establishment_id FROM own o
      JOIN directory_gcsmembership g ON g.member_id = o.id
      JOIN directory_gcsmembership h ON h.gcs_id = g.gcs_id AND h.member_id <> g.member_id
      JOIN party p ON p.establishment_id = h.member_id
  ),
  as_set AS (
    SELECT w.user_id, 7 AS weight, 'former_employer' AS kind, w.name AS own, p.name AS other, w.id || ':' || p.name AS key,
           w.ended_at::date AS until_on
      FROM worked w JOIN party p ON p.establishment_id = w.id OR (w.siren <> '' AND p.siren = w.siren) WHERE w.ended_at IS NOT NULL
    UNION SELECT t.user_id, CASE WHEN t.kind = 'employer' THEN 7 ELSE 8 END,
           CASE WHEN t.kind = 'employer' AND NOT t.employs THEN 'former_employer' ELSE 'declared' END,
           t.body, p.name, t.kind || ':' || t.body || ':' || p.name, t.until_on
      FROM tie t JOIN party p ON (t.siren <> '' AND p.siren = t.siren) OR lower(t.body) = lower(btrim(p.name))
     WHERE NOT (t.employs AND t.siren <> '' AND p.siren = t.siren)
    UNION SELECT o.user_id, 9, 'associated_name', o.name, p.name::text, o.id || ':' || p.id, NULL
      FROM own o JOIN applications_associatedpartner p ON lower(btrim(p.name)) = lower(o.name)
     WHERE p.application_id = p_application AND p.siren = '' AND p.establishment_id IS NULL
    UNION SELECT u.id, 10, 'mail', split_part(u.email, '@', 2), q.domain, split_part(u.email, '@', 2) || ':' || q.domain, NULL
      FROM directory_user u JOIN people q ON q.user_id <> u.id
       AND (q.domain = split_part(u.email, '@', 2) OR q.domain LIKE '%.' || split_part(u.email, '@', 2) OR split_part(u.email, '@', 2) LIKE '%.' || q.domain)
     WHERE u.id = ANY (p_users) AND NOT ARRAY[q.domain, split_part(u.email, '@', 2)] && (
       SELECT regexp_split_to_array(lower(s.mail_providers), '\s+') FROM applications_application a JOIN calls_wave w ON w.id = a.wave_id
         JOIN calls_callsettings s ON s.id = w.settings_id WHERE a.id = p_application)
    UNION SELECT o.user_id, 11, 'candidate', o.name, '', o.id::text, NULL FROM own o
      JOIN applications_membership m ON m.establishment_id = o.id AND m.state = 'accepted'
      JOIN applications_application b ON b.id = m.application_id AND b.state IN ('submitted', 'admissible') AND b.id <> p_application
       AND b.wave_id = (SELECT wave_id FROM applications_application WHERE id = p_application)
    UNION SELECT w.user_id, 12, 'colleague', w.name, q.name, w.id || ':' || q.user_id,
           least(coalesce(w.ended_at, 'infinity'), coalesce(c.ended_at, 'infinity'))::date
      FROM worked w JOIN people q ON q.user_id <> w.user_id
      JOIN directory_affiliation c ON c.user_id = q.user_id AND c.establishment_id = w.id
       AND c.since_at <= coalesce(w.ended_at, 'infinity') AND w.since_at <= coalesce(c.ended_at, 'infinity')
     WHERE NOT EXISTS (SELECT FROM party p WHERE p.establishment_id = w.id)
  )
  SELECT user_id, weight, true, kind, own, other, kind || ':' || key FROM strong
  UNION SELECT l.user_id, l.weight, r.strong, l.kind, l.own, l.other, l.kind || ':' || l.key
    FROM as_set l JOIN rule r ON r.kind = l.kind WHERE coalesce(l.until_on > r.after_on, true)
$$;

-- Of these links, those that shut the dossier: the strong ones, and the weak ones that the chair has not allowed (the last ruling on each
-- stands). One that the chair refused is as strong as another.
CREATE FUNCTION review_shut(p_application bigint, p_users bigint[])
RETURNS TABLE (user_id bigint, strong boolean, weight int, fact text, key text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT l.user_id, l.strong OR r.allowed IS NOT NULL, l.weight, l.kind || '|' || l.own || '|' || l.other, l.key
    FROM review_links(p_application, p_users) l LEFT JOIN LATERAL (
      SELECT g.allowed FROM reviews_ruling g WHERE g.expert_id = l.user_id AND g.application_id = p_application AND l.key = ANY (g.keys)
       ORDER BY g.id DESC LIMIT 1) r ON NOT l.strong
   WHERE r.allowed IS NOT TRUE
$$;

-- Those whose people a change of this establishment may tie to a dossier: itself, those of its SIREN, of its GHT, of its GCS.
CREATE FUNCTION review_neighbours(p_establishment bigint)
RETURNS SETOF bigint LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT p_establishment
  UNION SELECT e.id FROM directory_establishment b JOIN directory_establishment e
      ON e.siret BETWEEN left(b.siret, 9) || '00000' AND left(b.siret, 9) || '99999' WHERE b.id = p_establishment AND b.siret <> '' AND e.siret <> ''
  UNION SELECT e.id FROM directory_establishment b JOIN directory_establishment e ON e.ght_code = b.ght_code
    WHERE b.id = p_establishment AND b.ght_code <> ''
  UNION SELECT gcs_id FROM directory_gcsmembership WHERE member_id = p_establishment
  UNION SELECT member_id FROM directory_gcsmembership WHERE gcs_id = p_establishment
  UNION SELECT h.member_id FROM directory_gcsmembership g JOIN directory_gcsmembership h ON h.gcs_id = g.gcs_id WHERE g.member_id = p_establishment
$$;
COMMENT ON FUNCTION review_neighbours IS 'door: web, worker';
COMMENT ON FUNCTION review_parties IS 'door: web, worker';
COMMENT ON FUNCTION review_links IS 'door: web, worker';

COMMENT ON FUNCTION review_people IS 'door: web, worker';
COMMENT ON FUNCTION review_rules IS 'door: web, worker';
COMMENT ON FUNCTION review_shut IS 'door: web, worker';

-- NULL, or the plainest strong fact as « kind|their establishment|the dossier's ».
CREATE FUNCTION review_conflict(p_user bigint, p_application bigint)
RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT fact FROM review_shut(p_application, ARRAY[p_user]) WHERE strong ORDER BY weight, fact LIMIT 1
$$;
COMMENT ON FUNCTION review_conflict IS 'door: web, worker';

-- NULL, or the plainest fact on which the chair has still to rule.
CREATE FUNCTION review_waits(p_user bigint, p_application bigint)
RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT fact FROM (SELECT * FROM review_shut(p_application, ARRAY[p_user]) ORDER BY strong DESC, weight, fact LIMIT 1) first WHERE NOT strong
$$;
COMMENT ON FUNCTION review_waits IS 'door: web, worker';

-- The wall: nobody strongly linked to a dossier is asked to judge it, nor opens it; who is weakly linked waits for the chair. The locks
-- make a hospital or a consortium that changes at the same instant wait for us, or us for it: the foreign keys of its rows need what we hold.
CREATE FUNCTION wall_conflict() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_strong boolean;
  v_fact text;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.application_id <> OLD.application_id OR NEW.expert_id <> OLD.expert_id) THEN
    RAISE EXCEPTION 'assignment %: expert and dossier never change', OLD.id USING ERRCODE = 'EP003';
  END IF;
  IF NEW.state NOT IN ('waiting', 'assigned', 'declared') THEN RETURN NEW; END IF;
  PERFORM 1 FROM applications_application WHERE id = NEW.application_id FOR UPDATE;
  PERFORM 1 FROM directory_user WHERE id = NEW.expert_id FOR UPDATE;
  SELECT strong, fact INTO v_strong, v_fact FROM review_shut(NEW.application_id, ARRAY[NEW.expert_id]) ORDER BY strong DESC, weight, fact LIMIT 1;
  IF v_strong THEN
    RAISE EXCEPTION 'R50 assignment refused: %', v_fact USING ERRCODE = 'EP050';
  ELSIF v_fact IS NOT NULL AND NEW.state <> 'waiting' THEN
    RAISE EXCEPTION 'R50 assignment waits for the chair: %', v_fact USING ERRCODE = 'EP050';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_conflict BEFORE INSERT OR UPDATE ON reviews_assignment FOR EACH ROW EXECUTE FUNCTION wall_conflict();

-- A dossier opens to who has signed the undertaking of its wave, where its call asks for one (R51).
CREATE FUNCTION waves_signed(p_user bigint)
RETURNS bigint[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT ARRAY(SELECT w.id FROM calls_wave w JOIN calls_callsettings s ON s.id = w.settings_id WHERE s.undertaking = ''
      OR EXISTS (SELECT FROM reviews_undertaking u WHERE u.expert_id = p_user AND u.wave_id = w.id))
$$;
CREATE FUNCTION wall_undertaking() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state = 'declared' AND NOT EXISTS (
       SELECT FROM applications_application WHERE id = NEW.application_id AND wave_id = ANY (waves_signed(NEW.expert_id))) THEN
    RAISE EXCEPTION 'R51 assignment %: the undertaking of its wave is not signed', NEW.id USING ERRCODE = 'EP051';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_undertaking BEFORE INSERT OR UPDATE OF state ON reviews_assignment FOR EACH ROW EXECUTE FUNCTION wall_undertaking();
