"""The jury's room: who may sit, who is there and when, the dossier on the table, who leaves it, motions and their votes."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from edsh_portal.workflow import STATES

from .jury import Session

PERSON = settings.AUTH_USER_MODEL


class SeatQuerySet(models.QuerySet):
    def there(self, item: "Item | None" = None) -> "SeatQuerySet":
        """Those who are in the room, and have not withdrawn from this dossier."""
        here = self.filter(pk__in=Attendance.objects.filter(left_at=None).values("seat"))
        return here if item is None else here.exclude(pk__in=item.withdrawals.values("seat"))


class Seat(models.Model):
    """A person named to the jury of a session."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="seats")
    person = models.ForeignKey(PERSON, models.PROTECT, related_name="seats")
    named_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    sealed = ("*",)
    objects = SeatQuerySet.as_manager()
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("siège du jury"), _("sièges du jury")
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="seat_once")]


class Attendance(models.Model):
    """Somebody came in, and left; who returns is another row."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="attendances")
    came_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "UPDATE (left_at)")
    frozen_when = {"left_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("présence au jury"), _("présences au jury")
        constraints = [
            models.UniqueConstraint(fields=["seat"], condition=Q(left_at__isnull=True), name="attendance_once"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("came_at")), name="attendance_order"
            ),
        ]


class Item(models.Model):
    """A dossier on the table; `totals`: of its counted reports when it was laid there, for the eye."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="items")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    totals = ArrayField(models.CharField(max_length=8))
    laid_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "UPDATE (taken_at)")
    frozen_when = {"taken_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("dossier en délibération"), _("dossiers en délibération")
        constraints = [
            models.UniqueConstraint(fields=["session"], condition=Q(taken_at__isnull=True), name="item_one"),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(taken_at__gte=F("laid_at")), name="item_order"
            ),
        ]


class Withdrawal(models.Model):
    """Who leaves the deliberation on a dossier (R50): found by the portal (`fact`), or declared (`reason`)."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="withdrawals")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="withdrawals")
    fact = models.CharField(_("fait relevé"), max_length=400, blank=True)
    reason = models.TextField(_("motif"), blank=True)
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("déport en séance"), _("déports en séance")
        constraints = [
            models.UniqueConstraint(fields=["item", "seat"], name="withdrawal_once"),
            models.CheckConstraint(condition=Q(fact__gt="") | Q(reason__gt=""), name="withdrawal_why"),
        ]


class Motion(models.Model):
    """What is put to the vote on the dossier on the table, or on none; `cents`: the amount proposed. Closed, it says who could vote."""

    class State(models.TextChoices):
        OPEN = "open", _("Vote ouvert")
        CARRIED = "carried", _("Adoptée")
        REJECTED = "rejected", _("Rejetée")

    session = models.ForeignKey(Session, models.PROTECT, related_name="motions")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="motions")
    text = models.CharField(_("proposition"), max_length=400)
    cents = models.BigIntegerField(_("montant proposé"), null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    moved_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    moved_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    seated = models.PositiveSmallIntegerField(null=True)  # named to the jury when it was closed
    present = models.PositiveSmallIntegerField(null=True)  # of whom there, and not withdrawn
    by_casting = models.BooleanField(default=False)  # equal voices, settled by the chair's

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "UPDATE (state, closed_at, seated, present, by_casting)")
    frozen_when = {"closed_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("proposition au jury"), _("propositions au jury")
        constraints = [
            models.UniqueConstraint(fields=["session"], condition=Q(state="open"), name="motion_one"),
            models.CheckConstraint(
                condition=Q(cents__isnull=True) | Q(cents__gte=0, item__isnull=False), name="motion_cents"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True, seated__isnull=True, present__isnull=True)
                | Q(
                    state__in=("carried", "rejected"),
                    closed_at__isnull=False,
                    seated__isnull=False,
                    present__isnull=False,
                    present__lte=F("seated"),
                ),
                name="motion_closed",
            ),
        ]


class Ballot(models.Model):
    """One voice on one motion, given once."""

    class Voice(models.TextChoices):
        FOR = "for", _("Pour")
        AGAINST = "against", _("Contre")
        ABSTAIN = "abstain", _("Abstention")

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="ballots")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="ballots")
    voice = models.CharField(max_length=8, choices=Voice.choices)
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("voix au jury"), _("voix au jury")
        constraints = [
            models.UniqueConstraint(fields=["motion", "seat"], name="ballot_once"),
            models.CheckConstraint(condition=Q(voice__in=("for", "against", "abstain")), name="ballot_voice"),
        ]


STATES["motion"] = {
    "open": (_("Vote ouvert"), "doing"),
    "carried": (_("Adoptée"), "ok"),
    "rejected": (_("Rejetée"), "closed"),
}
