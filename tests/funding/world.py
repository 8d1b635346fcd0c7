"""Lines, grants, shares and instalments for the ledger's own tests: the ledger asks only that these rows exist.

They are laid by the superuser with the dossiers left out (foreign keys asleep); test_actions walks through verbs.
"""

from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import psycopg

GRANTS, SHARES, INSTALMENTS = 2, 2, 2  # per line, per grant, per share


@dataclass(frozen=True)
class Part:
    """A share and its instalments, shaped as the door reads them."""

    pk: int
    line_id: int
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
        superuser.execute("SELECT event_append('test:' || gen_random_uuid(), 'row.written', 'x', 0, NULL, NULL, '{}')")
    return [thing(row[0]) for row in rows]


def lane(superuser: psycopg.Connection[Any], at: datetime, *, grants: int = GRANTS) -> Lane:
    """A fresh line, so that each example of a test starts from an empty ledger."""
    superuser.execute("SET session_replication_role = replica")

    def one(sql: str, *values: object) -> int:
        return superuser.execute(f"{sql} RETURNING id", values).fetchone()[0]  # type: ignore[index]

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
        found[grant] = [_part(one, line, grant, number, at) for number in range(SHARES)]
    superuser.execute("SET session_replication_role = origin")
    return Lane(line, found)


def _part(one: Any, line: int, grant: int, number: int, at: datetime) -> Part:
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
    part = Part(share, line)
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
