"""What stands in a schema, as PostgreSQL tells it: one line an object, so that two schemas can be held against each other."""

import re

# A list of words of a check, as it was first written and as a restored dump says it: the same.
WORDS, WORD = re.compile(r"\(ARRAY\[([^][]*)\]\)::text\[\]"), re.compile(r"'(?:[^']|'')*'::character varying")

# kind, name, definition. `pg_get_…` and the like write the schema's name: it is taken out by `read`.
ASKED = """
  WITH here AS (SELECT '{schema}'::regnamespace::oid AS oid),
  relation AS (
    SELECT c.* FROM pg_class c, here
     WHERE c.relnamespace = here.oid AND c.relkind IN ('r', 'v')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  )
  SELECT 'table', relname::text, concat_ws(' ', relkind, relrowsecurity, relforcerowsecurity) FROM relation
  UNION ALL
  SELECT 'column', r.relname || '.' || a.attname,
         format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
         || CASE WHEN a.attidentity <> '' THEN ' identity ' || a.attidentity::text ELSE '' END
         || CASE WHEN a.attgenerated <> '' THEN ' generated' ELSE '' END || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), '')
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
  UNION ALL
  SELECT 'constraint', r.relname || '.' || k.conname,
         pg_get_constraintdef(k.oid) || CASE WHEN k.convalidated THEN '' ELSE ' NOT VALID' END
    FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid WHERE k.contype NOT IN ('t', 'n')
  UNION ALL
  SELECT 'index', r.relname || '.' || i.relname, pg_get_indexdef(x.indexrelid) || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
    FROM relation r JOIN pg_index x ON x.indrelid = r.oid JOIN pg_class i ON i.oid = x.indexrelid
  UNION ALL
  SELECT 'trigger', r.relname || '.' || t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
    FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal OR t.tgenabled <> 'O'
  UNION ALL
  SELECT 'rule', r.relname || '.' || w.rulename, pg_get_ruledef(w.oid)
    FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid
  UNION ALL
  SELECT 'policy', r.relname || '.' || p.polname,
         concat_ws(' ', p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
                   (SELECT string_agg(CASE WHEN o = 0 THEN 'public' ELSE o::regrole::text END, ',' ORDER BY o) FROM unnest(p.polroles) o))
    FROM relation r JOIN pg_policy p ON p.polrelid = r.oid
  UNION ALL
  SELECT 'right', r.relname || ' ' || coalesce(nullif(g.grantee, 0)::regrole::text, 'public'),
         string_agg(g.privilege_type || CASE WHEN g.is_grantable THEN '*' ELSE '' END, ' ' ORDER BY g.privilege_type)
    FROM relation r, aclexplode(r.relacl) g WHERE g.grantee <> r.relowner GROUP BY 2
  UNION ALL
  SELECT 'right', r.relname || '.' || a.attname || ' ' || coalesce(nullif(g.grantee, 0)::regrole::text, 'public'),
         string_agg(g.privilege_type, ' ' ORDER BY g.privilege_type)
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND NOT a.attisdropped, aclexplode(a.attacl) g GROUP BY 2
  UNION ALL
  SELECT 'owner', r.relname, r.relowner::regrole::text FROM relation r
  UNION ALL
  SELECT 'function', p.oid::regprocedure::text, concat_ws(' ', pg_get_functiondef(p.oid), p.proowner::regrole)
    FROM pg_proc p, here WHERE p.pronamespace = here.oid AND p.prokind IN ('f', 'p')
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 'right', concat_ws(' ', p.oid::regprocedure, coalesce(nullif(g.grantee, 0)::regrole::text, 'public')), g.privilege_type
    FROM pg_proc p, here, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
   WHERE p.pronamespace = here.oid AND g.grantee <> p.proowner
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def read(cursor, *schemas: str) -> dict[tuple[str, str], str]:
    """(kind, name) -> definition of every object of these schemas, without their names: « right reviews_score edsh_web » -> « INSERT SELECT »."""
    nameless = re.compile("|".join(rf"\b{schema}\.|'{schema}'" for schema in sorted(schemas, key=len, reverse=True)))
    found: dict[tuple[str, str], str] = {}
    for schema in schemas:
        cursor.execute(ASKED.format(schema=schema))
        for kind, name, definition in cursor.fetchall():
            found[kind, nameless.sub("", name)] = _as_restored(nameless.sub("", definition))
    return found


def _as_restored(definition: str) -> str:
    return WORDS.sub(lambda said: "ARRAY[" + WORD.sub(r"(\g<0>)::text", said[1]) + "]", definition)
