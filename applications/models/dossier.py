"""The dossier: its state, its answers by version, its projects, perimeters and pieces."""

from collections.abc import Callable
from datetime import datetime
from functools import reduce
from operator import and_
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, Upper
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from guardian.utils import get_group_obj_perms_model, get_user_obj_perms_model

from edsh_portal import clock
from edsh_portal.access import roles
from edsh_portal.lists import among
from edsh_portal.models import Document

from .project import Outcome, Procedure

SEES_DEPOSITED = (
    "instructor",
    "validator",
    "jury_chair",
    "certifier",
    "orderer",
    "payer",
    "direction",
    "hdh",
)

SERVICE = ("instructor", "validator")  # who answers the messages

# Who thinks of dossiers for the State: a room above, which knows their links, may shut some to them (R50, reviews/models/conflict.py).
THINKS = frozenset((*SERVICE, "jury_chair", "expert"))
SHUT: list[Callable[[int, str], Q]] = []


def open_to(user: Any, dossier: str = "application") -> Q:
    """Of rows whose dossier is `dossier`, those that no link shuts to this person: the gate of every list of dossiers."""
    return _open_to(user.pk, roles(user), dossier)


def shut_to(user: Any, dossier: str = "application") -> Q:
    """The others."""
    return ~gate if (gate := open_to(user, dossier)) else Q(pk__in=[])


def _open_to(person: int, held: frozenset[str], dossier: str) -> Q:
    if held.isdisjoint(THINKS) or "auditor" in held:
        return Q()
    return reduce(and_, (~shut(person, dossier) for shut in SHUT), Q())


# What the register may be sorted by, from the word in the address to the column (`stage_rank` is put there by dashboards/stage.py).
SORTS = {
    "reference": "reference",
    "coordinator": "coordinator__sort_key",
    "stage": "stage_rank",
    "region": "region_code",
    "submitted": "submitted_at",
    "members": "member_count",
    "total": "total_cents",
    "requested": "requested_cents",
}


def _links(table: Any, **whose) -> models.QuerySet:
    """Dossiers that guardian's direct rows show: what get_objects_for_user() answers, in one subquery and without its
    look-up of the permission's type. A room above may have no table of its own yet: then nothing is linked by it."""
    if not table.objects.is_generic():
        return table.objects.filter(permission__codename="view_application", **whose).values("content_object")
    return Application.objects.none().values("pk")


def _bodies() -> models.QuerySet:
    return apps.get_model("directory", "Establishment").objects.order_by()


def _deposited(name: str) -> Coalesce:
    """The words of the version deposited, shown but never filtered on; those of the draft when there is none. A question of its own:
    PostgreSQL asks it of the rows that a page keeps, once they are sorted, and opens the content of no other."""
    said = KeyTextTransform(name, KeyTransform("identity", "content"))
    frozen = apps.get_model("applications", "Version").objects.filter(pk=OuterRef("version")).values_list(said)
    return Coalesce(Subquery(frozen), name, output_field=models.TextField())


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ApplicationQuerySet":
        """Auditor: all. State roles: what was once deposited, and no link shuts to them. Others: what a link (group or person) shows. An abandoned draft
        is seen by nobody."""
        signed = user.is_authenticated and user.is_active
        return self.seen_by(user.pk, roles(user)) if signed else self.none()

    def seen_by(self, person: int, held: frozenset[str]) -> "ApplicationQuerySet":
        """The same of an active person, by all that it looks at: their key and the roles they hold."""
        kept = self.exclude(state="abandoned")
        if "auditor" in held:
            return kept
        table: Any = Application  # guardian takes a model or a row of it, and is typed for rows alone
        links = _links(get_group_obj_perms_model(table), group__user=person)
        if (
            "expert" in held
        ):  # a person's link is an expert's: without the role it shows nothing, before anything has ended it
            links = links.union(_links(get_user_obj_perms_model(table), user=person))
        linked = Q(pk__in=links)  # looked up: an OR of the two would read every dossier
        if not held.isdisjoint(SEES_DEPOSITED):
            linked |= Q(submitted_at__isnull=False) & _open_to(person, held, "pk")
        return kept.filter(linked)

    def resumable_by(self, user, now) -> "ApplicationQuerySet":
        """Abandoned drafts that this person may take up again: whoever abandoned them, and the coordinator's people."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        writes = Q(coordinator__affiliations__kind__in=("writer", "signatory"))
        writes &= Q(coordinator__affiliations__user=user, coordinator__affiliations__ended_at=None)
        mine = Q(departures__left_by=user) | writes
        since = clock.days_from(now, -Application.RESTORABLE_DAYS)
        left = self.filter(mine, state="abandoned", abandoned_at__gt=since, departures__returned_at=None)
        return left.distinct().order_by("-abandoned_at")

    def beside(self, application: "Application") -> "ApplicationQuerySet":
        """Other dossiers deposited in the same call, for the rules between dossiers.

        One ruled out still counts in its own wave, where both may fall; not in the next, where it may be deposited anew.
        """
        standing = Q(state__in=("submitted", "admissible", "closed"))
        standing |= Q(state__in=("inadmissible", "ineligible"), wave=application.wave_id)
        return self.filter(standing, wave__call=application.wave.call_id).exclude(pk=application.pk).order_by("pk")

    def twins_of(self, application: "Application") -> "ApplicationQuerySet":
        """Those of the same coordinator (R14)."""
        return self.beside(application).filter(coordinator=application.coordinator_id)

    def for_list(self) -> "ApplicationQuerySet":
        return self.select_related("wave", "coordinator", "version").defer("version__content").order_by("-id")

    def for_register(self) -> "ApplicationQuerySet":
        """Rows as the State lists them: words of the version deposited (of the draft when there is none), without its content."""
        return (
            self.select_related("wave__settings", "wave__call", "coordinator", "version")
            .defer("version__content")
            .annotate(
                shown_acronym=_deposited("acronym"),
                shown_title=_deposited("title"),
            )
        )

    def matching(
        self, *, wave: int | None = None, state: str = "", region: str = "", text: str = "", folded: str = ""
    ) -> "ApplicationQuerySet":
        """`wave` its number, `region` the INSEE code; `text` in the reference or, `folded` (no accent, lower case), the coordinator."""
        found = self
        if wave is not None:
            found = found.filter(wave__number=wave)
        if state:
            found = found.filter(state=state)
        if region:
            found = found.filter(region_code=region)
        if text:
            named = Q(sort_key__contains=folded) | Q(finess=text.replace(" ", ""))
            found = found.filter(Q(reference__icontains=text) | Q(among(_bodies().filter(named), "coordinator")))
        return found

    def in_order(self, sort: str) -> "ApplicationQuerySet":
        """By one of SORTS, « - » before it for the other way; anything else is the default, latest deposit first."""
        name = sort.removeprefix("-")
        if name not in SORTS:
            return self.order_by(F("submitted_at").desc(nulls_last=True), "-id")
        column = F(SORTS[name])
        return self.order_by(
            column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True), "id"
        )


class Application(models.Model):
    """One dossier of a consortium. Typed columns below `version` are written by submission, for lists to filter on."""

    # What queries put beside the columns: views/found.py, for_register, panels.py.
    now: datetime
    known: int | None
    handed: list[dict[str, Any]]
    heir: str | None
    signature: dict[str, Any] | None
    notified: dict[str, Any] | None
    unread: int
    shown_acronym: str
    shown_title: str
    has_opinion: bool
    was_returned: bool
    is_completed: bool
    is_mine: bool

    RESTORABLE_DAYS = 30  # of an abandoned draft; then it may be purged

    class State(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        SUBMITTED = "submitted", _("Déposé")
        ADMISSIBLE = "admissible", _("Recevable")
        INADMISSIBLE = "inadmissible", _("Irrecevable")
        INELIGIBLE = "ineligible", _("Inéligible")
        ABANDONED = "abandoned", _("Abandonné")
        WITHDRAWN = "withdrawn", _("Retiré")
        NOT_DEPOSITED = "not_deposited", _("Non déposé")
        CLOSED = "closed", _("Clos")

    class Goal(models.TextChoices):
        BUILD = "build", _("Constituer un entrepôt")
        CONSOLIDATE = "consolidate", _("Consolider un entrepôt")

    reference = models.CharField(max_length=24, unique=True)  # EDSH-1-0007: wave, then order of creation
    wave = models.ForeignKey("calls.Wave", models.PROTECT, related_name="applications")
    coordinator = models.ForeignKey("directory.Establishment", models.PROTECT, related_name="coordinated")
    state = models.CharField(max_length=14, choices=State.choices, default=State.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    # identity of the project (live draft)
    acronym = models.CharField(_("acronyme"), max_length=40)
    title = models.CharField(_("titre du projet"), max_length=200, blank=True)
    goal = models.CharField(_("objet du projet"), max_length=12, choices=Goal.choices, blank=True)
    starts_on = models.DateField(_("début des travaux"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("durée, en mois"), null=True, blank=True)
    maturity_now = models.PositiveSmallIntegerField(_("maturité de départ, de 0 à 10"), null=True, blank=True)
    maturity_target = models.PositiveSmallIntegerField(_("maturité visée, de 0 à 10"), null=True, blank=True)
    # written by submission from the frozen version
    version = models.ForeignKey("applications.Version", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    total_cents = models.BigIntegerField(null=True)
    requested_cents = models.BigIntegerField(null=True)
    member_count = models.PositiveSmallIntegerField(null=True)
    region_code = models.CharField(max_length=2, blank=True)  # of the coordinator
    prorogued_to = models.DateField(null=True)  # last day to decide, once extended: written by the validated act
    abandoned_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    # the dossier of an earlier wave that this one takes up (actions/carry.py)
    carried_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="carried_to")

    sealed = (
        "reference",
        "wave",
        "coordinator",
        "state",
        "created_by",
        "created_at",
        "version",
        "submitted_at",
        "total_cents",
        "requested_cents",
        "member_count",
        "region_code",
        "prorogued_to",
        "abandoned_at",
        "withdrawn_at",
        "carried_from",
    )
    objects = ApplicationQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (reference, wave_id, created_by_id, created_at)")
    grants_worker = (
        "SELECT",
        "UPDATE (state, version_id, submitted_at, total_cents, requested_cents, member_count, region_code)",
    )
    frozen_while = {"abandoned_at": (), "withdrawn_at": ()}  # taken back, by who may (actions/departure.py)

    class Meta:
        verbose_name, verbose_name_plural = _("dossier"), _("dossiers")
        permissions = []
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=("draft", "abandoned", "not_deposited"), submitted_at__isnull=True, version__isnull=True
                )
                | (
                    ~Q(state__in=("draft", "abandoned", "not_deposited"))
                    & Q(submitted_at__isnull=False, version__isnull=False)
                ),
                name="application_submitted_facts",
            ),
            models.CheckConstraint(
                condition=Q(state="abandoned", abandoned_at__isnull=False)
                | (~Q(state="abandoned") & Q(abandoned_at__isnull=True)),
                name="application_abandoned_at",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at__isnull=True)),
                name="application_withdrawn_at",
            ),
            models.CheckConstraint(
                condition=(Q(maturity_now__isnull=True) | Q(maturity_now__lte=10))
                & (Q(maturity_target__isnull=True) | Q(maturity_target__lte=10)),
                name="application_maturity",
            ),
            models.CheckConstraint(
                condition=Q(requested_cents__isnull=True)
                | Q(requested_cents__gte=0, requested_cents__lte=F("total_cents")),
                name="application_requested",
            ),
            models.UniqueConstraint(fields=["carried_from", "wave"], name="application_carried_once"),
        ]
        indexes = [
            models.Index(fields=["wave", "state"], name="application_wave_state"),
            models.Index(fields=["region_code"], name="application_region"),
            GinIndex(
                *(OpClass(Upper(name), "gin_trgm_ops") for name in ("reference", "acronym", "title")),
                name="application_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} · {self.acronym}"

    @property
    def deposited(self) -> Any:
        """The version deposited, of a dossier that has one."""
        assert self.version is not None
        return self.version

    @classmethod
    def shown_states(cls) -> list[tuple[str, Any]]:
        """Those in which somebody sees a dossier, with their words."""
        return [(code, label) for code, label in cls.State.choices if code != cls.State.ABANDONED]

    @cached_property
    def departure(self):
        """Of a dossier that was abandoned or withdrawn: by whom, why."""
        return self.departures.filter(returned_at=None).select_related("left_by").first()


class ResearchProject(models.Model):
    """A research or innovation project of the dossier (at least three)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="projects")
    title = models.CharField(_("titre"), max_length=160)
    theme = models.CharField(_("thème"), max_length=120, blank=True)
    summary = models.TextField(_("résumé"), blank=True)
    partners = models.ManyToManyField(
        "applications.AssociatedPartner",
        blank=True,
        related_name="projects",
        verbose_name=_("partenaires associés qui y participent"),
    )
    outcomes = ArrayField(
        models.CharField(max_length=14, choices=Outcome.choices),
        default=list,
        blank=True,
        verbose_name=_("bénéfices attendus"),
    )
    procedure = models.CharField(_("procédure réglementaire"), max_length=13, choices=Procedure.choices, blank=True)
    starts_on = models.DateField(_("début du projet"), null=True, blank=True)

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (application_id)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("projet de recherche"), _("projets de recherche")
        constraints = [
            models.CheckConstraint(condition=Q(outcomes__contained_by=Outcome.values), name="project_outcomes"),
            models.CheckConstraint(condition=Q(procedure__in=["", *Procedure.values]), name="project_procedure"),
        ]


class DataPerimeter(models.Model):
    """A data perimeter offered to the Health Data Hub catalogue: its five fields."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="perimeters")
    scope = models.TextField(_("périmètre"))
    depth = models.TextField(_("profondeur"))
    refresh = models.CharField(_("fréquence de mise à jour"), max_length=120)
    duration = models.CharField(_("durée de partage"), max_length=120)
    interest = models.TextField(_("intérêt"))

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (application_id)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("périmètre de données"), _("périmètres de données")


class Piece(models.Model):
    """A file joined to the dossier under a requirement; replacing adds a row and dates the old one."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="pieces")
    code = models.SlugField(max_length=40)
    membership = models.ForeignKey("applications.Membership", models.PROTECT, null=True, related_name="pieces")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    annex = models.JSONField(
        null=True
    )  # what was read of a financial annex when it was examined (applications/content/annex/)

    grants = ("SELECT", "INSERT", "UPDATE (replaced_at, annex)")
    grants_worker = ("SELECT", "UPDATE (replaced_at, annex)")
    frozen_while = {"replaced_at": ()}  # what had replaced it may be refused, and it comes back

    sealed = ("*", "-annex")

    class Meta:
        verbose_name, verbose_name_plural = _("pièce"), _("pièces")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "code", "membership"],
                condition=Q(replaced_at__isnull=True),
                nulls_distinct=False,
                name="piece_current_once",
            )
        ]
