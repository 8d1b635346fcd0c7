-- The seals: what a binding row holds is hashed into an event of the transaction that wrote it, or the commit is refused.
--
-- A trigger of each sealed table notes the rows written (`seal_due`). event_append() takes those of its transaction, hashes each
-- under a salt of its own (`seal`) and chains the hash over these hashes. What lives between events (answers, access log, …) is
-- noted as `later`, and taken by an event of the stream « rows », just before the heads of all streams are signed.

-- Arguments: the sealed table, the column that names its row, what makes it bind ('' always), « later » or ''.
CREATE FUNCTION seal_mark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_key text;
  v_binds boolean := true;
BEGIN
  IF TG_ARGV[1] <> 'id' THEN
    EXECUTE format('SELECT ($1).%I::text', TG_ARGV[1]) INTO v_key USING coalesce(NEW, OLD);
  ELSIF TG_OP = 'DELETE' THEN
    v_key := OLD.id::text;
  ELSE
    v_key := NEW.id::text;
  END IF;
  IF TG_ARGV[2] <> '' AND TG_OP <> 'DELETE' THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE id = $1::bigint AND (%s))', TG_ARGV[0], TG_ARGV[2]) INTO v_binds USING v_key;
  END IF;
  IF v_binds THEN
    INSERT INTO seal_due (xact, relation, key, later)
      VALUES (pg_current_xact_id()::text::bigint, TG_ARGV[0], v_key, TG_ARGV[3] <> '') ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;

-- At commit: nothing that binds was written after the last event of its transaction.
CREATE FUNCTION seal_refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM seal_due WHERE id = NEW.id) THEN
    RAISE EXCEPTION '% %: no event of this transaction holds what was written', NEW.relation, NEW.key USING ERRCODE = 'EP005';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER seal_refuse AFTER INSERT ON seal_due DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NOT NEW.later) EXECUTE FUNCTION seal_refuse();

-- The hash of one row, format 1: a JSON array of the format, the query that read it, its name, its number among the seals of that row,
-- the salt, what it holds; written as PostgreSQL writes jsonb, without making one of a row at each hash. `p_query` comes as JSON.
-- STABLE and without settings of its own, for PostgreSQL writes it in place: a call costs more than the hash.
CREATE FUNCTION seal_hash(p_query text, p_key text, p_n bigint, p_salt uuid, p_content jsonb)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(concat('[1, ', p_query, ', ', to_json(p_key), ', ', p_n, ', "', p_salt, '", ', p_content, ']'), 'UTF8')), 'hex')
$$;

-- The hash over the seals of one event, '' when it holds none.
CREATE FUNCTION seal_digest(p_stream text, p_seq bigint)
RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT coalesce(encode(sha256(convert_to(string_agg(concat_ws(' ', relation, key, n, hash), E'\n'
           ORDER BY relation COLLATE "C", key COLLATE "C"), 'UTF8')), 'hex'), '')
    FROM seal WHERE stream = p_stream AND seq = p_seq
$$;

-- Seals what waits: rows of this transaction or, for the stream « rows », all that was committed since its last event.
CREATE FUNCTION seal_rows(p_stream text, p_seq bigint)
RETURNS text LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  due record;
  v_found boolean := false;
  v_xacts bigint[] := ARRAY[pg_current_xact_id()::text::bigint];
BEGIN
  IF p_stream = 'rows' THEN
    v_xacts := v_xacts || ARRAY(SELECT DISTINCT xact FROM seal_due WHERE later);
  ELSIF NOT EXISTS (SELECT FROM seal_due WHERE xact = v_xacts[1]) THEN
    RETURN '';
  END IF;
  FOR due IN
    WITH taken AS (DELETE FROM seal_due WHERE xact = ANY (v_xacts) AND (NOT later OR p_stream = 'rows') RETURNING relation, key)
    SELECT relation, array_agg(DISTINCT key) AS keys FROM taken GROUP BY relation
  LOOP
    PERFORM seal_relation(p_stream, p_seq, due.relation, due.keys);
    v_found := true;
  END LOOP;
  RETURN CASE WHEN v_found THEN seal_digest(p_stream, p_seq) ELSE '' END;
END $$;

-- Dates, intervals and bytes are written in one way, whatever the session says.
CREATE FUNCTION seal_relation(p_stream text, p_seq bigint, p_relation text, p_keys text[])
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp
SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle = 'iso_8601' SET bytea_output = 'hex' AS $$
DECLARE
  form seal_form%ROWTYPE;
BEGIN
  SELECT * INTO STRICT form FROM seal_form WHERE relation = p_relation ORDER BY id DESC LIMIT 1;
  EXECUTE format($q$
    INSERT INTO seal (stream, seq, relation, key, n, form_id, salt, hash)
    SELECT $1, $2, $3, k.key, k.n, $4, k.salt, CASE WHEN r.key IS NULL THEN '' ELSE seal_hash($5, k.key, k.n, k.salt, r.content) END
      FROM (SELECT key, gen_random_uuid() AS salt,
                   1 + coalesce((SELECT max(s.n) FROM seal s WHERE s.relation = $3 AND s.key = asked.key), 0) AS n
              FROM unnest($6) AS asked(key)) k
      LEFT JOIN LATERAL (SELECT f.* FROM (%s) f WHERE f.key = k.key::%s) r ON true $q$, form.query, form.key_type)
    USING p_stream, p_seq, p_relation, form.id, to_json(form.query)::text, p_keys;
END $$;

-- What lives between events is sealed now; before the heads are signed.
CREATE FUNCTION seal_between() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM seal_due WHERE later) THEN
    PERFORM event_append('rows', 'rows.sealed', 'edsh_portal.seal', 0, NULL, NULL, '{}');
  END IF;
END $$;
COMMENT ON FUNCTION seal_between IS 'door: web, worker';

-- Something has waited half an hour for a signed root (`root.signed` names the last event that it stands over).
CREATE FUNCTION root_is_due() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM seal_due WHERE later AND at < now() - interval '30 minutes')
      OR EXISTS (SELECT FROM event WHERE stream <> 'roots' AND recorded_at < now() - interval '30 minutes'
                   AND id > coalesce((SELECT subject_id FROM event WHERE stream = 'roots' ORDER BY seq DESC LIMIT 1), 0))
$$;
COMMENT ON FUNCTION root_is_due IS 'door: web, worker';

-- The rows of a table that are not what their last seal says; `was` is empty where there is no seal, `is` where there is no row.
-- Of the seals, those from `p_since` on.
CREATE FUNCTION seal_differences(p_relation text, p_since bigint)
RETURNS TABLE (key text, held_by text, was text, "is" text) LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET intervalstyle = 'iso_8601' SET bytea_output = 'hex' AS $$
DECLARE
  form seal_form%ROWTYPE;
  v_newest bigint := (SELECT max(id) FROM seal_form WHERE relation = p_relation);
BEGIN
  FOR form IN SELECT * FROM seal_form f WHERE f.relation = p_relation ORDER BY id LOOP
    RETURN QUERY EXECUTE format($q$
      WITH waiting AS (SELECT DISTINCT key FROM seal_due WHERE relation = $1),
      held AS (SELECT DISTINCT ON (key) * FROM seal WHERE relation = $1 ORDER BY key, n DESC)
      SELECT h.key::text, h.stream || '#' || h.seq, h.hash::text, x.hash
        FROM held h LEFT JOIN (%1$s) r ON r.key = h.key::%2$s,
             LATERAL (SELECT CASE WHEN r.key IS NULL THEN '' ELSE seal_hash($3, h.key, h.n, h.salt, r.content) END AS hash) x
       WHERE h.form_id = $2 AND h.id >= $5 AND x.hash <> h.hash AND h.key NOT IN (SELECT key FROM waiting)
      UNION ALL
      SELECT r.key::text, '', '', 'unsealed' FROM (%1$s) r
       WHERE $4 AND NOT EXISTS (SELECT FROM seal s WHERE s.relation = $1 AND s.key = r.key::text)
         AND r.key::text NOT IN (SELECT key FROM waiting) $q$, form.query, form.key_type)
      USING p_relation, form.id, to_json(form.query)::text, form.id = v_newest, p_since;
  END LOOP;
END $$;
