"""What `manage.py verify` recomputes of the ledger: every balance from its entries, every entry from its event.

Independent of ledger.sql: the fold, the map of movements and the rules of persons are done again here.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import connection

from edsh_portal.models import Event
from edsh_portal.verify import Finding, check

from .ledger import MOVEMENTS, fiscal_year
from .models import Account, Balance, Entry, Movement, Posting

OUTSIDE = {"ae.budget", "cp.budget", "cp.brought"}
TRIO = {"certify", "order", "pay"}
WALLS = """
SELECT 'constraint ' || conname FROM pg_constraint WHERE convalidated AND conname IN (
    'funding_balance_wall', 'funding_balance_pkey', 'funding_entry_cents', 'funding_posting_key',
    'funding_posting_two_people', 'funding_posting_act_once', 'funding_posting_three_people', 'funding_posting_reversed_once', 'funding_posting_reversal')
UNION ALL
SELECT 'trigger ' || tgname || ' of ' || tgrelid::regclass FROM pg_trigger
 WHERE tgname LIKE 'ledger\\_%' AND tgenabled IN ('O', 'A')
"""
EXPECTED_WALLS = {
    *(
        f"constraint funding_{name}"
        for name in (
            "balance_wall",
            "balance_pkey",
            "entry_cents",
            "posting_key",
            "posting_two_people",
            "posting_act_once",
            "posting_three_people",
            "posting_reversed_once",
            "posting_reversal",
        )
    ),
    *(
        f"trigger ledger_keep{kind} of funding_{table}"
        for kind in ("", "_all")
        for table in ("account", "balance", "entry", "posting")
    ),
    "trigger ledger_open of funding_account",
    "trigger ledger_guard of funding_balance",
    "trigger ledger_apply of funding_entry",
    "trigger ledger_closed of funding_entry",
    "trigger ledger_closed of funding_posting",
    "trigger ledger_by_kind of funding_posting",
}


@check("ledger")
def verify_ledger() -> Iterator[Finding]:
    """Balances, prefixes, events, payloads, reversals, persons, movements, walls."""
    accounts = {account.pk: account for account in Account.objects.order_by("pk")}
    moves: dict[int, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.order_by("pk").iterator(chunk_size=2000):
        moves[entry.posting_id].append(entry)
    postings = {posting.pk: posting for posting in Posting.objects.order_by("pk").iterator(chunk_size=2000)}
    yield from _fold(accounts, moves)
    yield from _events(accounts, postings, moves)
    yield from _acts(accounts, postings, moves)
    yield from _payloads()
    yield from _walls()


def _fold(accounts: dict[int, Account], moves: dict[int, list[Entry]]) -> Iterator[Finding]:
    """Replays every entry in order: the balances each says it left, no prefix below zero, and the end."""
    held: dict[int, int] = dict.fromkeys(accounts, 0)
    count: dict[int, int] = dict.fromkeys(accounts, 0)
    for entry in sorted((entry for of in moves.values() for entry in of), key=lambda e: e.pk):
        held[entry.source_id] -= entry.cents
        held[entry.target_id] += entry.cents
        for pk, said in ((entry.source_id, entry.source_after), (entry.target_id, entry.target_after)):
            count[pk] += 1
            code, family = accounts[pk].code, accounts[pk].family
            if said != held[pk]:
                yield Finding("ledger.after", f"entry {entry.pk} on {code}", str(held[pk]), str(said))
            if (held[pk] > 0) if family in OUTSIDE else (held[pk] < 0):
                yield Finding("ledger.prefix", f"entry {entry.pk} on {code}", "not below zero", str(held[pk]))
    stored = {b.account_id: b for b in Balance.objects.all()}
    for pk, account in accounts.items():
        balance = stored.get(pk)
        found = (balance.cents, balance.entry_count) if balance else None
        if found != (held[pk], count[pk]):
            yield Finding("ledger.balance", account.code, f"{held[pk]} ({count[pk]} entries)", str(found))


def _events(
    accounts: dict[int, Account], postings: dict[int, Posting], moves: dict[int, list[Entry]]
) -> Iterator[Finding]:
    """Each posting and its entries are what the chained event of its line says, and each such event has its posting."""
    events = {event.pk: event for event in Event.objects.filter(kind="ledger.posted").iterator(chunk_size=2000)}
    for posting in postings.values():
        event = events.pop(posting.event_id, None)
        said = _said(event) if event else None
        rows = [
            {"source": accounts[e.source_id].code, "target": accounts[e.target_id].code, "cents": e.cents}
            for e in moves.get(posting.pk, [])
        ]
        written = {
            "stream": f"line:{posting.line_id}",
            "by": posting.by_id,
            "at": posting.at,
            "subject": posting.pk,
            "posting": posting.pk,
            "key": posting.key,
            "kind": posting.kind,
            "act": posting.act_id,
            "facts": posting.facts,
            "payload": posting.payload_hash,
            "entries": rows,
        }
        if said != written:
            yield Finding("ledger.event", f"posting {posting.pk}", str(said), str(written))
    for event in events.values():
        yield Finding("ledger.event", f"{event.stream}#{event.seq}", "its posting", "none")
    for pk in sorted(moves.keys() - postings.keys()):
        yield Finding("ledger.event", f"entries of posting {pk}", "their posting", "none")


def _said(event: Event) -> dict[str, Any]:
    return {"stream": event.stream, "by": event.by_id, "at": event.at, "subject": event.subject_id, **event.data}


def _acts(
    accounts: dict[int, Account], postings: dict[int, Posting], moves: dict[int, list[Entry]]
) -> Iterator[Finding]:
    """Movements of the kind only; reversals exact and once; instants never back; different people."""
    latest: dict[int, Any] = {}
    keys: dict[str, int] = {}
    undone: dict[int, int] = {}
    parts: dict[int, dict[int, str]] = defaultdict(dict)
    for pk, posting in postings.items():
        what = f"posting {pk}"
        entries = moves.get(pk, [])
        if posting.kind == "reverse":
            original = moves.get(posting.reverses_id or 0, [])
            mirror = [(e.target_id, e.source_id, e.cents) for e in reversed(original)]
            written = [(e.source_id, e.target_id, e.cents) for e in entries]
            if mirror != written or undone.setdefault(posting.reverses_id or 0, pk) != pk:
                yield Finding("ledger.reversal", what, str(mirror), str(written))
        else:
            used = {(accounts[e.source_id].family, accounts[e.target_id].family) for e in entries}
            if used != MOVEMENTS.get(posting.kind):
                yield Finding("ledger.movement", what, str(MOVEMENTS.get(posting.kind)), str(used))
        if posting.at < latest.setdefault(posting.line_id, posting.at) or posting.year != fiscal_year(posting.at):
            yield Finding("ledger.instant", what, f"at or after {latest[posting.line_id]}", str(posting.at))
        latest[posting.line_id] = posting.at
        if keys.setdefault(posting.key, pk) != pk:
            yield Finding("ledger.key", what, "one posting a key", posting.key)
        hands = parts[posting.instalment_id or 0]
        if posting.kind in TRIO and hands.setdefault(posting.by_id, posting.kind) != posting.kind:
            yield Finding("ledger.people", what, "three different people", f"person {posting.by_id}")
        if posting.second_id == posting.by_id:
            yield Finding("ledger.people", what, "two different people", f"person {posting.by_id}")


# Both people of a posting are its act's, the act lists it, word for word, and is of a kind that may post it.
OPENED = """
SELECT p.id, p.kind, p.act_id FROM funding_posting p LEFT JOIN act a ON a.id = p.act_id AND a.state = 'approved'
 WHERE p.kind IN ('open_ae', 'lower_ae', 'open_cp', 'lower_cp', 'reserve', 'recover', 'reverse', 'expire_ae', 'expire_cp', 'carry_cp', 'transfer')
   AND (a.id IS NULL OR (a.decided_by_id, a.proposed_by_id) IS DISTINCT FROM (p.by_id, p.second_id)
        OR NOT EXISTS (SELECT FROM jsonb_array_elements(a.payload->'postings') AS told
                        WHERE told->>'kind' = p.kind AND told->'facts' = p.facts AND told->'entries' = (
            SELECT jsonb_agg(jsonb_build_object('source', s.code, 'cents', e.cents, 'target', CASE p.kind
                     WHEN 'reserve' THEN regexp_replace(t.code, '^(ae\\.reserved:[0-9]+):[0-9]+$', '\\1:*') ELSE t.code END) ORDER BY e.id)
              FROM funding_entry e JOIN funding_account s ON s.id = e.source_id JOIN funding_account t ON t.id = e.target_id
             WHERE e.posting_id = p.id)))
UNION
SELECT p.id, p.kind, p.act_id FROM funding_posting p JOIN act a ON a.id = p.act_id
 WHERE NOT EXISTS (SELECT FROM ledger_kinds() k WHERE k.act = a.kind AND k.posting = p.kind)
 ORDER BY 1
"""
# An envelope, a ceiling, a bank account, the State's signature, that no approved act says.
SET_ALONE = """
SELECT 'envelope ' || v.id FROM funding_envelope v WHERE NOT EXISTS (SELECT FROM act WHERE kind = 'envelope.open'
    AND state = 'approved' AND payload @> jsonb_build_object('call', v.call_id, 'version', v.version, 'act', v.act))
UNION ALL
SELECT 'share ' || s.id || ' of envelope ' || v.id FROM funding_envelopeshare s JOIN funding_envelope v ON v.id = s.envelope_id
 WHERE NOT EXISTS (SELECT FROM act WHERE kind = 'envelope.open' AND state = 'approved'
    AND payload @> jsonb_build_object('call', v.call_id, 'version', v.version, 'shares', jsonb_build_array(
        jsonb_build_object('line', s.line_id, 'year', s.year, 'cents', s.cents, 'fictitious', s.fictitious))))
UNION ALL
SELECT 'ceiling ' || c.id FROM funding_ceiling c WHERE NOT EXISTS (SELECT FROM act WHERE kind = 'ceiling.set' AND state = 'approved'
    AND payload @> jsonb_build_object('line', c.line_id, 'rule', c.rule, 'rate_bp', c.rate_bp, 'source', c.source))
UNION ALL
SELECT 'bank account ' || b.id FROM funding_bankaccount b WHERE b.validated_at IS NOT NULL AND NOT EXISTS (SELECT FROM act
 WHERE kind = 'iban.validate' AND state = 'approved'
   AND decided_by_id = b.validated_by_id AND proposed_by_id = b.proposed_by_id AND payload->'account' = to_jsonb(b.id)
   AND payload @> jsonb_build_object('account', b.id, 'convention', b.convention_id, 'iban', b.iban, 'holder', b.holder))
UNION ALL
SELECT 'amendment ' || m.id FROM funding_amendment m WHERE m.state = 'in_force' AND NOT EXISTS (SELECT FROM act
 WHERE kind = 'amendment' AND state = 'approved' AND id = m.act_id AND payload @> jsonb_build_object('amendment', m.id, 'after', m.after))
UNION ALL
SELECT 'extension ' || e.id FROM funding_extension e WHERE NOT EXISTS (SELECT FROM act WHERE kind = 'grant.extend' AND state = 'approved'
   AND id = e.act_id AND payload @> jsonb_build_object('grant', e.grant_id, 'until', e.until, 'reason', e.reason))
UNION ALL
SELECT 'grant ' || g.id FROM funding_grant g WHERE g.state = 'lapsed' AND NOT EXISTS (SELECT FROM act WHERE kind = 'grant.lapse'
   AND state = 'approved' AND payload @> jsonb_build_object('withdraws', g.id))
UNION ALL
SELECT 'signature ' || s.id || ' of a convention' FROM funding_conventionsignature s WHERE s.party = 'state' AND NOT EXISTS (SELECT FROM act
 WHERE kind = 'convention.sign' AND state = 'approved' AND id = s.act_id AND decided_by_id = s.by_id
   AND payload @> jsonb_build_object('convention', s.convention_id, 'sha256', s.sha256))
"""


@check("ledger.acts")
def verify_acts_of_money() -> Iterator[Finding]:
    """What two people decide was decided by two: each posting has its act, each version of the envelope and ceiling too."""
    with connection.cursor() as cursor:
        cursor.execute(OPENED)
        for pk, kind, act in cursor.fetchall():
            yield Finding("ledger.act", f"posting {pk} {kind}", "an approved act that says it", f"act {act}")
        cursor.execute(SET_ALONE)
        for (what,) in cursor.fetchall():
            yield Finding("acts.alone", what, "an approved act that says it", "none")


def _payloads() -> Iterator[Finding]:
    """The stored hash of each request is the hash of what was done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.payload_hash, ledger_payload(p.act_id, p.kind, p.by_id, ("
            " SELECT jsonb_agg(jsonb_build_object('source', s.code, 'target', t.code, 'cents', e.cents) ORDER BY e.id)"
            " FROM funding_entry e JOIN funding_account s ON s.id = e.source_id"
            " JOIN funding_account t ON t.id = e.target_id"
            " WHERE e.posting_id = p.id), p.facts) FROM funding_posting p ORDER BY p.id"
        )
        for pk, stored, computed in cursor.fetchall():
            if stored != computed:
                yield Finding("ledger.payload", f"posting {pk}", computed, stored)


def _walls() -> Iterator[Finding]:
    """The constraints that are the rules and the triggers that keep history are there, valid and enabled."""
    with connection.cursor() as cursor:
        cursor.execute(WALLS)
        present = {row[0] for row in cursor.fetchall()}
    listed: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for kind, source, target in Movement.objects.values_list("kind", "source", "target"):
        listed[kind].add((source, target))
    for wall in sorted(EXPECTED_WALLS - present):
        yield Finding("ledger.wall", wall, "present and enabled", "absent or disabled")
    for kind in sorted(listed.keys() | MOVEMENTS.keys()):
        if listed.get(kind) != MOVEMENTS.get(kind):
            yield Finding("ledger.movement", f"kind {kind}", str(MOVEMENTS.get(kind)), str(listed.get(kind)))


# What each state of an instalment, a grant or a convention leaves in the accounts (RELIABILITY I19).
STANDS = """
WITH held AS (
    SELECT a.instalment_id, (sum(b.cents) FILTER (WHERE a.family = 'ae.certified'))::bigint AS certified,
           (sum(b.cents) FILTER (WHERE a.family = 'ae.ordered'))::bigint AS ordered, (sum(b.cents) FILTER (WHERE a.family = 'cp.ordered'))::bigint AS cp
      FROM funding_account a JOIN funding_balance b ON b.account_id = a.id WHERE a.instalment_id IS NOT NULL GROUP BY 1)
SELECT i.id, i.state, i.cents, coalesce(h.certified, 0), coalesce(h.ordered, 0), coalesce(h.cp, 0)
  FROM funding_instalment i LEFT JOIN held h ON h.instalment_id = i.id
 WHERE (coalesce(h.certified, 0), coalesce(h.ordered, 0), coalesce(h.cp, 0)) IS DISTINCT FROM CASE i.state
       WHEN 'certified' THEN (i.cents, 0::bigint, 0::bigint) WHEN 'ordered' THEN (0::bigint, i.cents, i.cents)
       ELSE (0::bigint, 0::bigint, 0::bigint) END
"""
AWARDS = """
SELECT g.id, g.state, g.cents, s.shares + (SELECT coalesce(sum(released_cents), 0) FROM funding_amendment m WHERE m.grant_id = g.id AND m.state = 'in_force')::bigint, coalesce(l.reserved, 0), coalesce(l.engaged, 0), coalesce(l.paid, 0), coalesce(p.paid, 0)
  FROM funding_grant g
  LEFT JOIN LATERAL (SELECT sum(cents)::bigint AS shares FROM funding_grantshare WHERE grant_id = g.id) s ON true
  LEFT JOIN LATERAL (
    SELECT (sum(b.cents) FILTER (WHERE a.family = 'ae.reserved'))::bigint AS reserved,
           (sum(b.cents) FILTER (WHERE a.family IN ('ae.engaged', 'ae.certified', 'ae.ordered', 'ae.paid', 'ae.recovered')))::bigint AS engaged,
           (sum(b.cents) FILTER (WHERE a.family IN ('ae.paid', 'ae.recovered')))::bigint AS paid
      FROM funding_account a JOIN funding_balance b ON b.account_id = a.id WHERE a.grant_id = g.id) l ON true
  LEFT JOIN LATERAL (
    SELECT sum(i.cents)::bigint AS paid FROM funding_instalment i JOIN funding_convention c ON c.id = i.convention_id
      JOIN funding_grantshare s ON s.id = c.share_id WHERE s.grant_id = g.id AND i.state = 'paid') p ON true
 ORDER BY g.id
"""

# While an award runs, what the ledger holds for a share is the share, as amendments have left it, but for what a closing withdrew.
SHARES = """
SELECT s.id, s.cents - gone.cents, coalesce(sum(b.cents), 0)::bigint FROM funding_grantshare s JOIN funding_grant g ON g.id = s.grant_id AND g.state = 'engaged'
  LEFT JOIN funding_convention c ON c.share_id = s.id
  LEFT JOIN funding_account a ON a.share_id = s.id AND a.family LIKE 'ae.%' LEFT JOIN funding_balance b ON b.account_id = a.id
 CROSS JOIN LATERAL (SELECT coalesce(sum(e.cents), 0)::bigint AS cents FROM funding_posting p JOIN funding_entry e ON e.posting_id = p.id
                      WHERE p.share_id = s.id AND p.kind IN ('release', 'lapse') AND p.act_id IS NULL) gone
 WHERE c.state IS DISTINCT FROM 'closed' GROUP BY s.id, gone.cents HAVING coalesce(sum(b.cents), 0) <> s.cents - gone.cents
"""


@check("awards")
def verify_awards() -> Iterator[Finding]:
    """Σ shares, and what amendments gave back, = grant; states of grants and instalments agree with what the ledger holds for them (I03, I19)."""
    with connection.cursor() as cursor:
        cursor.execute(AWARDS)
        for pk, state, cents, shares, reserved, engaged, paid, paid_by_state in cursor.fetchall():
            if shares != cents:
                yield Finding("awards.shares", f"grant {pk}", str(cents), str(shares))
            if paid != paid_by_state:
                yield Finding("awards.paid", f"grant {pk}", str(paid_by_state), str(paid))
            wanted = {"reserved": (cents, 0), "voided": (0, 0)}.get(state, (0, engaged))
            settled = state != "closed" or engaged == paid
            if (reserved, engaged) != wanted or not settled or (state == "engaged" and not 0 < engaged <= cents):
                yield Finding(
                    "awards.state", f"grant {pk} {state}", str(wanted), f"{reserved} reserved, {engaged} engaged"
                )
        cursor.execute(SHARES)
        for pk, cents, held in cursor.fetchall():
            yield Finding("awards.share", f"share {pk}", str(cents), str(held))
        cursor.execute(STANDS)
        for pk, state, cents, *held in cursor.fetchall():
            yield Finding("awards.instalment", f"instalment {pk} {state} of {cents}", "what its state says", str(held))
