"""Each right that a login may have or not: what the registers say of it, and the statement of no row that asks the database.

What is written is explained in tests/ground/accepted.txt, by column; who reads what, and who calls which function, is said here.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

REGISTER = Path(__file__).parents[1] / "ground" / "accepted.txt"
LOGINS = {"web": "edsh_web", "worker": "edsh_worker", "auditor": "edsh_auditor"}
# Every login reads every other table.
UNREAD = {
    # who reads a hash and its salt may guess what was sealed; who reads that of a password, the password; findings quote hashes, which
    # tell nothing to the web, whose page of verifications shows them: it reads no salt
    "web": {"seal", "seal_due", "seal_form", "directory_password", "directory_passwordreading"},
    "worker": {
        "seal", "seal_due", "seal_form", "verification_step", "django_admin_log", "directory_password",
        "directory_passwordreading", "web_session",
    },
    "auditor": {"directory_password", "web_session"},
}  # fmt: skip
# The functions of ours that a login may call; nobody else may call any.
DOORS = {
    "web": {
        "act_decide", "act_hash", "act_propose", "actor_roles", "amendment_parties", "amendments_to_sign", "award_coordinator", "award_left", "award_members", "award_size", "calibrations_read", "dossier_left", "dossiers_discussed", "dossiers_joined", "dossiers_judged", "dossiers_left", "dossiers_notified", "dossiers_reported", "event_append",
        "event_hold", "goes_by_post", "grant_declares", "group_settle", "groups_joined", "ledger_kinds", "ledger_payload", "ledger_post", "letter_seal", "password_of", "password_set",
        "portal_actor", "portal_now", "reads_as", "reads_dossiers", "reports_beside", "reports_written", "reserve_ahead", "review_calibrated", "review_conflict", "review_links", "review_neighbours", "review_parties", "review_people", "review_rules", "review_shut", "review_waits", "review_withheld", "role_clash", "role_names", "role_seated", "root_is_due", "seal_between", "share_key", "signature_delegated",
    },
    "worker": {
        "act_decide", "actor_roles", "amendment_parties", "award_coordinator", "award_left", "award_members", "award_size", "calibrations_read", "dossier_left", "dossiers_discussed", "dossiers_joined", "dossiers_judged", "dossiers_left", "dossiers_notified", "dossiers_reported", "event_append", "event_hold", "goes_by_post",
        "grant_declares", "group_settle", "groups_joined", "ledger_kinds", "ledger_payload", "ledger_post", "letter_seal", "portal_actor", "portal_alone", "portal_now",
        "reads_all", "reads_as", "reads_dossiers", "reports_beside", "reports_written", "review_calibrated", "review_conflict", "review_links", "review_neighbours", "review_parties", "review_people", "review_rules", "review_shut", "review_waits", "review_withheld", "root_is_due",
        "seal_between",
    },
    "auditor": {
        "actor_roles", "calibrations_read", "dossiers_discussed", "dossiers_joined", "dossiers_judged", "dossiers_left", "dossiers_notified", "dossiers_reported", "groups_joined", "ledger_kinds", "ledger_payload", "portal_actor", "portal_now", "reads_all", "reads_as", "reads_dossiers", "reports_beside", "reports_written",
    },
}  # fmt: skip
TABLES = """
  SELECT c.oid::regclass::text, ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                                         AND attgenerated = '' AND attidentity <> 'a' ORDER BY attnum)
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""
FUNCTIONS = """
  SELECT p.oid::regprocedure::text, p.proname::text FROM pg_proc p
   WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1
"""
# What no statement asks without doing it.
CATALOGUED = {
    "EXECUTE": "SELECT has_function_privilege(%s, %s::regprocedure, %s)",
    "USAGE": "SELECT has_schema_privilege(%s, %s, %s)",
    "CREATE": "SELECT has_schema_privilege(%s, %s, %s)",
}


def explained() -> dict[tuple[str, str, str], list[str]]:
    """(table, role, right) → verbs, of the lines « table | roles | right | verbs »."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for line in REGISTER.read_text().splitlines():
        if not line.startswith("#"):
            table, roles, right, verbs = line.split(" | ")
            found |= {(table, role, right): verbs.split(", ") for role in roles.split(", ")}
    return found


@cache
def _written() -> dict[tuple[str, str, str], tuple[bool, set[str]]]:
    """(table, role, verb) → (all but these, columns)."""
    found = {}
    for table, role, text in explained():
        verb, _space, rest = text.partition(" ")
        names = set(rest.removeprefix("EXCEPT ").strip("()").split(", ")) if rest else set()
        found[table, role, verb] = (
            not rest or rest.startswith("EXCEPT"),
            names | ({"id"} if "EXCEPT" in rest else set()),
        )
    return found


class Right(NamedTuple):
    role: str
    verb: str
    name: str  # of the table, of the schema, of the function with the types of its arguments
    column: str = ""  # what is updated; what an INSERT names
    function: str = ""

    def __str__(self) -> str:
        return f"{self.role}: {self.verb} {self.name}{f'.{self.column}' if self.verb == 'UPDATE' else ''}"

    def expected(self) -> bool:
        if self.verb == "EXECUTE":
            return self.function in DOORS[self.role]
        if self.verb in ("USAGE", "CREATE"):
            return (self.role, self.verb, self.name) == ("auditor", "USAGE", "audit")
        if self.verb == "SELECT":
            return self.name not in UNREAD[self.role]
        all_but, names = _written().get((self.name, self.role, self.verb), (False, set()))
        return (self.column not in names) is all_but

    def flipped(self, held: bool) -> str:
        """The mutation: taken away where it is held, given where it is not."""
        verb = f'UPDATE ("{self.column}")' if self.verb == "UPDATE" else self.verb
        what = {"EXECUTE": "FUNCTION ", "USAGE": "SCHEMA ", "CREATE": "SCHEMA "}.get(self.verb, "") + self.name
        return f"{'REVOKE' if held else 'GRANT'} {verb} ON {what} {'FROM' if held else 'TO'} {LOGINS[self.role]}"

    def statement(self) -> str:
        return {
            "SELECT": f"SELECT * FROM {self.name} WHERE false",
            "INSERT": f'INSERT INTO {self.name} ("{self.column}") SELECT NULL WHERE false',
            "UPDATE": f'UPDATE {self.name} SET "{self.column}" = NULL WHERE false',
            "DELETE": f"DELETE FROM {self.name} WHERE false",
            "TRUNCATE": f"TRUNCATE {self.name}",
        }[self.verb]

    def holds(self, line: psycopg.Connection[Any], mutation: str = "") -> bool:
        """Asked of the database, as this login: a superuser's line is needed."""
        with line.transaction(force_rollback=True):
            if mutation:
                line.execute(mutation)
            if asked := CATALOGUED.get(self.verb):
                return line.execute(asked, [LOGINS[self.role], self.name, self.verb]).fetchone()[0]  # type: ignore[index]
            line.execute(f"SET LOCAL ROLE {LOGINS[self.role]}")
            try:
                line.execute(self.statement())
            except psycopg.errors.InsufficientPrivilege:
                return False
            except (psycopg.errors.FeatureNotSupported, psycopg.errors.RaiseException):
                pass  # the right is there: another wall refuses
            except psycopg.Error as error:
                if not (error.sqlstate or "").startswith(("EP", "ED")):
                    raise
            return True


def every(line: psycopg.Connection[Any]) -> Iterator[Right]:
    tables, functions = line.execute(TABLES).fetchall(), line.execute(FUNCTIONS).fetchall()
    for role in LOGINS:
        for table, columns in tables:
            yield from (Right(role, verb, table, columns[0]) for verb in ("SELECT", "INSERT", "DELETE", "TRUNCATE"))
            yield from (Right(role, "UPDATE", table, column) for column in columns)
        yield from (Right(role, "EXECUTE", name, function=function) for name, function in functions)
        yield from (Right(role, *right) for right in (("USAGE", "audit"), ("CREATE", "audit"), ("CREATE", "public")))
    yield Right("auditor", "SELECT", "audit.obligations")
