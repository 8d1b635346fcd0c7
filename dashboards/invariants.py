"""The nineteen rules of the money (I01 to I19), each a named SQL assertion over what stands: it answers no row, or what differs.

Each is written apart from the code that it holds to account, reads tables alone, and answers (what, expected, found). `verify` makes them
every night (dashboards/verify.py), the page of the verification shows them with their sentence.
Sources: LOLF art. 8 and 15; décret n° 2012-1246 (GBCP) art. 11, 29-33, 160; décret n° 2018-514 art. 10, 12, 14.
"""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Invariant(NamedTuple):
    """A rule: its sentence for a person, and the statement that answers whatever breaks it."""

    says: Any
    sql: str


def _never_below_zero(*families: str) -> str:
    """On every prefix of the entries, not only today: what these accounts held after each."""
    names = ", ".join(f"'{family}'" for family in families)
    return f"""
    SELECT 'entry ' || id || ' on ' || code, 'not below zero', held::text FROM (
        SELECT m.id, a.code, sum(m.cents) OVER (PARTITION BY a.id ORDER BY m.id) AS held FROM funding_account a JOIN (
            SELECT id, target_id AS account, cents FROM funding_entry UNION ALL SELECT id, source_id, -cents FROM funding_entry
        ) m ON m.account = a.id WHERE a.family IN ({names})) run
     WHERE held < 0"""  # noqa: S608  (families are written here)


CEILINGS = """
SELECT 'instalment ' || i.id, 'at most ' || coalesce((s.cents * c.rate_bp / 10000)::text, 'no ceiling in force'), i.sum::text FROM (
    SELECT i.*, sum(i.cents) OVER (PARTITION BY i.convention_id ORDER BY i.planned_at, i.id) AS sum, 'before' AS rule
      FROM funding_instalment i WHERE i.state <> 'cancelled' AND i.kind IN ('advance', 'interim')
    UNION ALL
    SELECT i.*, sum(i.cents) OVER (PARTITION BY i.convention_id ORDER BY i.planned_at, i.id), 'advance'
      FROM funding_instalment i WHERE i.state <> 'cancelled' AND i.kind = 'advance') i
  JOIN funding_convention v ON v.id = i.convention_id CROSS JOIN LATERAL (
    SELECT f.line_id, coalesce((SELECT (m.before->'shares'->>f.id::text)::bigint FROM funding_amendment m       -- as it stood then
       WHERE m.grant_id = f.grant_id AND m.state = 'in_force' AND m.decided_at >= i.planned_at ORDER BY m.number LIMIT 1), f.cents) AS cents
      FROM funding_grantshare f WHERE f.id = v.share_id) s
  LEFT JOIN funding_ceiling c ON c.line_id = s.line_id AND c.during @> i.planned_at AND c.rule = CASE i.rule
       WHEN 'advance' THEN 'advance' ELSE CASE WHEN v.months > 48 THEN 'before_balance_long' ELSE 'before_balance' END END
 WHERE i.sum > coalesce(s.cents * c.rate_bp / 10000, -1)"""

BALANCE = """
SELECT 'convention ' || v.id, 'at most ' || s.cents, sum(i.cents)::text
  FROM funding_convention v JOIN funding_grantshare s ON s.id = v.share_id JOIN funding_instalment i ON i.convention_id = v.id
 WHERE i.state = 'paid' GROUP BY v.id, s.cents HAVING sum(i.cents) > s.cents OR min(i.cents) < 1
UNION ALL
SELECT 'instalment ' || i.id, 'none after the balance', i.state FROM funding_instalment i
 WHERE i.state NOT IN ('paid', 'cancelled') AND EXISTS (
    SELECT FROM funding_instalment b WHERE b.convention_id = i.convention_id AND b.kind = 'balance' AND b.state = 'paid')"""

OPENED = """
SELECT s.line || CASE WHEN s.year IS NULL THEN ', AE' ELSE ', CP ' || s.year END, s.cents::text, coalesce(-b.cents, 0)::text FROM (
    SELECT DISTINCT ON (s.line_id, s.year) 'line ' || s.line_id AS line, s.line_id, s.year, s.cents
      FROM funding_envelopeshare s JOIN funding_envelope v ON v.id = s.envelope_id
     ORDER BY s.line_id, s.year, v.version DESC) s
  LEFT JOIN funding_account a ON a.code = CASE WHEN s.year IS NULL THEN 'ae.budget:' || s.line_id
                                               ELSE 'cp.budget:' || s.line_id || ':' || s.year END
  LEFT JOIN funding_balance b ON b.account_id = a.id
 WHERE s.cents <> coalesce(-b.cents, 0)"""

BALANCED = """
SELECT 'posting ' || p.id || ' ' || p.kind, 'its movements, for one total', coalesce(x.said, 'no entry')
  FROM funding_posting p LEFT JOIN LATERAL (
    SELECT string_agg(m.source || ' to ' || m.target || ' ' || m.cents, ', ') AS said, min(m.cents) = max(m.cents) AND bool_and(m.sound)
           AND (p.kind = 'reverse' OR bool_and(m.listed) AND count(*) = (SELECT count(*) FROM funding_movement WHERE kind = p.kind)) AS whole
      FROM (SELECT s.family AS source, t.family AS target, sum(e.cents) AS cents,
                   bool_and(s.id <> t.id AND s.line_id = p.line_id AND t.line_id = p.line_id AND e.cents > 0) AS sound,
                   EXISTS (SELECT FROM funding_movement l WHERE l.kind = p.kind AND l.source = s.family AND l.target = t.family) AS listed
              FROM funding_entry e JOIN funding_account s ON s.id = e.source_id JOIN funding_account t ON t.id = e.target_id
             WHERE e.posting_id = p.id GROUP BY s.family, t.family) m) x ON true
 WHERE x.whole IS NOT TRUE"""

HISTORY = """
SELECT 'trigger ' || name || ' of ' || of, 'in force', 'absent or disabled'
  FROM unnest(ARRAY['funding_account', 'funding_balance', 'funding_posting', 'funding_entry']) AS of,
       unnest(ARRAY['ledger_keep', 'ledger_keep_all']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = of::regclass AND tgname = name AND tgenabled IN ('O', 'A'))
UNION ALL
SELECT 'posting ' || p.id, 'the mirror of posting ' || p.reverses_id || ', in its year', 'another'
  FROM funding_posting p JOIN funding_posting o ON o.id = p.reverses_id
 WHERE o.kind = 'reverse' OR o.year <> p.year OR (
    SELECT array_agg((source_id, target_id, cents) ORDER BY id) FROM funding_entry WHERE posting_id = p.id) IS DISTINCT FROM (
    SELECT array_agg((target_id, source_id, cents) ORDER BY id DESC) FROM funding_entry WHERE posting_id = o.id)"""

KEYS = """
SELECT 'posting ' || p.id, 'the request of its key', 'another' FROM funding_posting p
 WHERE p.payload_hash <> ledger_payload(p.act_id, p.kind, p.by_id, (
    SELECT jsonb_agg(jsonb_build_object('source', s.code, 'target', t.code, 'cents', e.cents) ORDER BY e.id)
      FROM funding_entry e JOIN funding_account s ON s.id = e.source_id JOIN funding_account t ON t.id = e.target_id
     WHERE e.posting_id = p.id), p.facts)
UNION ALL
SELECT 'key ' || key, 'one posting', count(*)::text FROM funding_posting GROUP BY key HAVING count(*) > 1"""

CHAIN = """
SELECT stream || '#' || seq, 'the event before it, and its own text', 'another' FROM (
    SELECT stream, seq, hash, body, previous_hash, coalesce(lag(hash) OVER w, repeat('0', 64)) AS before, row_number() OVER w AS rank
      FROM event WHERE stream LIKE 'line:%' WINDOW w AS (PARTITION BY stream ORDER BY seq)) e
 WHERE seq <> rank OR previous_hash <> before OR hash <> encode(sha256(convert_to(body, 'UTF8')), 'hex')
UNION ALL
SELECT h.stream, 'its last event', 'another' FROM event_head h WHERE h.stream LIKE 'line:%' AND h.seq IS DISTINCT FROM (
    SELECT max(seq) FROM event WHERE stream = h.stream) AND h.seq > 0"""

FOLD = """
SELECT a.code, coalesce(f.cents, 0) || ' in ' || coalesce(f.n, 0) || ' entries', coalesce(b.cents || ' in ' || b.entry_count, 'none')
  FROM funding_account a LEFT JOIN funding_balance b ON b.account_id = a.id LEFT JOIN (
    SELECT account, sum(cents) AS cents, count(*) AS n FROM (
        SELECT target_id AS account, cents FROM funding_entry UNION ALL SELECT source_id, -cents FROM funding_entry) m GROUP BY 1
  ) f ON f.account = a.id
 WHERE (b.cents, b.entry_count) IS DISTINCT FROM (coalesce(f.cents, 0)::bigint, coalesce(f.n, 0)::bigint)"""

CENTS = """
SELECT c.relname || '.' || a.attname, 'bigint', format_type(a.atttypid, NULL) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
   AND (a.attname = 'cents' OR a.attname LIKE '%\\_cents') AND c.relname LIKE 'funding\\_%' AND a.atttypid <> 'bigint'::regtype"""

TIME = """
SELECT 'posting ' || id, 'at or after ' || before, at::text FROM (
    SELECT id, at, lag(at) OVER (PARTITION BY line_id ORDER BY id) AS before FROM funding_posting) p WHERE at < before
UNION ALL
SELECT 'posting ' || p.id, 'none in ' || c.year || ', which is closed', p.at::text FROM funding_posting p
  JOIN funding_closing c ON c.line_id = p.line_id AND c.year = p.year AND p.at > c.closed_at
UNION ALL
SELECT a.code, 'nothing left of ' || c.year || ', which is closed', b.cents::text FROM funding_closing c
  JOIN funding_account a ON a.line_id = c.line_id AND a.year = c.year AND a.family IN ('cp.available', 'cp.ordered')
  JOIN funding_balance b ON b.account_id = a.id WHERE b.cents <> 0
UNION ALL
SELECT 'closing ' || c.id, 'lapsed ' || c.cp_lapsed_cents || ', carried ' || c.cp_carried_cents, h.lapsed || ', ' || h.carried
  FROM funding_closing c CROSS JOIN LATERAL (
    SELECT coalesce(sum(b.cents) FILTER (WHERE a.family = 'cp.lapsed' AND a.year = c.year), 0) AS lapsed,
           coalesce(sum(b.cents) FILTER (WHERE a.family = 'cp.carried' AND a.year = c.year), 0) AS carried,
           coalesce(-sum(b.cents) FILTER (WHERE a.family = 'cp.brought' AND a.year = c.year + 1), 0) AS brought
      FROM funding_account a JOIN funding_balance b ON b.account_id = a.id WHERE a.line_id = c.line_id) h
 WHERE (h.lapsed, h.carried, h.brought) <> (c.cp_lapsed_cents, c.cp_carried_cents, c.cp_carried_cents)"""

PEOPLE = """
SELECT 'posting ' || id, 'two people', 'person ' || by_id FROM funding_posting WHERE second_id = by_id
UNION ALL
SELECT 'instalment ' || instalment_id, 'three people', 'person ' || by_id FROM funding_posting
 WHERE kind IN ('certify', 'order', 'pay') GROUP BY instalment_id, by_id HAVING count(DISTINCT kind) > 1
UNION ALL
SELECT 'instalment ' || id, 'three people', 'two at most' FROM funding_instalment
 WHERE certified_by_id = ordered_by_id OR ordered_by_id = paid_by_id OR certified_by_id = paid_by_id"""

NOTIFIED = """
SELECT 'decision ' || d.number, d.cents || ' engaged, the file notified', coalesce(e.cents, 0) || ' engaged'
  FROM decisions_decision d LEFT JOIN document f ON f.id = d.document_id LEFT JOIN LATERAL (
    SELECT sum(e.cents) AS cents FROM funding_posting p JOIN funding_entry e ON e.posting_id = p.id
     WHERE p.kind = 'engage' AND p.grant_id = d.grant_id) e ON true
 WHERE d.kind = 'award' AND d.notified_at IS NOT NULL AND (e.cents IS DISTINCT FROM d.cents OR f.sha256 IS DISTINCT FROM d.sha256
    OR (SELECT array_agg(n.sha256::text) FROM decisions_notification n WHERE n.decision_id = d.id AND n.kind = 'decision')
       IS DISTINCT FROM ARRAY[d.sha256::text])
UNION ALL
SELECT 'grant ' || p.grant_id, 'a notified decision', 'none' FROM funding_posting p WHERE p.kind = 'engage' AND NOT EXISTS (
    SELECT FROM decisions_decision d WHERE d.grant_id = p.grant_id AND d.notified_at IS NOT NULL)
UNION ALL
SELECT 'convention ' || v.id, e.siret, v.siret FROM funding_convention v JOIN funding_grantshare s ON s.id = v.share_id
  JOIN directory_establishment e ON e.id = s.establishment_id WHERE v.siret <> e.siret"""

ACCOUNTS = """
SELECT 'instalment ' || i.id, 'an account of its convention that two people validated before the order', 'account ' || coalesce(b.id, 0)
  FROM funding_instalment i LEFT JOIN funding_bankaccount b ON b.id = i.account_id
 WHERE i.state IN ('ordered', 'paid') AND (b.convention_id IS DISTINCT FROM i.convention_id OR b.validated_by_id IS NULL
       OR b.validated_by_id = b.proposed_by_id OR b.validated_at IS NULL OR b.validated_at > i.ordered_at)"""

STATES = """
WITH held AS (
    SELECT a.grant_id, a.instalment_id, a.family, b.cents FROM funding_account a JOIN funding_balance b ON b.account_id = a.id
     WHERE a.grant_id IS NOT NULL),
of_instalments AS (
    SELECT i.id, coalesce(sum(h.cents) FILTER (WHERE h.family = 'ae.certified'), 0)::bigint AS certified,
           coalesce(sum(h.cents) FILTER (WHERE h.family = 'ae.ordered'), 0)::bigint AS ordered,
           coalesce(sum(h.cents) FILTER (WHERE h.family = 'cp.ordered'), 0)::bigint AS credits
      FROM funding_instalment i LEFT JOIN held h ON h.instalment_id = i.id GROUP BY i.id),
of_grants AS (
    SELECT g.id, coalesce(sum(h.cents) FILTER (WHERE h.family = 'ae.reserved'), 0)::bigint AS reserved,
           coalesce(sum(h.cents) FILTER (WHERE h.family IN ('ae.engaged', 'ae.certified', 'ae.ordered', 'ae.paid', 'ae.recovered')), 0)::bigint AS engaged,
           coalesce(sum(h.cents) FILTER (WHERE h.family IN ('ae.paid', 'ae.recovered')), 0)::bigint AS paid
      FROM funding_grant g LEFT JOIN held h ON h.grant_id = g.id GROUP BY g.id),
told AS (
    SELECT s.grant_id, sum(i.cents) AS paid FROM funding_instalment i JOIN funding_convention v ON v.id = i.convention_id
      JOIN funding_grantshare s ON s.id = v.share_id WHERE i.state = 'paid' GROUP BY s.grant_id)
SELECT 'instalment ' || i.id || ' ' || i.state, 'certified, ordered as its state says', c.certified || ', ' || c.ordered
  FROM funding_instalment i JOIN of_instalments c USING (id)
 WHERE (c.certified, c.ordered, c.credits) IS DISTINCT FROM CASE i.state WHEN 'certified' THEN (i.cents, 0::bigint, 0::bigint)
       WHEN 'ordered' THEN (0::bigint, i.cents, i.cents) ELSE (0::bigint, 0::bigint, 0::bigint) END
UNION ALL
SELECT 'grant ' || g.id || ' ' || g.state, 'reserved, engaged, paid as its state says', c.reserved || ', ' || c.engaged || ', ' || c.paid
  FROM funding_grant g JOIN of_grants c USING (id) LEFT JOIN told t ON t.grant_id = g.id
 WHERE c.paid <> coalesce(t.paid, 0) OR NOT CASE g.state WHEN 'reserved' THEN (c.reserved, c.engaged) = (g.cents, 0) WHEN 'voided' THEN c.reserved + c.engaged = 0
       WHEN 'closed' THEN c.reserved = 0 AND c.engaged = c.paid ELSE c.reserved = 0 AND c.engaged BETWEEN 1 AND g.cents END"""

PARTS = """
SELECT 'grant ' || g.id, g.cents::text, (s.cents + m.cents)::text FROM funding_grant g CROSS JOIN LATERAL (
    SELECT coalesce(sum(cents), 0) AS cents FROM funding_grantshare WHERE grant_id = g.id) s CROSS JOIN LATERAL (      -- given back (R82)
    SELECT coalesce(sum(released_cents), 0) AS cents FROM funding_amendment WHERE grant_id = g.id AND state = 'in_force') m
 WHERE s.cents + m.cents <> g.cents"""

INVARIANTS: dict[str, Invariant] = {
    "I01": Invariant(
        _("Le total réservé et engagé n’a jamais dépassé les autorisations d’engagement d’une source."),
        _never_below_zero("ae.available", "ae.reserved"),
    ),
    "I02": Invariant(
        _("Les paiements d’un exercice n’ont jamais dépassé ses crédits de paiement."),
        _never_below_zero("cp.available", "cp.ordered"),
    ),
    "I03": Invariant(
        _("Le montant payé n’a jamais dépassé le montant engagé, et les parts d’une aide font son total."),
        f"{_never_below_zero('ae.engaged')} UNION ALL {PARTS}",
    ),
    "I04": Invariant(
        _("Rien n’a été ordonnancé sans service fait certifié, ni payé sans ordonnancement."),
        _never_below_zero("ae.certified", "ae.ordered"),
    ),
    "I05": Invariant(_("Les avances et acomptes respectent les plafonds en vigueur à leur date."), CEILINGS),
    "I06": Invariant(_("Le solde ne dépasse pas l’aide, et aucun versement ne le suit."), BALANCE),
    "I07": Invariant(
        _("Les reversements demandés n’ont jamais dépassé le montant payé au bénéficiaire."), _never_below_zero("ae.paid")
    ),
    "I08": Invariant(_("Les crédits ouverts sont ceux de la dernière version de l’enveloppe."), OPENED),
    "I09": Invariant(_("Chaque opération est équilibrée et faite des seuls mouvements permis."), BALANCED),
    "I10": Invariant(_("Aucune écriture ne s’efface : une correction est la contre-passation exacte, une fois."), HISTORY),
    "I11": Invariant(_("Une demande n’a qu’un effet : chaque opération est celle de sa clé."), KEYS),
    "I12": Invariant(_("Le journal de chaque source est une chaîne sans trou ni retouche."), CHAIN),
    "I13": Invariant(_("Chaque solde est la somme de ses écritures."), FOLD),
    "I14": Invariant(_("Les montants sont des centimes entiers."), CENTS),
    "I15": Invariant(
        _("Les opérations se suivent dans le temps, et un exercice clos ne reçoit plus d’écriture."), TIME
    ),
    "I16": Invariant(_("Aucune personne n’a eu deux rôles dans une même opération."), PEOPLE),
    "I17": Invariant(
        _("Chaque décision notifiée a son engagement, au centime, et le document notifié est celui qui a été scellé."),
        NOTIFIED,
    ),
    "I18": Invariant(_("Chaque paiement va à un compte bancaire validé par deux personnes avant l’ordonnancement."), ACCOUNTS),
    "I19": Invariant(_("L’état de chaque aide et de chaque versement est celui du grand livre."), STATES),
}  # fmt: skip
