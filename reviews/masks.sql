-- What a link withholds from somebody of the jury or of the instruction (R50): the dossiers that a person may be tied to are looked up, by
-- index, from what is theirs; review_shut() then judges each of these and no other.

-- Who writes from the domain of a person, from one above or below it; nobody where no call looks at it, or where everyone writes from it.
CREATE FUNCTION review_mailed(p_user bigint) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 20 SET search_path = public, pg_temp AS $$
  WITH mine AS MATERIALIZED (
    SELECT reverse(split_part(u.email, '@', 2)) AS domain, string_to_array(split_part(u.email, '@', 2), '.') AS parts
      FROM directory_user u WHERE u.id = p_user
       AND EXISTS (SELECT FROM calls_linkrule r JOIN calls_callsettings s ON s.id = r.settings_id
                    WHERE r.kind = 'mail' AND NOT split_part(u.email, '@', 2) = ANY (regexp_split_to_array(lower(s.mail_providers), '\s+')))
  )
  SELECT u.id FROM mine JOIN directory_user u ON reverse(split_part(u.email, '@', 2)) ~>=~ (mine.domain || '.')
    AND reverse(split_part(u.email, '@', 2)) ~<~ (mine.domain || '/')  -- what follows « . »: the index has its bounds
  UNION SELECT u.id FROM mine CROSS JOIN generate_series(1, cardinality(mine.parts)) AS n
    JOIN directory_user u ON reverse(split_part(u.email, '@', 2)) = reverse(array_to_string(mine.parts[n:], '.'))
$$;

-- Establishments from which a person may be tied: theirs and their neighbours, those of their colleagues, those they declared, those whose
-- people write from their domain.
CREATE FUNCTION review_near(p_user bigint, p_own bigint[]) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 20 SET search_path = public, pg_temp AS $$
  SELECT n FROM unnest(p_own) AS own, review_neighbours(own) AS n
  UNION SELECT b.establishment_id FROM directory_affiliation c JOIN directory_affiliation b ON b.user_id = c.user_id
    WHERE c.establishment_id = ANY (p_own)
  UNION SELECT e.id FROM reviews_tie t JOIN directory_establishment e ON e.siret BETWEEN t.siren || '00000' AND t.siren || '99999'
    WHERE t.expert_id = p_user AND t.withdrawn_at IS NULL AND t.siren <> ''
  UNION SELECT b.establishment_id FROM review_mailed(p_user) AS q JOIN directory_affiliation b ON b.user_id = q
$$;

CREATE FUNCTION review_withheld(p_user bigint) RETURNS bigint[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_own bigint[] := ARRAY(SELECT establishment_id FROM directory_affiliation WHERE user_id = p_user);
  v_near bigint[] := ARRAY(SELECT n FROM review_near(p_user, v_own) AS n);
  v_bodies text[] := ARRAY(SELECT lower(btrim(body)) FROM reviews_tie WHERE expert_id = p_user AND withdrawn_at IS NULL
    UNION SELECT lower(btrim(name)) FROM directory_establishment WHERE id = ANY (v_own));
  v_maybe bigint[];
BEGIN
  v_maybe := ARRAY(
    SELECT application_id FROM applications_membership WHERE establishment_id = ANY (v_near)
    UNION SELECT application_id FROM applications_associatedpartner WHERE establishment_id = ANY (v_near)
    UNION SELECT b.id FROM applications_membership m JOIN applications_application a ON a.id = m.application_id
      JOIN applications_application b ON b.wave_id = a.wave_id JOIN calls_wave w ON w.id = a.wave_id
      JOIN calls_linkrule r ON r.settings_id = w.settings_id AND r.kind = 'candidate'
     WHERE m.establishment_id = ANY (v_own));
  IF v_bodies <> '{}' THEN  -- partners known by a number or a name alone, and those that a dossier named when it was deposited
    v_maybe := v_maybe || ARRAY(
      SELECT application_id FROM applications_associatedpartner p WHERE lower(btrim(p.name)) = ANY (v_bodies) OR p.siren = ANY (ARRAY(
        SELECT left(siret, 9) FROM directory_establishment WHERE id = ANY (v_own) AND siret <> ''
        UNION SELECT siren FROM reviews_tie WHERE expert_id = p_user AND withdrawn_at IS NULL AND siren <> ''))
      UNION SELECT m.application_id FROM applications_membership m JOIN directory_establishment e ON e.id = m.establishment_id
       WHERE lower(btrim(e.name)) = ANY (v_bodies)
      UNION SELECT p.application_id FROM applications_associatedpartner p JOIN directory_establishment e ON e.id = p.establishment_id
       WHERE lower(btrim(e.name)) = ANY (v_bodies)
      UNION SELECT subject_id FROM event WHERE kind = 'associated.removed' AND subject_type = 'applications.application');
  END IF;
  RETURN ARRAY(
    SELECT a.id FROM applications_application a, review_shut(a.id, ARRAY[p_user])
     WHERE a.id = ANY (v_maybe) AND a.submitted_at IS NOT NULL
    UNION SELECT application_id FROM reviews_assignment WHERE expert_id = p_user AND state = 'recused'
    UNION SELECT i.application_id FROM reviews_seat s JOIN reviews_withdrawal w ON w.seat_id = s.id JOIN reviews_item i ON i.id = w.item_id
     WHERE s.person_id = p_user);
END $$;
COMMENT ON FUNCTION review_withheld IS 'door: web, worker';
