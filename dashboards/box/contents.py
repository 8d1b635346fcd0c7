"""What hangs from a dossier: its rows, its documents, its streams of events and the addresses it is read at.

The tables are found in the database's own keys, so that one that is added tomorrow is in the box; what the auditor may not read is
told here, with its reason, and said in the box.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import CharField, Model, Q, QuerySet, Value
from django.urls import reverse

from applications.models import Application, Piece, Version, VersionFile
from decisions.models import Decision
from directory.models import Establishment, User
from edsh_portal.models import AccessLog, Document, Event, StreamHead
from funding.models import Agreement, BankAccount, Claim, Convention, Entry, Grant, Instalment, Posting
from reviews.models import Assignment, Discussion, Feedback, Opinion, Review, Summons

DOSSIER: type[Model] = Application
# The tables of a dossier that are not in its box, and why.
RIGHTS = "droits d’accès, déduits des membres et des affectations"
PASSING = "traces passagères de la saisie"
LEFT_OUT = {
    "reviews.PrivateNote": "notes que chaque expert écrit pour lui seul",
    "reviews.ScoreVersion": "brouillons de notation, lus par leur seul auteur",
    "reviews.Ballot": "votes de chacun en séance : le procès-verbal en donne le compte",
    "applications.ApplicationGroupPermission": RIGHTS,
    "reviews.ReviewerPermission": RIGHTS,
    "applications.Presence": PASSING,
    "applications.Upload": PASSING,
    "applications.Printout": "mises en page d’un brouillon, sans valeur",
}
# Columns that are told otherwise: the content of a version is a file of its own, an IBAN is read by those who pay.
APART = {"applications.Version": {"content"}, "funding.BankAccount": {"iban", "document_id"}}
WAYS: dict[type[Model], str] = {
    Entry: "posting__grant__application"
}  # both sides of an entry; the shortest way would be one
OPENED = (Document.Scan.CLEAN, Document.Scan.ISSUED)


@cache
def tables() -> dict[type[Model], str]:
    """{table: the way from its rows to the dossier}, the nearest first."""
    found: dict[type[Model], str] = {DOSSIER: ""}
    queue = [DOSSIER]
    for of in queue:
        for model in apps.get_models():
            ways = [f.name for f in model._meta.concrete_fields if f.is_relation and f.related_model is of]
            if ways and model not in found:
                found[model] = WAYS.get(model, "__".join(filter(None, (ways[0], found[of]))))
                queue.append(model)
    return found


def rows(model: type[Model], application: Application, user: Any) -> QuerySet[Any]:
    """Those of the dossier, in the order of their keys, as this person sees them."""
    held: Any = model._default_manager.all()
    seen = held.visible_to(user) if hasattr(held, "visible_to") else held
    way = tables()[model] or "pk"
    return seen.filter(**{way: application.pk}).order_by("pk")


def told(row: Any) -> dict[str, Any]:
    """A row as JSON holds it: instants in UTC, days, durations and identifiers as texts."""
    apart = APART.get(row._meta.label, set())
    columns = {f.attname: _plain(getattr(row, f.attname)) for f in row._meta.concrete_fields if f.attname not in apart}
    return columns | ({"iban_end": row.iban[-4:]} if isinstance(row, BankAccount) else {})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def data(application: Application, user: Any) -> Iterator[tuple[type[Model], list[Any]]]:
    """Each table that is in the box with its rows; those without are told too."""
    for model in sorted(tables(), key=lambda one: one._meta.label):
        if model._meta.label not in LEFT_OUT:
            yield model, list(rows(model, application, user))


def names(held: list[tuple[type[Model], list[Any]]]) -> dict[str, dict[str, str]]:
    """Whom the keys of these rows name: people and establishments."""
    people: set[Any] = set()
    bodies: set[Any] = set()
    for model, found in held:
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in (User, Establishment):
                into = people if field.related_model is User else bodies
                into.update(getattr(row, field.attname) for row in found)
    of_people = User.objects.filter(pk__in=people - {None}).order_by("pk").values_list("pk", "full_name")
    of_bodies = Establishment.objects.filter(pk__in=bodies - {None}).order_by("pk").values_list("pk", "name")
    return {
        "people": {str(pk): name for pk, name in of_people},
        "establishments": {str(pk): name for pk, name in of_bodies},
    }


class File(NamedTuple):
    """A document of the dossier: what it is of, and its row. `opened`: whether the portal lets anybody open it."""

    of: Any
    document: Document

    @property
    def opened(self) -> bool:
        state = self.document.scan_state
        return state in OPENED or (state == Document.Scan.NOT_SCANNED and settings.OPEN_UNSCANNED)

    @property
    def folder(self) -> str:
        return {Piece: "pieces", VersionFile: "pieces"}.get(type(self.of), self.of._meta.app_label)


def files(held: list[tuple[type[Model], list[Any]]]) -> list[File]:
    """Every document that a row names, once, by the first that names it."""
    found: dict[Any, Any] = {}
    for model, of in held:
        columns = [f.attname for f in model._meta.concrete_fields if f.is_relation and f.related_model is Document]
        for column in (one for one in columns if one not in APART.get(model._meta.label, set())):
            for row in of:
                if (key := getattr(row, column)) is not None:
                    found.setdefault(key, row)
    documents = Document.objects.select_related("scan_result").in_bulk(found)
    return [File(row, documents[key]) for key, row in found.items()]


def streams(held: list[tuple[type[Model], list[Any]]]) -> list[str]:
    """The streams that are of this dossier alone: its own, and that of each row that has one to itself."""
    asked = [f"{model._meta.model_name}:{row.pk}" for model, found in held for row in found]
    return list(
        StreamHead.objects.filter(stream__in=asked, seq__gt=0).order_by("stream").values_list("stream", flat=True)
    )


def elsewhere(held: list[tuple[type[Model], list[Any]]], own: list[str]) -> QuerySet[Event]:
    """The events about these rows that stand in streams shared with other dossiers."""
    subjects = {model._meta.label_lower: [row.pk for row in found if isinstance(row.pk, int)] for model, found in held}
    asked = [
        Event.objects.filter(subject_type=label, subject_id__in=keys).order_by().values("pk")
        for label, keys in subjects.items()
        if keys
    ]
    found = asked[0].union(*asked[1:], all=True)
    return Event.objects.filter(pk__in=list(found.values_list("pk", flat=True))).exclude(stream__in=own).order_by("pk")


def versions(application: Application) -> QuerySet[Version]:
    return application.versions.order_by("number")


def postings(application: Application) -> QuerySet[Posting]:
    return Posting.objects.filter(grant__application=application)


# What hangs from a dossier and has a stream of its own: its events are found by what they are about.
APARTS: tuple[type[Model], ...] = (
    Assignment,
    Review,
    Opinion,
    Discussion,
    Feedback,
    Summons,
    Grant,
    Agreement,
    Convention,
    BankAccount,
    Instalment,
    Claim,
)


def about(applications: list[Application]) -> Q:
    """The events of these dossiers: of their streams, and about what hangs from them. One query; nothing, of none."""
    keys = [one.pk for one in applications]
    found = Q(stream__in=[f"application:{key}" for key in keys])
    asked = [
        model._default_manager.filter(**{f"{tables()[model]}__in": keys})
        .order_by()
        .annotate(label=Value(model._meta.label_lower, CharField()))
        .values_list("label", "pk")
        for model in APARTS
    ]
    subjects: dict[str, list[int]] = {}
    for label, key in asked[0].union(*asked[1:], all=True) if keys else ():
        subjects.setdefault(label, []).append(key)
    for label, held in subjects.items():
        found |= Q(subject_type=label, subject_id__in=held)
    return found


# ── who saw what ─────────────────────────────────────────────────────────────────────────────────────────────────────
BY_REFERENCE = ("dossiers", "instruction", "programmation", "retours", "discussions", "hdh", "boites/dossiers")


def addresses(application: Application) -> list[str]:
    """The beginnings of the addresses at which the dossier, and what hangs from it, are read. One query."""
    shares = {"share__grant__application": application}
    kinds: list[tuple[str, QuerySet[Any]]] = [
        ("reviews:read", Assignment.objects.filter(application=application)),
        ("funding:grant", Grant.objects.filter(application=application)),
        ("funding:convention", Convention.objects.filter(**shares)),
        ("funding:instalment", Instalment.objects.filter(convention__share__grant__application=application)),
        ("funding:claim", Claim.objects.filter(convention__share__grant__application=application)),
    ]
    asked = [_of(name, held) for name, held in kinds]
    keyed = asked[0].union(*asked[1:], all=True)
    numbers = Decision.objects.filter(application=application).values_list("number", flat=True)
    return [
        *(f"/{word}/{application.reference}/" for word in BY_REFERENCE),
        f"/api/v1/applications/{application.reference}",
        *(reverse(name, args=[pk]) for name, pk in keyed),
        *(reverse("decisions:decision", args=[number]) for number in numbers),
    ]


def _of(name: str, held: QuerySet[Any]) -> Any:
    return held.order_by().annotate(route=Value(name, CharField())).values_list("route", "pk")


def under(beginnings: list[str]) -> Q:
    """What was read at these addresses, or under them; nothing, of none."""
    found = Q(pk__in=[])
    for beginning in beginnings:
        found |= Q(path__startswith=beginning)
    return found


def reads(application: Application, until: datetime) -> QuerySet[AccessLog]:
    """Who read the dossier and what hangs from it, up to an instant of the machine's clock; newest first."""
    found = AccessLog.objects.filter(under(addresses(application)), at__lte=until)
    return found.select_related("user").order_by("-pk")
