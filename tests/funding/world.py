"""Lines, grants, shares and instalments for the ledger's own tests: the ledger asks only that these rows exist; acts of two.

They are laid by the superuser with the dossiers left out (foreign keys asleep); test_actions walks through verbs.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
from django.db import DatabaseError, connection, transaction

from edsh_portal import acts, clock, events
from edsh_portal.models import Act
from edsh_portal.workflow import Refused
from funding import ledger
from funding.models import Closing

GRANTS, SHARES, INSTALMENTS = 2, 2, 2  # per line, per grant, per share
# The kind of act by which each movement of two people is posted, written apart from ledger.sql.
KIND = {
    "open_ae": "envelope.open", "lower_ae": "envelope.open", "open_cp": "envelope.open", "lower_cp": "envelope.open",
    "reserve": "decision.approve", "transfer": "amendment", "recover": "recovery.issue", "reverse": "ledger.reverse",
    "expire_ae": "year.close", "expire_cp": "year.close", "carry_cp": "year.close",
}  # fmt: skip
GROUND = "term"  # of a recovery


@dataclass(frozen=True)
class Part:
    """A share and its instalments, shaped as the door reads them."""

    pk: int
    line_id: int
    grant_id: int
    hears: Callable[[], int]  # lays a contradictory procedure of its convention, ended: its id
    instalments: list[Any] = field(default_factory=list)

    def __hash__(self) -> int:
        return self.pk


@dataclass(frozen=True)
class Lane:
    """One financing line with its grants: {grant: [shares]}."""

    pk: int
    grants: dict[int, list[Part]]

    @property
    def shares(self) -> list[Part]:
        return [share for shares in self.grants.values() for share in shares]

    @property
    def instalments(self) -> list[Any]:
        return [instalment for share in self.shares for instalment in share.instalments]


def thing(pk: int) -> Any:
    return SimpleNamespace(pk=pk)


def people(superuser: psycopg.Connection[Any], count: int = 8) -> list[Any]:
    with superuser.transaction():
        rows = superuser.execute(
            "INSERT INTO directory_user (is_superuser, email, full_name, language, is_active, session_epoch)"
            " SELECT false, 'p' || n || '-' || gen_random_uuid() || '@test.invalid', 'Personne ' || n, 'fr', true, 0"
            " FROM generate_series(1, %s) n RETURNING id",
            [count],
        ).fetchall()
        # Every role, to the walls of acts; the portal keeps them apart, the ledger does not know of them.
        held = sorted({role for kind in acts.KINDS.values() for role in (*kind.proposers, *kind.approvers)})
        superuser.execute("INSERT INTO auth_group (name) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [held])
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute(
            "INSERT INTO directory_user_groups (user_id, group_id) SELECT u, g.id FROM unnest(%s::bigint[]) u, auth_group g"
            " WHERE g.name = ANY (%s)",
            [[row[0] for row in rows], held],
        )
        superuser.execute("SET LOCAL session_replication_role = origin")
        superuser.execute("SELECT event_append('test:' || gen_random_uuid(), 'row.written', 'x', 0, NULL, NULL, '{}')")
    return [thing(row[0]) for row in rows]


def lane(superuser: psycopg.Connection[Any], at: datetime, *, grants: int = GRANTS) -> Lane:
    """A fresh line, so that each example of a test starts from an empty ledger."""
    superuser.execute("SET session_replication_role = replica")
    one = partial(laid, superuser)
    serial = superuser.execute("SELECT coalesce(max(id), 0) + 1 FROM funding_line").fetchone()[0]  # type: ignore[index]
    line = one("INSERT INTO funding_line (call_id, code, label) VALUES (0, %s, 'Ligne')", f"L{serial}")
    found: dict[int, list[Part]] = {}
    for _ in range(grants):
        dossier = superuser.execute("SELECT coalesce(max(id), 0) + 1 FROM funding_grant").fetchone()[0]  # type: ignore[index]
        grant = one(
            "INSERT INTO funding_grant (application_id, state, cents, reserved_at) VALUES (%s, 'reserved', 1, %s)",
            dossier,
            at,
        )
        found[grant] = [_part(superuser, line, grant, number, at) for number in range(SHARES)]
    superuser.execute("SET session_replication_role = origin")
    return Lane(line, found)


def laid(superuser: psycopg.Connection[Any], sql: str, *values: object) -> int:
    return superuser.execute(f"{sql} RETURNING id", values).fetchone()[0]  # type: ignore[index]


def _part(superuser: psycopg.Connection[Any], line: int, grant: int, number: int, at: datetime) -> Part:
    one = partial(laid, superuser)
    share = one(
        "INSERT INTO funding_grantshare (grant_id, establishment_id, line_id, cents) VALUES (%s, %s, %s, 1)",
        grant,
        number,
        line,
    )
    convention = one(
        "INSERT INTO funding_convention (share_id, siret, months, state, prepared_by_id, prepared_at)"
        " VALUES (%s, '00000000000000', 40, 'prepared', 0, %s)",
        share,
        at,
    )
    part = Part(share, line, grant, partial(hears, superuser, convention))
    for rank in range(1, INSTALMENTS + 1):
        pk = one(
            "INSERT INTO funding_instalment"
            " (convention_id, kind, number, cents, year, evidence, state, planned_by_id, planned_at) VALUES (%s, 'interim', %s, 1, 2023, '', 'planned', 0, %s)",
            convention,
            rank,
            at,
        )
        part.instalments.append(SimpleNamespace(pk=pk, convention=SimpleNamespace(share=part)))
    return part


def hears(superuser: psycopg.Connection[Any], convention: int) -> int:
    """The beneficiary was heard on as much as the ledger may hold; the procedure was answered, and no act has followed it."""
    with superuser.transaction():
        superuser.execute("SET LOCAL session_replication_role = replica")
        return laid(
            superuser,
            "INSERT INTO decisions_procedure (kind, application_id, establishment_id, convention_id, ground, motives, cents, days,"
            " opened_by_id, opened_at, closes_at, state, observations, asks_hearing, observed_by_id, observed_at, answer,"
            " answered_by_id, answered_at) SELECT 'recovery', 0, 0, %s, %s, 'x', 1000000000000, 15, 0, now() - interval '30 days',"
            " now(), 'answered', 'x', false, 0, now(), 'x', 0, now()",
            convention,
            GROUND,
        )


# ── acts of two ──────────────────────────────────────────────────────────────────────────────────────────────────────
def approved(kind: str, proposer: Any, by: Any, *movements: Any, **says: Any) -> Act:
    """An act of this kind whose payload lists these movements, proposed and approved by these two, in the caller's transaction."""
    told = json.dumps({"postings": movements, **says})
    own = uuid4()  # of no other: acts do not wait for each other
    asked = [kind, "funding.line", own.int >> 66, "", told, f"test:{own}", proposer.pk]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT act_propose(%s, %s, %s, %s, %s, %s, %s, NULL)", asked)
            act = cursor.fetchone()[0]
            cursor.execute("SELECT act_decide(%s, 'approved', '', %s, NULL)", [act, by.pk])
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") != "EP011":
            raise
        raise Refused("One person.", code="A04") from error
    return Act.objects.get(pk=act)


KEPT: dict[tuple[str, str], Act] = {}  # by database and key


def in_two(build: Callable[..., ledger.Movement]) -> Callable[..., int]:
    """A movement that two people decide, as one door: the act, then its posting. The same key is the same act."""

    def door(
        *, key: str, proposer: Any, by: Any, holder: Any = None, at: Any = None, says: Any = None, **arguments: Any
    ) -> int:
        movement, kept = build(**arguments), (connection.settings_dict["NAME"], key)
        with transaction.atomic():
            act = KEPT.get(kept) or approved(KIND[movement["kind"]], proposer, by, movement, **(says() if says else {}))
            done = ledger.carry(act, movement, grant=holder, at=at)
        KEPT[kept] = act
        return done

    door.__name__ = build.__name__
    return door


open_ae, lower_ae, open_cp, lower_cp, reverse = map(
    in_two, (ledger.open_ae, ledger.lower_ae, ledger.open_cp, ledger.lower_cp, ledger.reverse)
)
_reserve, _transfer, _recover = map(in_two, (ledger.reserve, ledger.transfer, ledger.recover))


def reserve(*, grant: Any, **asked: Any) -> int:
    """Of a grant that the approval would have made."""
    return _reserve(holder=grant, **asked)


def void(*, grant: Any, proposer: Any, by: Any, **asked: Any) -> int:
    with transaction.atomic():
        act = approved("decision.revoke", proposer, by, withdraws=grant.pk)
        return ledger.void(grant=grant, act=act, by=by, **asked)


def recover(*, share: Part, **asked: Any) -> int:
    """After its beneficiary was heard."""
    return _recover(share=share, ground=GROUND, says=lambda: {"procedure": share.hears()}, **asked)


def release(*, share: Any, cents: int, proposer: Any, by: Any, **asked: Any) -> int:
    with transaction.atomic():
        act = approved("amendment", proposer, by, withdraws=share.grant_id)
        return ledger.release(shares={share: cents}, act=act, by=by, **asked)


def transfer(*, share: Any, other: Any, cents: int, **asked: Any) -> int:
    """What an amendment moves from a beneficiary to another."""
    return _transfer(line=thing(share.line_id), moves=[(share, other, cents)], **asked)


def close_year(
    *, line: Any, year: int, ae_lapsed: int, cp_lapsed: int, cp_carried: int, proposer: Any, by: Any, key: str
) -> list[int]:
    """A year of a line is closed by two people: its row, and what it posts."""
    asked = ((ledger.expire_ae, ae_lapsed), (ledger.expire_cp, cp_lapsed), (ledger.carry_cp, cp_carried))
    movements = [build(line=line, year=year, cents=cents) for build, cents in asked if cents]
    told = {"line": line.pk, "kept_bp": 0, "ae_lapsed": ae_lapsed, "ae_carried": 0, "cp_lapsed": cp_lapsed}
    says = {"year": year, "report": "", "lines": [told | {"cp_carried": cp_carried}]}
    try:
        with transaction.atomic():
            act = approved("year.close", proposer, by, *movements, **says)
            made = Closing.objects.create(
                line_id=line.pk, year=year, act=act, kept_bp=0, ae_lapsed_cents=ae_lapsed, ae_carried_cents=0,
                cp_lapsed_cents=cp_lapsed, cp_carried_cents=cp_carried, closed_at=clock.now(),
            )  # fmt: skip
            done = [ledger.carry(act, movement) for movement in movements]
            events.record("year.closed", made, by=by, key=key)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") not in ("ED005", "23505"):
            raise
        raise Refused("Closed.", code="L05") from error
    return done
