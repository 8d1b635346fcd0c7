"""The seals and the chain of a call that was grown (tests/grown.py): what `verify` recomputes of the copies holds.

Each copied seal is hashed again over its copied row, each copied event over its seals and over the event before it. What was sealed by
an event that is not copied is sealed by one more event at the end: heads and roots signed before stand as they were.
"""

from typing import Any

# Where a copied seal hangs: the copy of its event, or the event at the end for all that lives between events, and for the rest.
SEALS = """
  INSERT INTO seal (stream, seq, relation, key, n, form_id, salt, hash)
  SELECT CASE WHEN m.id IS NOT NULL THEN {stream} WHEN s.stream = 'rows' THEN 'rows' ELSE 'copies' END,
         CASE WHEN m.id IS NOT NULL THEN s.seq + n * {stride} ELSE {last} END, s.relation, {key}::text, s.turn, s.form_id, s.salt, s.hash
    FROM generate_series(1, {copies}) AS n, (SELECT stream, seq, relation, n AS turn, form_id, salt, hash, key::{type} AS own FROM seal s WHERE s.relation = '{table}') s
    JOIN moved_{table} k ON k.id = s.own
    LEFT JOIN event e ON e.stream = s.stream AND e.seq = s.seq LEFT JOIN moved_event m ON m.id = e.id
"""
HASHES = """
  UPDATE seal s SET hash = seal_hash(to_json(f.query)::text, s.key, s.n, s.salt, r.content) FROM seal_form f, ({query}) r
   WHERE s.relation = '{table}' AND f.id = s.form_id AND r.key::text = s.key AND s.hash <> '' AND s.id > {kept}
"""
LASTS = """
  INSERT INTO event (stream, seq, kind, subject_type, subject_id, at, data, login, body, seals, previous_hash, hash)
  SELECT s.stream, {last}, 'rows.sealed', 'edsh_portal.seal', 0, portal_now(), '{{}}'::jsonb, session_user, '', '', '', ''
    FROM (SELECT DISTINCT stream FROM seal WHERE seq = {last}) s
"""
# Without a gap, whatever the copies left.
NUMBERS = """
  CREATE TEMP TABLE numbered AS SELECT id, stream, seq AS was, row_number() OVER (PARTITION BY stream ORDER BY seq) AS seq FROM event;
  DELETE FROM numbered WHERE was = seq; ANALYZE numbered;
  UPDATE seal s SET seq = -m.seq FROM numbered m WHERE m.stream = s.stream AND m.was = s.seq;
  UPDATE seal SET seq = -seq WHERE seq < 0;
  UPDATE event e SET seq = -m.seq FROM numbered m WHERE m.id = e.id;
  UPDATE event SET seq = -seq WHERE seq < 0;
  UPDATE event e SET seals = d.digest, hash = '' FROM (
    SELECT stream, seq, seal_digest(stream, seq) AS digest FROM seal WHERE id > {kept} GROUP BY stream, seq) d
   WHERE d.stream = e.stream AND d.seq = e.seq;
"""
CHAIN = """
DO $$
DECLARE
  r record;
  v_stream text := '';
  v_hash text;
  v_body text;
BEGIN
  CREATE TEMP TABLE chained (id bigint, body text, previous_hash text, hash text);
  FOR r IN SELECT v.*, v.id IN (SELECT id FROM numbered) OR v.hash = '' AS again FROM event v ORDER BY stream, seq LOOP
    IF r.stream <> v_stream THEN
      v_stream := r.stream;
      v_hash := repeat('0', 64);
    END IF;
    IF r.previous_hash = v_hash AND NOT r.again THEN
      v_hash := r.hash;
      CONTINUE;
    END IF;
    v_body := jsonb_build_array(3, r.stream, r.seq, r.kind, r.subject_type, r.subject_id, r.by_id,
                to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), r.data, r.seals, r.login, v_hash)::text;
    INSERT INTO chained VALUES (r.id, v_body, v_hash, encode(sha256(convert_to(v_body, 'UTF8')), 'hex'));
    v_hash := encode(sha256(convert_to(v_body, 'UTF8')), 'hex');
  END LOOP;
  CREATE INDEX ON chained (id);
  UPDATE event e SET body = c.body, previous_hash = c.previous_hash, hash = c.hash FROM chained c WHERE c.id = e.id;
  DELETE FROM event_head;
  INSERT INTO event_head (stream, seq, hash, at) SELECT DISTINCT ON (stream) stream, seq, hash, at FROM event ORDER BY stream, seq DESC;
END $$
"""


def rechain(copier: Any) -> None:
    """In the transaction of the copy, whose tables of moved keys it reads. The session writes as the portal does: UTC, ISO dates."""
    line, copies = copier.line, copier.times - 1
    line.execute("SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'")
    line.execute("SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL bytea_output = 'hex'")
    kept, last = copier.value("SELECT max(id) FROM seal"), copies * copier.stride * 2
    forms = line.execute(
        "SELECT DISTINCT ON (relation) relation, key_type, query FROM seal_form ORDER BY relation, id DESC"
    )
    moved = [form for form in forms.fetchall() if form[0] in copier.marked]
    for table, kind, _query in moved:
        named = {
            "stream": copier.stream("s.stream"),
            "key": copier.key(table, "s.own", kind),
            "type": kind,
            "table": table,
        }
        line.execute(SEALS.format(**named, copies=copies, last=last, stride=copier.stride).encode())
    line.execute("ANALYZE")
    for table, _kind, query in moved:
        line.execute(HASHES.format(table=table, query=query, kept=kept).encode())
    line.execute(LASTS.format(last=last).encode())
    line.execute("ANALYZE event")
    line.execute(NUMBERS.format(kept=kept).encode())
    line.execute(CHAIN.encode())
