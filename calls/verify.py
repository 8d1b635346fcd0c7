"""What `manage.py verify` recomputes of the call: the terms of its letters are those that two people approved."""

from collections.abc import Iterator

from django.db import connection

from edsh_portal.verify import Finding, check

ALONE = """
SELECT t.id FROM calls_letterterms t
 WHERE NOT EXISTS (SELECT FROM act WHERE id = t.act_id AND kind = 'letters.set' AND state = 'approved' AND decided_at = t.set_at
          AND payload->'terms' = t.terms AND payload @> jsonb_build_object('call', t.call_id))
 ORDER BY t.id
"""


@check("letters")
def verify_letter_terms() -> Iterator[Finding]:
    """Each version of the terms was set by an act of two that says it."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        for (pk,) in cursor.fetchall():
            yield Finding("letters.alone", f"terms {pk}", "an approved act that says it", "none")
