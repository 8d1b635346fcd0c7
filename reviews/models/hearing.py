"""Hearings of a jury: the draft of their schedule (slots, venues, who is away, who sits), then what was sent, which never changes."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.models.dossier import open_to
from edsh_portal.access import has_role

from .jury import SEES_OPEN_SESSION, Session
from .room import Seat

PERSON = settings.AUTH_USER_MODEL


class Schedule(models.Model):
    """The draft of a session's hearings. `round` tells the solver whether its answer is still awaited."""

    session = models.OneToOneField(Session, models.PROTECT, related_name="schedule")
    seats = models.PositiveSmallIntegerField(_("membres du jury à chaque audition"))
    people = models.PositiveSmallIntegerField(_("personnes au plus pour chaque dossier"))
    note = models.TextField(_("consignes aux personnes entendues"), blank=True)
    round = models.PositiveIntegerField(default=0)
    solving = models.BooleanField(default=False)
    progress = models.PositiveSmallIntegerField(default=0)  # of a hundred
    answer = models.JSONField(default=dict)  # what the solver reached, or why nothing can do
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    grants = ("SELECT", "INSERT", "UPDATE (seats, people, note, round, solving, progress, answer, by_id, at)")
    grants_worker = ("SELECT", "UPDATE (solving, progress, answer)")

    class Meta:
        verbose_name, verbose_name_plural = _("programme d’auditions"), _("programmes d’auditions")
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1, people__gte=1), name="schedule_least"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="schedule_progress"),
        ]

    def __str__(self) -> str:
        return str(self.session)


class Slot(models.Model):
    """A time at which one dossier is heard in each venue; two slots of a schedule never overlap."""

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    grants = ("SELECT", "INSERT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("créneau d’audition"), _("créneaux d’audition")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_dates"),
            ExclusionConstraint(
                name="slot_no_overlap",
                expressions=[
                    (F("schedule"), RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_at",
                            "ends_at",
                            RangeBoundary(),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]


class Venue(models.Model):
    """A room, or a call by video when it has a link."""

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="venues")
    name = models.CharField(_("salle"), max_length=120)
    link = models.URLField(_("lien de visioconférence"), max_length=400, blank=True)
    order = models.PositiveSmallIntegerField()

    grants = ("SELECT", "INSERT", "UPDATE (link, order)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("salle d’audition"), _("salles d’audition")
        constraints = [models.UniqueConstraint(fields=["schedule", "name"], name="venue_once")]

    def __str__(self) -> str:
        return self.name


class Absence(models.Model):
    """A member is not there at a slot."""

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="absences")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="absences")

    grants = ("SELECT", "INSERT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("absence d’un membre du jury"), _("absences de membres du jury")
        constraints = [models.UniqueConstraint(fields=["slot", "seat"], name="absence_once")]


class Hearing(models.Model):
    """A dossier at a slot, in a venue: one that moves is another row. `locked`: put there by hand, and the solver leaves it."""

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="hearings")
    application = models.ForeignKey(Application, models.PROTECT, related_name="hearings")
    slot = models.ForeignKey(Slot, models.CASCADE, related_name="hearings")
    venue = models.ForeignKey(Venue, models.CASCADE, related_name="hearings")
    locked = models.BooleanField(default=False)

    grants = ("SELECT", "INSERT", "UPDATE (locked)", "DELETE")
    grants_worker = ("SELECT", "INSERT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("audition"), _("auditions")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "application"], name="hearing_once"),
            models.UniqueConstraint(fields=["slot", "venue"], name="hearing_alone"),
        ]


class Sitting(models.Model):
    """A member at a hearing; `slot` is the hearing's, so that nobody sits twice at once."""

    hearing = models.ForeignKey(Hearing, models.CASCADE, related_name="sittings")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="sittings")
    slot = models.ForeignKey(Slot, models.CASCADE, related_name="sittings")

    grants = ("SELECT", "INSERT", "DELETE")
    grants_worker = grants

    class Meta:
        verbose_name, verbose_name_plural = _("membre à une audition"), _("membres aux auditions")
        constraints = [models.UniqueConstraint(fields=["slot", "seat"], name="sitting_once")]


# ── what was sent ────────────────────────────────────────────────────────────────────────────────────────────────────
class SummonsQuerySet(models.QuerySet):
    def last(self) -> "SummonsQuerySet":  # type: ignore[override]  # the last word on each dossier, not the last row
        later = Summons.objects.filter(application=OuterRef("application"), sequence__gt=OuterRef("sequence"))
        return self.filter(~Exists(later))

    def live(self) -> "SummonsQuerySet":
        """The hearings that hold."""
        return self.last().filter(cancelled=False)

    def summoning(self, user) -> "SummonsQuerySet":
        """Those to which this person is summoned; a member whom a link has tied to the dossier since sees nothing of it."""
        tied = Func(F("person"), F("summons__application"), function="review_conflict", output_field=models.TextField())
        called = Summoned.objects.filter(person=user).annotate(tied=tied)  # their own rows first: few, by an index
        free = called.filter(Q(side=Summoned.Side.TEAM) | Q(tied=None))
        return self.filter(pk__in=free.values("summons"))

    def visible_to(self, user) -> "SummonsQuerySet":
        """The State's side that sits or instructs, and who is summoned; less the dossiers that a link shuts to them."""
        return (self if has_role(user, *SEES_OPEN_SESSION) else self.summoning(user)).filter(open_to(user))


class Summons(models.Model):
    """What was told of a dossier's hearing: where, when, or that it is cancelled. `sequence` counts, so that calendars keep the last."""

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="summonses")
    application = models.ForeignKey(Application, models.PROTECT, related_name="summonses")
    sequence = models.PositiveSmallIntegerField()
    cancelled = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    venue = models.CharField(max_length=120)
    link = models.URLField(max_length=400, blank=True)
    people = models.PositiveSmallIntegerField()
    note = models.TextField(blank=True)
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    objects = SummonsQuerySet.as_manager()
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("convocation à une audition"), _("convocations aux auditions")
        constraints = [
            models.UniqueConstraint(fields=["application", "sequence"], name="summons_sequence"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="summons_dates"),
            models.CheckConstraint(condition=Q(people__gte=1), name="summons_people"),
        ]


class Summoned(models.Model):
    class Side(models.TextChoices):
        TEAM = "team", _("Équipe du dossier")
        JURY = "jury", _("Membre du jury")

    summons = models.ForeignKey(Summons, models.PROTECT, related_name="summoned")
    person = models.ForeignKey(PERSON, models.PROTECT, related_name="summoned")
    side = models.CharField(max_length=4, choices=Side.choices)

    sealed, sealed_with = ("*",), "summons"
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("personne convoquée"), _("personnes convoquées")
        constraints = [
            models.UniqueConstraint(fields=["summons", "person"], name="summoned_once"),
            models.CheckConstraint(condition=Q(side__in=("team", "jury")), name="summoned_side"),
        ]
