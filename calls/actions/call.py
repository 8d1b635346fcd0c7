"""The call: written and published once; its settings, edited until someone may rely on them, then never; its waves."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Establishment
from edsh_portal.changes import over
from edsh_portal.events import instant, record
from edsh_portal.workflow import STATES, Refused, Step, move, steps

from .. import permissions
from ..models import AidRate, Call, CallSettings, Criterion, LinkRule, PieceRequirement, Skill, Wave
from ..models.call import BOUNDS
from ..questions import QUESTIONS

CALL_STEPS = steps(
    "call",
    Call,
    [
        Step("create", ("",), "draft", permissions.can_manage_call, gettext_lazy("Préparer l’appel")),
        Step("publish", ("draft",), "published", permissions.can_manage_call, gettext_lazy("Publier l’appel")),
        Step("close", ("published",), "closed", permissions.can_manage_call, gettext_lazy("Clore l’appel")),
    ],
)
STATES["call"] = {
    "draft": (gettext_lazy("En préparation"), "doing"),
    "published": (gettext_lazy("Publié"), "ok"),
    "closed": (gettext_lazy("Clos"), "closed"),
}

PARTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "criteria": (Criterion, ("number", "title", "guidance", "weight", "floor")),
    "pieces": (PieceRequirement, ("code", "title", "per_member", "required", "order")),
    "rates": (AidRate, ("kind", "regime", "rate_bp")),
    "skills": (Skill, ("code", "title", "order")),
    "links": (LinkRule, ("kind", "strong", "years")),
}
NAMED = {  # what tells a row from the others
    "criteria": ("number",),
    "pieces": ("code",),
    "rates": ("kind", "regime"),
    "skills": ("code",),
    "links": ("kind",),
}
TOTAL_WEIGHT = 100
MOST_RECALL_MINUTES = 1_440
MOST_REMINDER_DAYS = 60
SHORTEST = min(question.max_chars for question in QUESTIONS)
TWICE = gettext_lazy(
    "Deux lignes portent le même numéro ou le même code, ou une valeur sort de ses bornes : corrigez la liste."
)
MAY_BE_MEMBERS = (Establishment.Kind.PUBLIC, Establishment.Kind.PRIVATE, Establishment.Kind.GCS)

Rows = Iterable[Mapping[str, Any]]


@transaction.atomic
def create_call(*, slug: str, title: str, purpose: str, by: Any, at: datetime | None = None) -> Call:
    """A call in preparation, seen by those who prepare it."""
    call = Call(slug=slug, title=title.strip(), purpose=purpose.strip(), state="")
    move(call, "create", by)
    at = instant(at, "calls")  # one at a time: nobody takes the same name meanwhile
    if not call.title:
        raise Refused(_("Donnez un intitulé à l’appel."), code="S01", field="title")
    if Call.objects.filter(slug=slug).exists():
        raise Refused(_("Un appel porte déjà cet identifiant : choisissez-en un autre."), code="S02", field="slug")
    call.save()
    record("call.created", call, by=by, at=at, state=call.state, slug=slug)
    return call


@transaction.atomic
def new_settings(
    call: Call,
    *,
    bounds: Mapping[str, Any],
    read: Mapping[str, Any] | None = None,
    by: Any,
    at: datetime | None = None,
    **lists: Rows | None,
) -> CallSettings:
    """The next version of the settings; what is not given is taken from the version before it. `read`: as edit_settings() says.

    `bounds`: names of BOUNDS; amounts in cents. `lists`: those of PARTS, each the mappings of its columns (a rate without a regime holds
    for any).
    """
    call = _lock(call, by)
    before = call.settings.order_by("-version").first()
    settings = CallSettings(call=call, version=before.version + 1 if before else 1)
    given = _given(lists)
    copied = {}
    if before is not None:
        for name in BOUNDS:
            setattr(settings, name, getattr(before, name))
        bounds = over(_bounds(before), bounds, read)
        copied = {name: list(getattr(before, name).values(*fields)) for name, (_model, fields) in PARTS.items()}
    settings.assumed = still_assumed(settings, bounds, given)
    _write(settings, bounds, copied | given)
    record("settings.created", settings, by=by, at=at, version=settings.version)
    return settings


@transaction.atomic
def edit_settings(
    settings: CallSettings,
    *,
    bounds: Mapping[str, Any] | None = None,
    read: Any = None,
    by: Any,
    at: datetime | None = None,
    **lists: Rows | None,
) -> CallSettings:
    """Changes settings nobody relies on yet: {bound: value}, whole lists. `read`: what the page had shown of them, the bounds or the
    rows of the list; only what differs from it is written (W04 when others have changed it too). S03 once they are frozen."""
    _lock(settings.call, by)
    settings = (
        CallSettings.objects.select_for_update(no_key=True, of=("self",)).select_related("call").get(pk=settings.pk)
    )
    at = instant(at, settings)
    if is_frozen(settings, at):
        raise Refused(
            _(
                "Ces réglages sont publiés : ils ne changent plus. Créez une nouvelle version pour une relève qui n’est pas ouverte."
            ),
            code="S03",
        )
    given = _given(lists)
    bounds = over(_bounds(settings), bounds or {}, read if bounds else None)
    given = {name: _over_rows(settings, name, rows, read) for name, rows in given.items()}
    settings.assumed = still_assumed(settings, bounds, given)
    _write(settings, bounds, given)
    record("settings.edited", settings, by=by, at=at, version=settings.version, parts=sorted(given))
    return settings


def _given(lists: Mapping[str, Rows | None]) -> dict[str, list[Mapping[str, Any]]]:
    if unknown := lists.keys() - PARTS.keys():
        raise TypeError(f"no list of the settings: {', '.join(sorted(unknown))}")
    return {name: list(rows) for name, rows in lists.items() if rows is not None}


def _bounds(settings: CallSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in BOUNDS}


def _by_key(name: str, rows: Rows) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows of a list by what names them, each with all its columns."""
    model, columns = PARTS[name]
    blank = {column: getattr(model(), column) for column in columns}
    whole = [blank | {column: row[column] for column in columns if column in row} for row in rows]
    return {tuple(row[part] for part in NAMED[name]): row for row in whole}


def _over_rows(settings: CallSettings, name: str, rows: list[Mapping[str, Any]], read: Rows | None) -> list[Any]:
    """The list as it becomes: of each row what was changed in it, the rows added, without those taken out. W04 names what has met:
    (key of the row, column), or (key, None) for a row that one of both does not have."""
    typed = _by_key(name, rows)
    if len(typed) != len(rows):
        raise Refused(TWICE, code="S12")
    current = _by_key(name, getattr(settings, name).values(*PARTS[name][1]))
    seen = current if read is None else _by_key(name, read)
    shared = current.keys() & typed.keys() & seen.keys()

    def cells(held: Mapping[Any, Any]) -> dict[Any, Any]:
        whole = {(key, None): held.get(key) for key in (typed.keys() | seen.keys()) - shared}
        return whole | {(key, column): value for key in shared for column, value in held[key].items()}

    for (key, column), value in over(cells(current), cells(typed), cells(seen)).items():
        if column is None:
            current[key] = value
        else:
            current[key] |= {column: value}
    return [row for row in current.values() if row is not None]


def is_frozen(settings: CallSettings, at: datetime) -> bool:
    """Published, or used by a wave that has opened: the same condition as settings_frozen() in settings.sql."""
    return settings.frozen_at is not None or settings.waves.filter(opens_at__lte=at).exists()


@transaction.atomic
def publish_call(call: Call, *, by: Any, at: datetime | None = None) -> Call:
    """Opens the call's page to everyone and freezes every version of its settings."""
    call = _lock(call, by)
    at = instant(at, call)
    move(call, "publish", by)
    versions = list(call.settings.filter(frozen_at__isnull=True).order_by("version"))
    if not call.settings.exists():
        raise Refused(_("L’appel n’a pas encore de réglages : enregistrez-les avant de le publier."), code="S04")
    if not call.waves.exists():
        raise Refused(_("L’appel n’a pas encore de relève : fixez au moins une ouverture et une clôture."), code="S05")
    for settings in versions:
        _complete(settings)
    CallSettings.objects.filter(pk__in=[settings.pk for settings in versions]).update(frozen_at=at)
    call.published_at = at
    call.save(update_fields=["state", "published_at"])
    record("call.published", call, by=by, at=at, state=call.state, frozen=[settings.version for settings in versions])
    return call


@transaction.atomic
def close_call(call: Call, *, by: Any, at: datetime | None = None) -> Call:
    """No further wave will open. Dossiers go on."""
    call = _lock(call, by)
    at = instant(at, call)
    move(call, "close", by)
    if call.waves.filter(closes_at__gt=at).exists():
        raise Refused(_("Une relève n’est pas terminée : l’appel se clôt après la dernière."), code="S06")
    call.save(update_fields=["state"])
    record("call.closed", call, by=by, at=at, state=call.state)
    return call


@transaction.atomic
def create_wave(
    call: Call,
    settings: CallSettings,
    *,
    number: int,
    opens_at: datetime,
    closes_at: datetime,
    by: Any,
    at: datetime | None = None,
) -> Wave:
    """A cut-off: deposits are open while opens_at <= now < closes_at. Two waves of a call never overlap."""
    call = _lock(call, by)
    settings = CallSettings.objects.select_for_update(no_key=True).get(pk=settings.pk)
    at = instant(at, call)
    _refuse_wave(call, settings, number, opens_at, closes_at)
    if call.state == Call.State.PUBLISHED or opens_at <= at:
        _complete(settings)
    wave = Wave.objects.create(call=call, settings=settings, number=number, opens_at=opens_at, closes_at=closes_at)
    record(
        "wave.created",
        wave,
        by=by,
        at=at,
        number=number,
        settings=settings.version,
        opens_at=opens_at.isoformat(),
        closes_at=closes_at.isoformat(),
    )
    return wave


def _refuse_wave(call: Call, settings: CallSettings, number: int, opens_at: datetime, closes_at: datetime) -> None:
    if call.state == Call.State.CLOSED:
        raise Refused(_("L’appel est clos : il n’a plus de relève."), code="S07")
    if settings.call_id != call.pk:
        raise Refused(_("Ces réglages sont ceux d’un autre appel."), code="S08", field="settings")
    if closes_at <= opens_at:
        raise Refused(_("Choisissez une clôture postérieure à l’ouverture."), code="S09", field="closes_at")
    if call.waves.filter(number=number).exists():
        raise Refused(_("Cet appel a déjà une relève %(number)s.") % {"number": number}, code="S10", field="number")
    if call.waves.filter(Q(opens_at__lt=closes_at) & Q(closes_at__gt=opens_at)).exists():
        raise Refused(
            _("Une autre relève de l’appel est ouverte à ces dates : choisissez-en d’autres."),
            code="S11",
            field="opens_at",
        )


def _lock(call: Call, by: Any) -> Call:
    """The call's row, locked: whatever concerns its settings, waves and state waits its turn here."""
    call = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    if by is not None and not permissions.can_manage_call(by, call):
        raise PermissionDenied("manage_call")
    return call


def still_assumed(settings: CallSettings, bounds: Mapping[str, Any], given: Iterable[str]) -> list[str]:
    """What remains a value of the demonstration once a person has typed another in its place."""
    typed = {name for name in BOUNDS if name in bounds and bounds[name] != getattr(settings, name)} | set(given)
    if any(name.startswith("service_") for name in typed):
        typed.add("service")
    return [name for name in settings.assumed if name not in typed]


def _write(settings: CallSettings, bounds: Mapping[str, Any], given: Mapping[str, list[Mapping[str, Any]]]) -> None:
    for name in BOUNDS:
        if name in bounds:
            setattr(settings, name, bounds[name])
    _refuse_bounds(settings)
    try:
        with transaction.atomic():
            settings.save(update_fields=[*BOUNDS] if settings.pk else None)
            for name, rows in given.items():
                model, fields = PARTS[name]
                getattr(settings, name).all().delete()
                model.objects.bulk_create(
                    [model(settings=settings, **{key: row[key] for key in fields if key in row}) for row in rows]
                )
    except (
        IntegrityError,
        DataError,
    ) as error:  # a number, a code or a kind twice, a weight of zero, a rate above 100 %
        raise Refused(TWICE, code="S12") from error


def _refuse_bounds(settings: CallSettings) -> None:
    wrong = (
        (
            "min_months",
            not 1 <= settings.min_months <= settings.max_months,
            _("Indiquez une durée minimale d’au moins un mois, inférieure ou égale à la durée maximale."),
        ),
        ("max_members", settings.max_members < 1, _("Indiquez au moins un membre : le coordinateur en est un.")),
        ("min_base_cents", settings.min_base_cents < 0, _("Indiquez une assiette minimale de zéro ou plus.")),
        (
            "min_answer_chars",
            settings.min_answer_chars > SHORTEST,
            _("Une des questions n’accepte pas de réponse si longue. Son maximum, en caractères : %(most)s.")
            % {"most": SHORTEST},
        ),
        (
            "overhead_cap_bp",
            settings.overhead_cap_bp > 10_000,
            _("Les frais de gestion ne dépassent pas 100 % des dépenses directes."),
        ),
        (
            "de_minimis_cents",
            settings.de_minimis_cents < 0,
            _("Indiquez un plafond d’aides de minimis de zéro ou plus."),
        ),
        ("transfer_bp", settings.transfer_bp > 10_000, _("Indiquez un dépassement de 0 à 100 %.")),
        ("sample_bp", settings.sample_bp > 10_000, _("Indiquez une part de 0 à 100 %.")),
        (
            "undertaking",
            not settings.undertaking.strip(),
            _("Écrivez l’engagement que chaque experte ou expert signe avant d’ouvrir un dossier."),
        ),
        ("scale_max", settings.scale_max < 1, _("Indiquez une note maximale d’au moins 1.")),
        ("quorum", settings.quorum < 1, _("Indiquez au moins une évaluation par dossier.")),
        (
            "admissibility_months",
            settings.admissibility_months < 1,
            _("Indiquez un délai de recevabilité d’au moins un mois."),
        ),
        ("decision_months", settings.decision_months < 1, _("Indiquez un délai de décision d’au moins un mois.")),
        (
            "recall_minutes",
            settings.recall_minutes > MOST_RECALL_MINUTES,
            _("Prévoyez un rappel d’un jour (1 440 minutes) au plus."),
        ),
        (
            "service_name",
            not settings.service_name.strip(),
            _("Indiquez le service chargé du dossier : il figure sur l’accusé de réception."),
        ),
        (
            "service_email",
            not settings.service_email.strip(),
            _("Indiquez l’adresse électronique du service : elle figure sur l’accusé de réception."),
        ),
    )
    for field, is_wrong, sentence in (*wrong, *_of_the_evaluation(settings)):
        if is_wrong:
            raise Refused(sentence, code="S13", field=field)


def _of_the_evaluation(settings: CallSettings) -> list[tuple[str, bool, Any]]:
    """(field, whether it is wrong, the sentence) of what says how dossiers are judged."""
    far = _("Prévoyez un rappel à 60 jours de l’échéance au plus.")
    return [
        (
            "revise_after_hearing",
            settings.revise_after_hearing and not settings.hearings,
            _("Les notes ne se revoient qu’après une audition : prévoyez d’abord des auditions."),
        ),
        ("remind_before_days", settings.remind_before_days > MOST_REMINDER_DAYS, far),
        ("remind_after_days", settings.remind_after_days > MOST_REMINDER_DAYS, far),
    ]


def _complete(settings: CallSettings) -> None:
    """What a hospital needs to know before it answers: the grid, the pieces and the rates."""
    criteria = list(settings.criteria.all())
    total = sum(criterion.weight for criterion in criteria)
    if total != TOTAL_WEIGHT:
        raise Refused(
            _("Les poids des critères totalisent %(total)s : ils doivent totaliser %(whole)s.")
            % {"total": total, "whole": TOTAL_WEIGHT},
            code="S14",
            field="criteria",
            total=total,
        )
    for criterion in criteria:
        if criterion.floor is not None and criterion.floor > settings.scale_max:
            raise Refused(
                _("Critère %(number)s : la note éliminatoire dépasse l’échelle.") % {"number": criterion.number},
                code="S15",
                field="criteria",
            )
    if not settings.pieces.filter(required=True).exists():
        raise Refused(
            _("Aucune pièce n’est demandée : inscrivez au moins la présentation du projet."), code="S16", field="pieces"
        )
    missing = {str(kind) for kind in MAY_BE_MEMBERS} - set(
        settings.rates.filter(regime="").values_list("kind", flat=True)
    )
    if missing:
        raise Refused(
            _("Le taux d’aide manque pour : %(kinds)s.")
            % {"kinds": ", ".join(sorted(str(Establishment.Kind(kind).label) for kind in missing))},
            code="S17",
            field="rates",
        )
