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

-- All links of a dossier with where these people work today.
-- `weight` orders the facts: the plainest first.
CREATE FUNCTION review_links(p_application bigint, p_users bigint[])
RETURNS TABLE (user_id bigint, weight int, kind text, own text, other text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  WITH party AS MATERIALIZED (SELECT * FROM review_parties(p_application)),
  own AS MATERIALIZED (
    SELECT DISTINCT a.user_id, e.id, e.name::text AS name, left(e.siret, 9) AS siren, e.ght_code AS ght
    FROM directory_affiliation a JOIN directory_establishment e ON e.id = a.establishment_id
    WHERE a.ended_at IS NULL AND a.user_id = ANY (p_users)
  )
  SELECT o.user_id, 1, 'employer', o.name, p.name FROM own o JOIN party p ON p.establishment_id = o.id
  UNION SELECT o.user_id, 2, 'siren', o.name, p.name FROM own o JOIN party p ON p.siren = o.siren
    WHERE o.siren <> '' AND p.establishment_id IS DISTINCT FROM o.id
  UNION SELECT o.user_id, 3, 'ght', o.name, p.name FROM own o JOIN party p ON p.ght = o.ght
    WHERE o.ght <> '' AND p.establishment_id <> o.id
  UNION SELECT o.user_id, 4, 'gcs_member', o.name, p.name FROM own o
    JOIN directory_gcsmembership g ON g.member_id = o.id JOIN party p ON p.establishment_id = g.gcs_id
  UNION SELECT o.user_id, 5, 'gcs_itself', o.name, p.name FROM own o
    JOIN directory_gcsmembership g ON g.gcs_id = o.id JOIN party p ON p.establishment_id = g.member_id
  UNION SELECT o.user_id, 6, 'gcs_common', o.name, p.name FROM own o
    JOIN directory_gcsmembership g ON g.member_id = o.id
    JOIN directory_gcsmembership h ON h.gcs_id = g.gcs_id AND h.member_id <> g.member_id
    JOIN party p ON p.establishment_id = h.member_id
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

-- NULL, or the plainest fact as « kind|their establishment|the dossier's ».
CREATE FUNCTION review_conflict(p_user bigint, p_application bigint)
RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT kind || '|' || own || '|' || other FROM review_links(p_application, ARRAY[p_user]) ORDER BY weight, own, other LIMIT 1
$$;
COMMENT ON FUNCTION review_conflict IS 'door: web, worker';

-- The wall: nobody linked to a dossier is asked to judge it, nor opens it. The locks make a hospital or a consortium that
-- changes at the same instant wait for us, or us for it: the foreign keys of its rows need what we hold.
CREATE FUNCTION wall_conflict() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_fact text;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.application_id <> OLD.application_id OR NEW.expert_id <> OLD.expert_id) THEN
    RAISE EXCEPTION 'assignment %: expert and dossier never change', OLD.id USING ERRCODE = 'EP003';
  END IF;
  IF NEW.state NOT IN ('assigned', 'declared') THEN RETURN NEW; END IF;
  PERFORM 1 FROM applications_application WHERE id = NEW.application_id FOR UPDATE;
  PERFORM 1 FROM directory_user WHERE id = NEW.expert_id FOR UPDATE;
  v_fact := review_conflict(NEW.expert_id, NEW.application_id);
  IF v_fact IS NOT NULL THEN
    RAISE EXCEPTION 'R50 assignment refused: %', v_fact USING ERRCODE = 'EP050';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wall_conflict BEFORE INSERT OR UPDATE ON reviews_assignment FOR EACH ROW EXECUTE FUNCTION wall_conflict();
