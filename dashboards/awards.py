"""What waits for the officer once dossiers are decided: letters to post, conventions, consortium agreements, amendments, observations,
remedies.

Lists of as many tables, whose rows are told by the same few words: one statement asks for the first rows of each, and for their number.
"""

from datetime import timedelta
from typing import Any

from django.db.models import CharField, DateField, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.models import Application
from calls.clocks import midnight_after
from decisions import panels as programme
from decisions.clocks import implied_on
from decisions.models import Decision
from directory.models import Establishment
from edsh_portal import lists, money
from edsh_portal.templatetags.portal import paris_short
from funding import panels as finance
from funding.actions import to_recall_by_post
from funding.models import GrantShare
from funding.models.consortium import led_by

from .inbox import MOST, Row, Waiting

NO_WORDS, NO_CENTS, NO_DAY = Value("", CharField()), Value(0, IntegerField()), Cast(Value(None), DateField())


def lists_of(user: Any) -> tuple[Waiting, ...]:
    """Decisions to send by registered letter; conventions to prepare, and to have signed by the State; agreements to validate;
    amendments to instruct; observations to examine; remedies to answer; statements of expenses to check; awards to recall by post."""
    asked = (
        _words(_posting(user), "application", key=F("number")),
        _words(GrantShare.objects.to_prepare().order_by("pk"), "grant__application", **_share("")),
        _words(finance.to_countersign().order_by("pk"), "share__grant__application", **_share("share__")),
        _words(
            finance.agreements_to_validate(user).order_by("pk"), "grant__application", key=F("grant_id"), led=_led()
        ),
        _words(finance.amendments_to_instruct().order_by("pk"), "grant__application", key=F("pk"), led=_led()),
        _words(programme.to_examine(user), "application", key=F("pk"), beneficiary=F("establishment__name")),
        _words(
            programme.remedies_to_answer(user),
            "decision__application",
            key=F("pk"),
            beneficiary=F("author"),
            day=F("received_on"),
        ),
        _words(
            finance.claims_to_check(),
            "convention__share__grant__application",
            key=F("pk"),
            beneficiary=F("convention__share__establishment__name"),
            aid=F("number"),
        ),
        _words(to_recall_by_post(), "application", key=F("pk"), day=F("ends_on"), led=_led("pk")),
    )
    first, *others = (rows.annotate(of=Value(n))[:MOST] for n, rows in enumerate(asked))
    found = list(first.union(*others, all=True))
    return tuple(_waiting([row for row in found if row["of"] == n], n) for n in range(len(asked)))


def _posting(user: Any) -> QuerySet[Decision]:
    return programme.to_post(Decision.objects.visible_to(user)).order_by("released_at", "pk")


def _words(rows: QuerySet[Any], dossier: str, *, key: Any, **of: Any) -> QuerySet[Any]:
    """{in_all, named_by, reference_of, acronym_of, coordinated_by, aid, from_line, beneficiary, day}, the same columns for each table."""
    words = {"aid": NO_CENTS, "from_line": NO_WORDS, "beneficiary": NO_WORDS, "day": NO_DAY} | of
    return rows.values(
        in_all=lists.in_all(rows),
        named_by=Cast(key, CharField()),
        reference_of=F(f"{dossier}__reference"),
        acronym_of=F(f"{dossier}__acronym"),
        coordinated_by=words.get("led", F(f"{dossier}__coordinator__name")),
        **{name: words[name] for name in ("aid", "from_line", "beneficiary", "day")},
    )


def _led(grant: str = "grant") -> Subquery:
    """Who coordinates the award today."""
    return Subquery(Establishment.objects.filter(pk=led_by(OuterRef(grant))).values("name"))


def _share(path: str) -> dict[str, Any]:
    return {
        "key": F("pk"),
        "aid": F(f"{path}cents"),
        "from_line": F(f"{path}line__label"),
        "beneficiary": F(f"{path}establishment__name"),
    }


def _waiting(found: list[dict[str, Any]], of: int) -> Waiting:
    told = (_to_post, _to_prepare, _to_sign, _to_validate, _to_amend, _to_examine, _to_answer, _to_check, _to_recall)[
        of
    ]
    rows = (told(row, Application(reference=row["reference_of"], acronym=row["acronym_of"])) for row in found)
    return Waiting(found[0]["in_all"] if found else 0, tuple(rows))


def _to_post(row: dict[str, Any], held: Application) -> Row:
    url, who = reverse("decisions:decision", args=[row["named_by"]]), f"{held} · {row['coordinated_by']}"
    return Row(row["named_by"], url, _("Enregistrer l’envoi ou la réception"), who)


def _to_prepare(row: dict[str, Any], held: Application) -> Row:
    url = reverse("funding:prepare_convention", args=[row["named_by"]])
    return Row(row["beneficiary"], url, _("Préparer la convention"), str(held), note=_aid(row))


def _to_sign(row: dict[str, Any], held: Application) -> Row:
    """Signed by its beneficiary: the State's signature is to be proposed."""
    url = reverse("funding:convention", args=[row["named_by"]])
    return Row(row["beneficiary"], url, _("Proposer la signature"), str(held), note=_aid(row))


def _to_validate(row: dict[str, Any], held: Application) -> Row:
    url = reverse("funding:grant", args=[row["named_by"]])
    return Row(str(held), f"{url}#accord", _("Lire l’accord"), row["coordinated_by"])


def _to_amend(row: dict[str, Any], held: Application) -> Row:
    """Asked for, or signed by every beneficiary."""
    url = reverse("funding:amendment", args=[row["named_by"]])
    return Row(str(held), url, _("Instruire l’avenant"), row["coordinated_by"])


def _to_examine(row: dict[str, Any], held: Application) -> Row:
    """What somebody answered to a measure that is envisaged against them."""
    return Row(
        str(held), reverse("decisions:answer_procedure", args=[row["named_by"]]), _("Répondre"), row["beneficiary"]
    )


def _to_answer(row: dict[str, Any], held: Application) -> Row:
    """With the time left before silence rejects it."""
    url, day = reverse("decisions:answer_remedy", args=[row["named_by"]]), implied_on(row["day"])
    by, until = _("rejet implicite le %(day)s") % {"day": paris_short(day)}, midnight_after(day - timedelta(days=1))
    return Row(str(held), url, _("Répondre"), row["beneficiary"], by=by, left_until=until)


def _to_check(row: dict[str, Any], held: Application) -> Row:
    """A statement of expenses that an accountant has certified."""
    note = _("état n° %(number)s") % {"number": row["aid"]}
    return Row(
        row["beneficiary"], reverse("funding:claim", args=[row["named_by"]]), _("Contrôler"), str(held), note=note
    )


def _to_recall(row: dict[str, Any], held: Application) -> Row:
    """Its reminder has left, to who has not agreed to be told in their space alone."""
    by = _("à commencer au plus tard le %(day)s") % {"day": paris_short(row["day"])}
    url = reverse("funding:grant", args=[row["named_by"]])
    return Row(
        str(held), url, _("Rappeler le délai"), row["coordinated_by"], by=by, left_until=midnight_after(row["day"])
    )


def _aid(row: dict[str, Any]) -> str:
    return f"{money.display(row['aid'])}, {row['from_line']}"
