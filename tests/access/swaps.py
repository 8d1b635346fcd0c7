"""Requests that name what is somebody else's: every id of every route, in its address, its form or its body, replaced by another
hospital's; and what each request changed, row by row, by the database's own count of writes.
"""

import itertools
import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

from django import forms
from django.apps import apps
from django.db import connection, models

from applications.content.fields import SECTIONS
from applications.models import Application, Membership
from directory.models import User
from edsh_portal import walls
from reviews.models import Assignment

from . import crawl, routes
from .stands import Things
from .trial import Trial, undone, verdict

Rows = dict[str, set[str]]  # table → its rows, as JSON
LOGS = {"access_log", "directory_passwordreading", "throttle", "web_session"}  # what any request may leave behind
SEALS = {"seal", "seal_due"}  # no login reads them; they follow the rows of other tables, counted there
REFUSED = frozenset("NFXLR")
APART = ("admin:", "demo:")  # registers, which only their readers enter; the demonstration's own mailbox

# What the parameters of the routes name (tests/access/routes.py), when it is somebody's: its model, and the column in addresses.
NOUNS = {
    "dossier": ("applications.Application", "reference"),
    "project": ("applications.ResearchProject", "pk"),
    "indicator": ("applications.Indicator", "pk"),
    "perimeter": ("applications.DataPerimeter", "pk"),
    "package": ("applications.WorkPackage", "pk"),
    "milestone": ("applications.Milestone", "pk"),
    "deliverable": ("applications.Deliverable", "pk"),
    "warehouse": ("applications.Warehouse", "pk"),
    "matching": ("applications.Matching", "pk"),
    "associated": ("applications.AssociatedPartner", "pk"),
    "member": ("applications.Membership", "pk"),
    "piece": ("applications.Piece", "pk"),
    "upload": ("applications.Upload", "pk"),
    "printout": ("applications.Printout", "pk"),
    "clash": ("applications.Clash", "pk"),
    "thread": ("casework.Thread", "pk"),
    "message_file": ("casework.MessageFile", "pk"),
    "version_file": ("applications.VersionFile", "pk"),
    "read_file": ("applications.VersionFile", "pk"),
    "delegation": ("applications.Delegation", "pk"),
    "assignment": ("reviews.Assignment", "pk"),
    "allocation": ("reviews.Allocation", "pk"),
    "summons": ("reviews.Summons", "pk"),
    "row": ("reviews.ScoreVersion", "pk"),
    "tie": ("reviews.Tie", "pk"),
    "decision": ("decisions.Decision", "number"),
    "scenario": ("decisions.Scenario", "pk"),
    "other_scenario": ("decisions.Scenario", "pk"),
    "second_reserve": ("applications.Application", "reference"),
    "procedure": ("decisions.Procedure", "pk"),
    "remedy": ("decisions.Remedy", "pk"),
    "signature": ("decisions.SignatureDelegation", "pk"),
    "grant": ("funding.Grant", "pk"),
    "share": ("funding.GrantShare", "pk"),
    "convention": ("funding.Convention", "pk"),
    "bank_account": ("funding.BankAccount", "pk"),
    "condition": ("funding.Condition", "pk"),
    "copy": ("funding.SignedCopy", "pk"),
    "agreement": ("funding.Agreement", "pk"),
    "amendment": ("funding.Amendment", "pk"),
    "claim": ("funding.Claim", "pk"),
    "claim_line": ("funding.ClaimLine", "pk"),
    "instalment": ("funding.Instalment", "pk"),
    "posting": ("funding.Posting", "pk"),
    "token": ("directory.ApiToken", "pk"),
    "invitation": ("directory.Invitation", "pk"),
    "request": ("directory.AccountRequest", "pk"),
    "affiliation": ("directory.Affiliation", "pk"),
    "person": ("directory.User", "pk"),
}
# The others are nobody's: words of the call and of the grammar, registers that everyone reads, ranks and numbers inside a dossier;
# the hash of a decision, which is known to whoever holds the file; an act of two, which is for every role of its kind; the files
# exchanged with the State's tools, which are finance's.
PUBLIC = {
    "question", "key", "section", "criterion", "text_version", "function", "code", "member_code", "ending", "settings", "part", "version", "number",
    "wave", "wave_pk", "call", "partner", "establishment", "gcs", "rank", "draft", "role", "secret", "letter", "app_label", "content_type_id", "object_id",
    "account", "account_pk", "act", "fiscal_year", "minutes", "entry", "operation", "delivery", "box", "mail", "url", "sha256",
    "batch_kind", "import_kind", "batch", "import", "leftover",
}  # fmt: skip


class Told(NamedTuple):
    """What a run tried, and what went through or failed."""

    requests: int
    through: list[str]
    failed: list[str]  # 5xx


def noun_of(route: str, name: str) -> str:
    return (routes.NAMES.get(route.partition(":")[0], {}) | routes.OWN.get(route, {})).get(name, name)


# ── whose is what ────────────────────────────────────────────────────────────────────────────────────────────────────
def path_to(model: type[models.Model], owner: type[models.Model]) -> str:
    """The shortest way by foreign keys from a model to who owns it, as a lookup; « pk » for the owner itself, "" for none."""
    waiting, seen = deque([(model, "")]), {model}
    while waiting:
        at, way = waiting.popleft()
        if at is owner:
            return way or "pk"
        for field in at._meta.concrete_fields:
            other = field.related_model
            if isinstance(other, type) and other not in seen and field.name != "carried_from":
                seen.add(other)
                waiting.append((other, f"{way}__{field.name}".removeprefix("__")))
    return ""


class Whose:
    """What is a person's own: the dossiers their establishments are in, the files they judge, themselves."""

    def __init__(self, person: User) -> None:
        self.person = person
        mine = Membership.objects.filter(state__in=("invited", "accepted"), establishment__group__user=person)
        judged = Assignment.objects.filter(expert=person).exclude(state="proposed")
        self.dossiers = {*mine.values_list("application", flat=True), *judged.values_list("application", flat=True)}
        self.places = set(person.affiliations.values_list("establishment", flat=True))
        self._foreign: dict[type[models.Model], set[Any]] = {}

    def others(self, model: type[models.Model]) -> Any:
        """The rows of that model that are not theirs; none of a model that is nobody's."""
        rows = model._default_manager.all()
        if model is User:
            return rows.exclude(pk=self.person.pk)
        if model is Assignment:
            return rows.exclude(expert=self.person)
        if way := path_to(model, Application):
            return rows.exclude(**{f"{way}__in": self.dossiers}).exclude(**{way: None})
        if model._meta.label in ("applications.Delegation", "directory.AccountRequest"):
            return rows.exclude(establishment__in=self.places)
        owner = {
            "directory.ApiToken": "user",
            "directory.Affiliation": "user",
            "directory.Invitation": "invited_by",
            "decisions.SignatureDelegation": "holder",
            "reviews.Allocation": "by",
            "reviews.Tie": "expert",
        }
        if model._meta.label in owner:
            return rows.exclude(**{owner[model._meta.label]: self.person})
        return rows.none()

    def foreign(self, model: type[models.Model]) -> set[Any]:
        if model not in self._foreign:
            self._foreign[model] = set(self.others(model).values_list("pk", flat=True))
        return self._foreign[model]

    def some(self, noun: str, most: int) -> list[Any]:
        """Ids of others, of as many dossiers as can be."""
        label, column = NOUNS[noun]
        rows = self.others(apps.get_model(label)).order_by("-pk")
        found = [value for value in rows.values_list(column, flat=True) if value]
        return found[:: max(1, len(found) // most)][:most]

    def row_is_foreign(self, table: str, row: dict[str, Any]) -> bool:
        """A row of somebody else's, or one that points at something of theirs that only they see."""
        model = TABLES[table]
        if row.get(model._meta.pk.attname) in self.foreign(model) and path_to(model, Application):
            return True
        links = [field for field in model._meta.concrete_fields if isinstance(field.related_model, type)]
        return any(
            path_to(link.related_model, Application) and row.get(link.attname) in self.foreign(link.related_model)
            for link in links
        )


TABLES = walls.tables()


# ── what a request does ──────────────────────────────────────────────────────────────────────────────────────────────
def counts() -> dict[str, tuple[int, int]]:
    """{table: (rows added or changed, rows taken out) by this connection in its transaction}: PostgreSQL's own count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables")
        return {table: (written, gone) for table, written, gone in cursor.fetchall()}


def mark() -> int:
    """The number of the savepoint we are in: every row written from now on bears it, or a later one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO throttle (key, level) VALUES ('tests.access.swaps', 0) RETURNING xmin::text::bigint"
        )
        return cursor.fetchone()[0]


def column(statement: str, *values: Any) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {row[0] for row in cursor.fetchall()}


class Asked(NamedTuple):
    answer: Any
    touched: Rows  # what appeared, changed or went, logs apart

    @property
    def letter(self) -> str:
        if self.answer.status_code in (400, 413):  # not understood
            return "R"
        return verdict(self.answer, self.answer.request["REQUEST_METHOD"], bool(self.touched))


def ask(tried: Trial, method: str, path: str, subject: str, data: Any = None, media: str = "") -> Asked:
    """One request, undone, and the rows that it added, changed or took out of any table."""
    left: dict[str, set[str]] = {}
    with undone():
        since, before = mark(), counts()
        client = tried.client(subject)
        more = {"content_type": media} if media else {}
        answer = (
            client.generic(method, path)
            if method not in ("GET", "POST") and not media
            else getattr(client, method.lower())(path, data, headers={"Accept": "*/*"}, **more)
        )
        touched = {}
        for table, (written, gone) in counts().items():
            if table in LOGS | SEALS or (written, gone) == before.get(table, (0, 0)):
                continue
            touched[table] = column(f'SELECT to_jsonb(t)::text FROM "{table}" t WHERE xmin::text::bigint >= %s', since)
            if gone != before.get(table, (0, 0))[1]:
                left[table] = column(f'SELECT "{_key(table)}"::text FROM "{table}"')
    for table, kept in left.items():
        touched[table] |= column(
            f'SELECT to_jsonb(t)::text FROM "{table}" t WHERE NOT "{_key(table)}"::text = ANY(%s)', list(kept)
        )
    return Asked(answer, {table: rows for table, rows in touched.items() if rows})


def _key(table: str) -> str:
    return TABLES[table]._meta.pk.column


@contextmanager
def forms_drawn() -> Iterator[list[forms.BaseForm]]:
    """The forms that a request makes."""
    made: list[forms.BaseForm] = []
    begin = forms.BaseForm.__init__

    def recorded(self: forms.BaseForm, *args: Any, **more: Any) -> None:
        begin(self, *args, **more)
        made.append(self)

    with patch.object(forms.BaseForm, "__init__", recorded):
        yield made


# ── the swaps ────────────────────────────────────────────────────────────────────────────────────────────────────────
class Swaps:
    """One person, at one moment of the call: their own things, and those of others in their place."""

    def __init__(self, tried: Trial, stand: str, subject: str, things: Things, *, most: int = 1) -> None:
        self.tried, self.stand, self.subject, self.most = tried, stand, subject, most
        self.whose = Whose(tried.cast.who(subject))
        self.mine = self._mine(things)
        self.hidden = crawl.secrets(tried.cast, subject, stand)
        self.requests, self.through, self.failed = 0, [], []

    def _mine(self, things: Things) -> Things:
        """Of the stand's things, those that are others' are replaced by one's own, if there is any."""
        mine = dict(things)
        for noun, (label, column) in NOUNS.items():
            model = apps.get_model(label)
            held = model._default_manager.exclude(pk__in=self.whose.foreign(model)).order_by("pk")
            if noun == "person":
                held = held.filter(pk=self.whose.person.pk)
            mine[noun] = held.values_list(column, flat=True).first() or 0
        return mine

    def addresses(self) -> Iterator[tuple[str, str, str]]:
        """(route, path, which were swapped): each private key of a route, alone and with the others."""
        for route, wanted in self.tried.parameters.items():
            if route.startswith(APART):
                continue
            nouns = {name: noun_of(route, name) for name in wanted}
            private = [name for name in wanted if nouns[name] in NOUNS]
            for size in range(1, len(private) + 1):
                for chosen in itertools.combinations(private, size):
                    if any(not self.mine[nouns[name]] for name in private if name not in chosen):
                        continue
                    yield from self._swapped(route, wanted, nouns, chosen)

    def _swapped(
        self, route: str, wanted: tuple[str, ...], nouns: dict[str, str], chosen: tuple[str, ...]
    ) -> Iterator[tuple[str, str, str]]:
        others = [self.whose.some(nouns[name], self.most) for name in chosen]
        for values in itertools.islice(zip(*others, strict=False), self.most):
            things = self.mine | {nouns[name]: value for name, value in zip(chosen, values, strict=True)}
            yield route, routes.path(route, wanted, things), ", ".join(chosen)

    def judge(self, what: str, asked: Asked, allowed: frozenset[str], path: str, sent: str = "") -> None:
        """Nothing of others read, nothing written that is theirs, nothing at all by who is refused, never a 5xx."""
        self.requests += 1
        answer, letter = asked.answer, asked.letter
        if answer.status_code >= 500 and not (answer.status_code == 503 and path == "/readyz"):
            self.failed.append(f"[{self.stand}] {self.subject}: {what}: {answer.status_code}")
        wrong = [] if letter in allowed else [f"answered {answer.status_code} ({letter})"]
        if letter in REFUSED and asked.touched:
            wrong.append(f"refused, and wrote in {sorted(asked.touched)}")
        wrong += [
            f"wrote a row of others in {table}"
            for table, rows in asked.touched.items()
            if any(self.whose.row_is_foreign(table, json.loads(row)) for row in rows)
        ]
        said = (
            crawl.text_of(answer) if answer.status_code < 400 else ""
        )  # refusals: tests/test_access.py, byte for byte
        wrong += [
            f"told {meaning}: {words}"
            for words, meaning in self.hidden.items()
            if words in said and words not in path + sent
        ]
        self.through += [f"[{self.stand}] {self.subject}: {what}: {one}" for one in wrong]

    # ── in the address ──
    def paths(self, sample: int = 1) -> None:
        for n, (route, path, swapped) in enumerate(self.addresses()):
            if n % sample:
                continue
            for method in ("GET", "POST", *routes.SERVED.get(route, ())):
                data = routes.posted(route, self.mine) if method == "POST" else {}
                asked = ask(self.tried, method, path, self.subject, data)
                self.judge(f"{method} {route} ({swapped})", asked, REFUSED, path)

    # ── in the query ──
    def queries(self, sample: int = 1, first: int = 0) -> None:
        """Pages asked for what is others': every key that could name it. `first`: where the sample begins."""
        pages = [(r, w) for r, w in self.tried.parameters.items() if not r.startswith(APART)]
        names = sorted(
            {"q", "releve", "next", "page", "cursor", "ordering", "mark", *NOUNS, *crawl.CHOICES, *crawl.WORDS}
        )
        for n, (route, wanted) in enumerate(pages):
            if (n - first) % sample or any(not self.mine.get(noun_of(route, name)) for name in wanted):
                continue
            path = routes.path(route, wanted, self.mine)
            held = {
                name: (self.whose.some(name, 1) or [0])[0] if name in NOUNS else self._a_dossier() for name in names
            }
            asked = ask(self.tried, "GET", path, self.subject, held)
            self.judge(f"GET {route} (query)", asked, frozenset("ANFXLR"), path, json.dumps(held, default=str))

    def _a_dossier(self) -> str:
        return (self.whose.some("dossier", 1) or ["EDSH-9-9999"])[0]

    # ── in the form ──
    def forms(self, sample: int = 1) -> None:
        """Each list of a form, given what others have and it does not offer."""
        for n, (route, wanted) in enumerate(self.tried.parameters.items()):
            if n % sample or route.startswith(APART) or any(not self.mine.get(noun_of(route, k)) for k in wanted):
                continue
            path, data = routes.path(route, wanted, self.mine), routes.posted(route, self.mine)
            with forms_drawn() as drawn:
                self.judge_own(route, ask(self.tried, "POST", path, self.subject, data), path)
            for name, value in _not_offered(drawn, self.whose):
                data = routes.posted(route, self.mine) | {name: value}
                asked = ask(self.tried, "POST", path, self.subject, data)
                # A: sent on, and told there that nothing was changed
                self.judge(f"POST {route} ({name}={value})", asked, REFUSED | {"A"}, path, str(value))

    def judge_own(self, route: str, asked: Asked, path: str) -> None:
        """One's own step, which may be taken: it touches nothing of others."""
        self.judge(f"POST {route}", asked, frozenset("ADRKNFXL"), path)

    # ── in the body ──
    def bodies(self, sample: int = 1) -> None:
        """The exchange of an open page, asked to read and to write what others' keys name."""
        if not self.mine["dossier"]:
            return
        path = routes.path("applications:sync", ("reference",), self.mine)
        rows = {"projects": "project", "indicators": "indicator", "perimeters": "perimeter", "members": "member"}
        rows |= {"packages": "package", "milestones": "milestone", "deliverables": "deliverable"}
        rows |= {"warehouses": "warehouse", "matchings": "matching", "budget": "member", "socle": "warehouse"}
        assert set(rows) == {name for name, section in SECTIONS.items() if not section.single} - {"functions"}
        keys = [
            f"{section}.{pk}.{name}"
            for section, noun in rows.items()
            for pk in self.whose.some(noun, self.most)
            for name in [*SECTIONS[section].fields, "x"][:2]
        ]
        keys += [f"{name}.{next(iter(section.fields))}" for name, section in SECTIONS.items() if section.single]
        for key in keys[::sample]:
            save = {"key": key, "text": "Essai d’ailleurs", "read": 0, "id": "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"}
            body = {
                "place": key,
                "known": 0,
                "keys": [key, key + "."],
                "cards": self.whose.some("clash", 3),
                "saves": [save],
            }
            asked = ask(self.tried, "POST", path, self.subject, json.dumps(body), "application/json")
            self.judge(f"POST applications:sync ({key})", asked, frozenset("ADNFR"), path, json.dumps(body))

    def told(self) -> Told:
        return Told(self.requests, self.through, self.failed)


def _not_offered(drawn: list[forms.BaseForm], whose: Whose) -> Iterator[tuple[str, Any]]:
    """(field, a value of others that it does not offer), for each field that chooses among objects."""
    done = set()
    for form in drawn:
        for name, field in form.fields.items():
            posted = form.add_prefix(name)
            offered = frozenset(str(value) for value, _label in getattr(field, "choices", ()))
            if not offered or (type(form), offered) in done:  # a grid asks the same a hundred times
                continue
            done.add((type(form), offered))
            model = getattr(getattr(field, "queryset", None), "model", None)
            kinds = (
                [model] if model else [Membership, User, *(apps.get_model(NOUNS[n][0]) for n in ("package", "project"))]
            )
            for kind in kinds:
                for pk in whose.others(kind).order_by("-pk").values_list("pk", flat=True)[:1]:
                    if str(pk) not in offered:
                        yield posted, pk
