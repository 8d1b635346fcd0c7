"""What must hold after a storm, asked of the database with the auditor's login: statements of their own, which read tables and no
figure that the portal computes. Each answers nothing, or rows (what, expected, found).

`since`: the last posting and the last event before the storm, whose presses alone left a key in `once`.
"""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

# What is over, in cents, by line: AE against the shares of the awards that stand, CP of each year against what is ordered or paid on it.
OVER = """
WITH envelope AS (
    SELECT DISTINCT ON (s.line_id, s.year) s.line_id, s.year, s.cents FROM funding_envelopeshare s
      JOIN funding_envelope e ON e.id = s.envelope_id ORDER BY s.line_id, s.year, e.version DESC)
SELECT l.code || ' AE', v.cents, coalesce((SELECT sum(s.cents) FROM funding_grantshare s JOIN funding_grant g ON g.id = s.grant_id
         WHERE s.line_id = l.id AND g.state <> 'voided'), 0)
  FROM envelope v JOIN funding_line l ON l.id = v.line_id WHERE v.year IS NULL
UNION ALL
SELECT l.code || ' CP ' || v.year, v.cents, coalesce((SELECT sum(i.cents) FROM funding_instalment i
          JOIN funding_convention c ON c.id = i.convention_id JOIN funding_grantshare s ON s.id = c.share_id
         WHERE s.line_id = l.id AND i.year = v.year AND i.state IN ('ordered', 'paid')), 0)
  FROM envelope v JOIN funding_line l ON l.id = v.line_id WHERE v.year IS NOT NULL AND v.cents > 0
 ORDER BY 1"""

SHARES = """
SELECT 'share ' || s.id, 'paid at most ' || s.cents || ', claimed back at most what is paid', x.paid || ' and ' || x.back
  FROM funding_grantshare s JOIN funding_convention c ON c.share_id = s.id CROSS JOIN LATERAL (
    SELECT coalesce((SELECT sum(i.cents) FROM funding_instalment i WHERE i.convention_id = c.id AND i.state = 'paid'), 0) AS paid,
           coalesce((SELECT sum((a.payload->>'cents')::bigint) FROM act a WHERE a.kind = 'recovery.issue' AND a.subject_id = c.id
                        AND a.state = 'approved'), 0) AS back) x
 WHERE x.paid > s.cents OR x.back > x.paid"""

# What the rows of the stages say is what the entries add up to, line by line.
LEDGER = """
WITH moved AS (
    SELECT a.line_id, a.family, m.cents FROM funding_account a JOIN (
        SELECT target_id AS account, cents FROM funding_entry UNION ALL SELECT source_id, -cents FROM funding_entry) m ON m.account = a.id),
 told (name, line_id, cents) AS (
    SELECT 'awards', s.line_id, sum(s.cents) FROM funding_grantshare s JOIN funding_grant g ON g.id = s.grant_id
     WHERE g.state <> 'voided' GROUP BY 2 UNION ALL
    SELECT i.state, s.line_id, sum(i.cents) FROM funding_instalment i JOIN funding_convention c ON c.id = i.convention_id
      JOIN funding_grantshare s ON s.id = c.share_id WHERE i.state IN ('certified', 'ordered') GROUP BY 1, 2 UNION ALL
    SELECT 'paid or recovered', s.line_id, sum(i.cents) FROM funding_instalment i JOIN funding_convention c ON c.id = i.convention_id
      JOIN funding_grantshare s ON s.id = c.share_id WHERE i.state = 'paid' GROUP BY 2 UNION ALL
    SELECT 'recovered', s.line_id, sum((a.payload->>'cents')::bigint) FROM act a JOIN funding_convention c ON c.id = a.subject_id
      JOIN funding_grantshare s ON s.id = c.share_id WHERE a.kind = 'recovery.issue' AND a.state = 'approved' GROUP BY 2 UNION ALL
    SELECT 'credits used', s.line_id, sum(i.cents) FROM funding_instalment i JOIN funding_convention c ON c.id = i.convention_id
      JOIN funding_grantshare s ON s.id = c.share_id WHERE i.state IN ('ordered', 'paid') GROUP BY 2),
 families (name, families) AS (VALUES
    ('awards', ARRAY['ae.reserved', 'ae.engaged', 'ae.certified', 'ae.ordered', 'ae.paid', 'ae.recovered']),
    ('certified', ARRAY['ae.certified']), ('ordered', ARRAY['ae.ordered']), ('paid or recovered', ARRAY['ae.paid', 'ae.recovered']),
    ('recovered', ARRAY['ae.recovered']), ('credits used', ARRAY['cp.ordered', 'cp.paid']))
SELECT l.code || ', ' || f.name, coalesce(t.cents, 0)::text, coalesce(m.cents, 0)::text
  FROM funding_line l CROSS JOIN families f LEFT JOIN told t ON t.line_id = l.id AND t.name = f.name
  LEFT JOIN LATERAL (SELECT sum(cents) AS cents FROM moved WHERE line_id = l.id AND family = ANY (f.families)) m ON true
 WHERE coalesce(t.cents, 0) <> coalesce(m.cents, 0)
UNION ALL
SELECT 'balance of ' || a.code, coalesce(x.cents, 0)::text, b.cents::text
  FROM funding_account a JOIN funding_balance b ON b.account_id = a.id LEFT JOIN (
    SELECT account, sum(cents) AS cents FROM (SELECT target_id AS account, cents FROM funding_entry UNION ALL
        SELECT source_id, -cents FROM funding_entry) e GROUP BY 1) x ON x.account = a.id WHERE b.cents <> coalesce(x.cents, 0)"""

TWO_PEOPLE = """
SELECT 'posting ' || p.id || ' ' || p.kind, 'an act of two', coalesce(a.state || ', ' || a.proposed_by_id || ' and ' || a.decided_by_id, 'none')
  FROM funding_posting p LEFT JOIN act a ON a.id = p.act_id
 WHERE p.kind NOT IN ('certify', 'uncertify', 'order', 'cancel_order', 'pay')
   AND (a.id IS NULL OR a.state <> 'approved' OR a.proposed_by_id = a.decided_by_id
        OR p.second_id IS NOT NULL AND (p.second_id, p.by_id) <> (a.proposed_by_id, a.decided_by_id))
UNION ALL
SELECT 'instalment ' || instalment_id, 'certified, ordered and paid by as many people', string_agg(kind || ' by ' || by_id, ', ')
  FROM (SELECT DISTINCT instalment_id, kind, by_id FROM funding_posting WHERE kind IN ('certify', 'order', 'pay')) p
 GROUP BY instalment_id HAVING count(DISTINCT by_id) < count(DISTINCT kind)
UNION ALL
SELECT 'decision ' || d.number, 'two people', 'one' FROM decisions_decision d JOIN decisions_proposal p ON p.id = d.proposal_id
 WHERE d.approved_by_id = p.proposed_by_id"""

# Each step of an instalment: as many presses kept as there are postings and events of it.
PAYMENTS = """
SELECT 'instalment ' || i.id || ' ' || v.kind, x.presses || ' presses', x.postings || ' postings, ' || x.events || ' events'
  FROM funding_instalment i CROSS JOIN (VALUES ('ordonnancer', 'order', 'instalment.ordered'),
    ('annuler-ordonnancement', 'cancel_order', 'instalment.order_cancelled'), ('payer', 'pay', 'instalment.paid')) v (step, kind, event)
 CROSS JOIN LATERAL (SELECT
    (SELECT count(*) FROM once WHERE path = '/finances/paiements/' || i.id || '/' || v.step || '/') AS presses,
    (SELECT count(*) FROM funding_posting p WHERE p.instalment_id = i.id AND p.kind = v.kind AND p.id > %(posting)s) AS postings,
    (SELECT count(*) FROM event e WHERE e.subject_type = 'funding.instalment' AND e.subject_id = i.id AND e.kind = v.event
        AND e.id > %(event)s) AS events) x
 WHERE x.presses <> x.postings OR x.presses <> x.events"""

# A decision: its press, its act, its event, its reservation; once released, its notification, its engagement.
DECISIONS = """
SELECT 'decisions of ' || a.reference, 'one of each', x::text
  FROM applications_application a CROSS JOIN LATERAL (SELECT
    (SELECT count(*) FROM once WHERE path = '/programmation/' || a.reference || '/approuver/') AS presses,
    count(d.id) AS decisions, count(t.id) FILTER (WHERE t.state = 'approved') AS acts,
    coalesce(sum((SELECT count(*) FROM event e WHERE e.subject_type = 'decisions.decision' AND e.subject_id = d.id
        AND e.kind = 'decision.approved')), 0) AS events,
    count(g.id) AS awards,
    coalesce(sum((SELECT count(*) FROM funding_posting p WHERE p.kind = 'reserve' AND p.grant_id = g.id AND p.act_id = t.id)), 0) AS reserved
      FROM decisions_decision d JOIN decisions_proposal p ON p.id = d.proposal_id LEFT JOIN funding_grant g ON g.id = d.grant_id
      LEFT JOIN act t ON t.kind = 'decision.approve' AND t.subject_id = p.id
     WHERE d.application_id = a.id AND EXISTS (SELECT FROM event e WHERE e.id = t.decided_event_id AND e.id > %(event)s)) x
 WHERE x.presses <> x.decisions OR x.acts <> x.decisions OR x.events <> x.decisions OR x.decisions > 1 OR x.reserved <> x.awards
UNION ALL
SELECT 'decision ' || d.number, 'released, notified and engaged once', x::text FROM decisions_decision d CROSS JOIN LATERAL (SELECT
    (SELECT count(*) FROM event e WHERE e.subject_type = 'decisions.decision' AND e.subject_id = d.id
        AND e.kind = 'decision.released') AS released,
    (SELECT count(*) FROM decisions_notification n WHERE n.decision_id = d.id) AS notified,
    (SELECT count(*) FROM funding_posting p WHERE p.kind = 'engage' AND p.grant_id = d.grant_id) AS engaged) x
 WHERE d.released_at IS NOT NULL AND (x.released, x.notified, x.engaged) <> (1, 1, (d.grant_id IS NOT NULL)::int)
    OR d.released_at IS NULL AND (x.released, x.notified, x.engaged) <> (0, 0, 0)
UNION ALL
SELECT 'numbers of ' || year, '1 to ' || count(*), min(rank) || ' to ' || max(rank) FROM decisions_decision GROUP BY year
HAVING (min(rank), max(rank), count(DISTINCT rank)) <> (1, count(*), count(*))"""

# An act: its press, and what it does, once; a recovery one posting, an amendment its event and the cents that it says.
ACTS = """
SELECT 'act ' || a.id || ' ' || a.kind || ' ' || a.state, 'one of each, or none', x::text
  FROM act a JOIN event h ON h.id = coalesce(a.decided_event_id, a.proposed_event_id) AND h.id > %(event)s CROSS JOIN LATERAL (SELECT
    (SELECT count(*) FROM once WHERE path = '/actes/' || a.id || '/approuver/') AS presses,
    (SELECT count(*) FROM event e WHERE e.id > %(event)s AND (e.data->>'act')::bigint = a.id
        AND e.kind IN ('convention.recovered', 'amendment.entered')) AS events,
    (SELECT count(*) FROM funding_posting p WHERE p.act_id = a.id AND p.kind = 'recover') AS recovered,
    (SELECT coalesce(sum(e.cents), 0) FROM funding_posting p JOIN funding_entry e ON e.posting_id = p.id WHERE p.act_id = a.id) AS cents) x
 WHERE a.kind IN ('recovery.issue', 'amendment') AND NOT CASE a.state
       WHEN 'approved' THEN x.presses = 1 AND x.events = 1 AND x.recovered = (a.kind = 'recovery.issue')::int
           AND x.cents = (SELECT coalesce(sum((e->>'cents')::bigint), 0) FROM jsonb_array_elements(a.payload->'postings') p,
                jsonb_array_elements(p->'entries') e) + coalesce((a.payload->>'released')::bigint, 0)
       ELSE x.events = 0 AND x.recovered = 0 AND x.cents = 0 AND x.presses = (a.state = 'lapsed')::int END
UNION ALL
SELECT 'convention ' || c.id || ', recoveries proposed', x.presses::text, x.acts::text FROM funding_convention c CROSS JOIN LATERAL (SELECT
    (SELECT count(*) FROM once WHERE path = '/finances/conventions/' || c.id || '/reversement/') AS presses,
    (SELECT count(*) FROM act a WHERE a.kind = 'recovery.issue' AND a.subject_id = c.id AND a.proposed_event_id > %(event)s) AS acts) x
 WHERE x.presses <> x.acts"""

AMENDMENTS = """
SELECT 'amendments of grant ' || g.id, x.presses::text, x.asked::text FROM funding_grant g CROSS JOIN LATERAL (SELECT
    (SELECT count(*) FROM once WHERE path = '/finances/aides/' || g.id || '/avenant/') AS presses,
    (SELECT count(*) FROM funding_amendment m JOIN event e ON e.subject_type = 'funding.amendment' AND e.subject_id = m.id
        AND e.kind = 'amendment.asked' AND e.id > %(event)s WHERE m.grant_id = g.id) AS asked) x WHERE x.presses <> x.asked
UNION ALL
SELECT 'amendment ' || m.id || ' ' || m.state, 'each step once, as far as its state', x::text
  FROM funding_amendment m CROSS JOIN LATERAL (SELECT
    (SELECT count(*) FROM once WHERE path = '/finances/avenants/' || m.id || '/rediger/') AS drafts,
    (SELECT count(*) FROM event e WHERE e.subject_type = 'funding.amendment' AND e.subject_id = m.id AND e.kind = 'amendment.drafted') AS drafted,
    (SELECT count(*) FROM event e WHERE e.subject_type = 'funding.amendment' AND e.subject_id = m.id AND e.kind = 'amendment.drafted'
        AND e.id > %(event)s) AS lately,
    (SELECT count(*) FROM event e WHERE e.subject_type = 'funding.amendment' AND e.subject_id = m.id AND e.kind = 'amendment.sent') AS sent,
    (SELECT count(*) FROM once WHERE path LIKE '/finances/avenants/' || m.id || '/signer/%%') AS signs,
    (SELECT count(*) FROM event e WHERE e.subject_type = 'funding.amendment' AND e.subject_id = m.id AND e.kind = 'amendment.signed'
        AND e.id > %(event)s) AS lately_signed,
    (SELECT count(*) FROM event e WHERE e.subject_type = 'funding.amendment' AND e.subject_id = m.id AND e.kind = 'amendment.signed')
      - (SELECT count(*) FROM funding_amendmentsignature s WHERE s.amendment_id = m.id) AS unsigned) x
 WHERE x.drafts <> x.lately OR x.drafted <> (m.drafted_at IS NOT NULL)::int OR x.sent <> x.drafted OR x.signs <> x.lately_signed OR x.unsigned <> 0
UNION ALL
SELECT 'share ' || f.id, (SELECT m.after->'shares'->>f.id::text FROM funding_amendment m WHERE m.grant_id = f.grant_id
        AND m.state = 'in_force' ORDER BY m.number DESC LIMIT 1), f.cents::text FROM funding_grantshare f
 WHERE f.cents <> (SELECT (m.after->'shares'->>f.id::text)::bigint FROM funding_amendment m WHERE m.grant_id = f.grant_id
        AND m.state = 'in_force' ORDER BY m.number DESC LIMIT 1)"""

# A document of an act: one row, one hash, everywhere the same.
HASHES = """
SELECT 'decision ' || d.number, 'one document, one hash', x::text FROM decisions_decision d LEFT JOIN document o ON o.id = d.document_id
 CROSS JOIN LATERAL (SELECT
    (SELECT count(DISTINCT sha256) FROM document WHERE kind = 'decision' AND name = 'decision-' || d.number || '.pdf') AS files,
    (SELECT array_agg(DISTINCT h ORDER BY h) FROM (SELECT o.sha256 AS h UNION ALL SELECT d.sha256 UNION ALL
        SELECT n.sha256 FROM decisions_notification n WHERE n.decision_id = d.id UNION ALL
        SELECT e.data->>'sha256' FROM event e WHERE e.subject_type = 'decisions.decision' AND e.subject_id = d.id
           AND e.kind IN ('decision.rendered', 'decision.notified')) t) AS hashes) x
 WHERE d.rendered_at IS NOT NULL AND (x.files <> 1 OR cardinality(x.hashes) <> 1)
UNION ALL
SELECT kind || 's', (SELECT count(*) FROM decisions_decision WHERE document_id IS NOT NULL)::text || ' documents', count(*)::text
  FROM document WHERE kind = 'decision' GROUP BY kind HAVING count(*) <> (SELECT count(*) FROM decisions_decision WHERE document_id IS NOT NULL)
UNION ALL
SELECT 'amendments', (SELECT count(DISTINCT document_id) FROM funding_amendment)::text || ' documents', count(*)::text
  FROM document WHERE kind = 'amendment' HAVING count(*) <> (SELECT count(DISTINCT document_id) FROM funding_amendment)
UNION ALL
SELECT 'signature ' || s.id, o.sha256, s.sha256 FROM funding_amendmentsignature s JOIN funding_amendment m ON m.id = s.amendment_id
  JOIN document o ON o.id = m.document_id WHERE s.sha256 <> o.sha256"""

TOLD = """
SELECT 'mails of decision ' || d.number, x.expected::text, x.sent::text FROM decisions_decision d CROSS JOIN LATERAL (SELECT
    (SELECT array_agg(DISTINCT f.user_id ORDER BY f.user_id) FROM applications_membership m JOIN directory_affiliation f
        ON f.establishment_id = m.establishment_id AND f.ended_at IS NULL AND f.kind IN ('writer', 'signatory')
      WHERE m.application_id = d.application_id AND m.state = 'accepted') AS expected,
    (SELECT array_agg(l.to_id ORDER BY l.to_id) FROM mail l JOIN event e ON e.id = l.event_id
      WHERE e.subject_type = 'decisions.decision' AND e.subject_id = d.id AND e.kind = 'decision.released') AS sent) x
 WHERE d.notified_at IS NOT NULL AND x.expected IS DISTINCT FROM x.sent
UNION ALL
SELECT 'mail ' || m.id, 'sent, or held for a person after a kill', m.state FROM mail m LEFT JOIN delivery d
    ON d.event_id = m.event_id AND d.reaction = 'edsh_portal.mail.send' AND d.key = m.id::text
 WHERE NOT (m.state IN ('sent', 'held', 'gathered') OR m.state = 'sending' AND d.state = 'blocked')
UNION ALL
SELECT 'task ' || d.id || ' ' || d.reaction, 'done', d.state || ' ' || d.last_error FROM delivery d
 WHERE d.state = 'blocked' AND d.reaction <> 'edsh_portal.mail.send'"""

CHECKS = {
    "shares": SHARES, "ledger": LEDGER, "two people": TWO_PEOPLE, "payments": PAYMENTS, "decisions": DECISIONS, "acts": ACTS,
    "amendments": AMENDMENTS, "hashes": HASHES, "told": TOLD,
}  # fmt: skip

# Of each check, something that it names: written and taken back, so that none of them is known to agree because it looks at nothing.
BROKEN = {
    "shares": "UPDATE funding_instalment SET cents = 10 ^ 11 WHERE state = 'paid'",
    "ledger": "UPDATE funding_grantshare SET cents = cents + 1 WHERE id = (SELECT max(id) FROM funding_grantshare)",
    "two people": "UPDATE decisions_decision d SET approved_by_id = p.proposed_by_id FROM decisions_proposal p WHERE p.id = d.proposal_id",
    "payments": "DELETE FROM once WHERE path LIKE '/finances/paiements/%/ordonnancer/'",
    "decisions": "DELETE FROM once WHERE path LIKE '/programmation/%/approuver/'",
    "acts": "DELETE FROM once WHERE path LIKE '/finances/conventions/%/reversement/'",
    "amendments": "DELETE FROM once WHERE path LIKE '/finances/aides/%/avenant/'",
    "hashes": "UPDATE decisions_notification SET sha256 = repeat('0', 64) WHERE id = (SELECT max(id) FROM decisions_notification)",
    "told": "DELETE FROM mail WHERE id = (SELECT max(m.id) FROM mail m JOIN event e ON e.id = m.event_id AND e.kind = 'decision.released')",
}


def asleep(superuser: Any, since: dict[str, int]) -> list[str]:
    """The checks that say nothing of what BROKEN breaks, and the envelope's when nothing is left in it. What did not happen is not
    broken."""
    silent = [name for name, statement in BROKEN.items() if _broken(superuser, statement, CHECKS[name], since) == []]
    left = _broken(superuser, "UPDATE funding_envelopeshare SET cents = 1", OVER, None) or []
    return silent + (["over"] if all(taken <= held for _name, held, taken in left) else [])


def _broken(superuser: Any, statement: str, check: str, since: dict[str, int] | None) -> list[Any] | None:
    """What the check says then; None when there was nothing to break."""
    with superuser.transaction(force_rollback=True):
        superuser.execute("SET LOCAL session_replication_role = replica")
        done = superuser.execute(statement)
        return superuser.execute(check, since).fetchall() if done.rowcount else None


def marks(line: Any) -> dict[str, int]:
    """`since`, now."""
    row = line.execute("SELECT (SELECT max(id) FROM funding_posting), (SELECT max(id) FROM event)").fetchone()
    return {"posting": row[0] or 0, "event": row[1] or 0}


def found(line: Any, since: dict[str, int]) -> dict[str, list[Any]]:
    """By check, what differs; a check that agrees is not there."""
    asked = {name: line.execute(statement, since).fetchall() for name, statement in CHECKS.items()}
    return {name: rows for name, rows in asked.items() if rows}


def over(line: Any) -> list[tuple[str, int, int]]:
    """(envelope line, cents it holds, cents taken of it)."""
    return [(name, int(held), int(taken)) for name, held, taken in line.execute(OVER).fetchall()]


def lost(line: Any, journals: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """(what was acknowledged and is not kept exactly once, what was refused and is): a key is kept with what its press did. An act whose
    subject had changed lapses, and is kept and refused."""
    kept = Counter(line.execute("SELECT key::text, path FROM once").fetchall())
    lapsed = {f"/actes/{pk}/approuver/" for (pk,) in line.execute("SELECT id FROM act WHERE state = 'lapsed'")}
    gone, done = [], []
    for one in journals:
        times = kept[one["key"], one["path"]] if "key" in one else 0
        if one["said"] in ("done", "kept") and times != 1:
            gone.append(f"{one['kind']} {one['path']}")
        if one["said"] == "done" and one["path"] in lapsed:
            gone.append(f"{one['kind']} {one['path']}: lapsed")
        if one["said"] == "refused" and times and one["path"] not in lapsed:
            done.append(f"{one['kind']} {one['path']}")
    released = {pk for (pk,) in line.execute("SELECT id FROM decisions_decision WHERE released_at IS NOT NULL")}
    asked = {pk for one in journals if (one.get("kind"), one["said"]) == ("release", "done") for pk in one["subject"]}
    return gone + [f"release of {pk}" for pk in sorted(asked - released)], done


def bytes_differ(line: Any, media: Path) -> tuple[int, list[str]]:
    """(documents of the portal's own, those whose bytes are not of the hash that their row names)."""
    rows = line.execute("SELECT name, sha256 FROM document WHERE scan = 'issued'").fetchall()
    differs = []
    for name, sha256 in rows:
        file = media / sha256[:2] / sha256
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            differs.append(name)
    return len(rows), differs
