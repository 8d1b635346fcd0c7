"""What changes of an award once its conventions are signed: an amendment, and who has signed it (R82)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from edsh_portal.models import Act, Document

from .grant import Convention, Grant

OPEN = ("asked", "drafted", "sent", "agreed")
OF_MEMBERS = ("lead", "leave", "exclude", "join")  # the kinds that change the consortium, each of one establishment


class AmendmentQuerySet(models.QuerySet):
    def visible_to(self, user) -> "AmendmentQuerySet":
        """Whoever sees the award; once it is sent, those of the establishment that it makes a member; and those of one that has left, up
        to the amendment by which it did."""
        award = Q(grant__in=Grant.objects.visible_to(user).values("pk"))
        if not user.is_authenticated or not user.is_active:
            return self.filter(award)
        own = user.groups.all()
        joins = Q(kind="join", sent_at__isnull=False, establishment__group__in=own)
        of_its_time = Amendment.objects.filter(
            grant__changes__change="out",
            grant__changes__establishment__group__in=own,
            grant__changes__amendment__number__gte=F("number"),
        )
        return self.filter(award | joins | Q(pk__in=of_its_time.values("pk")))

    def in_force(self) -> "AmendmentQuerySet":
        """The last one first: it says the whole of what stands."""
        return self.filter(state="in_force").order_by("-number")


class Amendment(models.Model):
    """Avenant common to the conventions of an award: asked for, drafted, signed by every beneficiary, then by the State.

    `before`, `after`: {"months": n, "stops_on": ISO day or null, "shares": {share: cents}, "expenses": {establishment: {category: cents}},
    "members": {establishment: role}, "arrived": {establishment: {"work", "vat", "regime"}}}, whole, whatever it changes of it;
    `after` also has "joins": {share to be born: {"establishment", "line"}}.
    """

    class Kind(models.TextChoices):
        DURATION = "duration", _("Durée du projet")
        BUDGET = "budget", _("Répartition du budget")
        STOP = "stop", _("Arrêt du projet")
        LEAD = "lead", _("Changement de coordinateur")
        LEAVE = "leave", _("Départ d’un membre")
        EXCLUDE = "exclude", _("Exclusion d’un membre")
        JOIN = "join", _("Entrée d’un membre")

    class State(models.TextChoices):
        ASKED = "asked", _("À instruire")
        DRAFTED = "drafted", _("À mettre en forme")
        SENT = "sent", _("À signer par les bénéficiaires")
        AGREED = "agreed", _("À signer par l’État")
        IN_FORCE = "in_force", _("En vigueur")
        REFUSED = "refused", _("Refusé")

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    establishment = models.ForeignKey(
        "directory.Establishment", models.PROTECT, null=True, related_name="+"
    )  # who joins, leaves, is put out, or will coordinate
    reason = models.CharField(max_length=2000)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField(null=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")  # sealed, what is signed
    sent_at = models.DateTimeField(null=True)
    act = models.OneToOneField(Act, models.PROTECT, null=True, related_name="+")  # the State's signature
    decided_at = models.DateTimeField(null=True)  # in force, or refused
    released_cents = models.BigIntegerField(default=0)  # of the maximum, what it gives back
    answer = models.CharField(max_length=2000, blank=True, default="")  # why it is refused

    sealed = ("*",)
    objects = AmendmentQuerySet.as_manager()
    grants = (
        "SELECT",
        "INSERT",
        "UPDATE (state, before, after, drafted_by_id, drafted_at, document_id, sent_at, act_id, decided_at, released_cents, answer)",
    )
    grants_worker = ("SELECT", "UPDATE (state, document_id, sent_at)")
    frozen_when = {
        "drafted_at": ("before", "after", "drafted_by_id"),
        "sent_at": ("document_id",),
        "decided_at": ("*",),
    }

    class Meta:
        verbose_name, verbose_name_plural = _("avenant"), _("avenants")
        constraints = [
            models.UniqueConstraint(fields=["grant", "number"], name="amendment_number"),
            models.UniqueConstraint(fields=["grant"], condition=Q(state__in=OPEN), name="amendment_one_open"),
            models.CheckConstraint(condition=Q(released_cents__gte=0), name="amendment_released"),
            models.CheckConstraint(
                condition=Q(kind__in=("duration", "budget", "stop"), establishment__isnull=True)
                | Q(kind__in=OF_MEMBERS, establishment__isnull=False),
                name="amendment_of_whom",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("asked", "refused")) | Q(drafted_by__isnull=False, drafted_at__isnull=False),
                name="amendment_drafted",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("asked", "drafted"), document__isnull=True)
                | Q(state__in=("sent", "agreed", "in_force"), document__isnull=False, sent_at__isnull=False)
                | Q(state="refused"),
                name="amendment_sent",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, act__isnull=True, decided_at__isnull=True)
                | Q(state="in_force", act__isnull=False, decided_at__isnull=False)
                | (Q(state="refused", act__isnull=True, decided_at__isnull=False) & ~Q(answer="")),
                name="amendment_decided",
            ),
        ]


class AmendmentSignature(models.Model):
    """The beneficiary of a convention has signed an amendment: who, in what quality, when, on which document.

    Who has no convention that runs (it joins, or has no share) signs for its establishment: its mandate, or its consent.
    """

    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="signatures")
    convention = models.ForeignKey(Convention, models.PROTECT, null=True, related_name="amendment_signatures")
    establishment = models.ForeignKey("directory.Establishment", models.PROTECT, null=True, related_name="+")
    quality = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("signature d’un avenant"), _("signatures d’avenants")
        constraints = [
            models.UniqueConstraint(fields=["amendment", "convention"], name="amendment_signature_once"),
            models.UniqueConstraint(fields=["amendment", "establishment"], name="amendment_signature_member_once"),
            models.CheckConstraint(
                condition=Q(convention__isnull=False, establishment__isnull=True)
                | Q(convention__isnull=True, establishment__isnull=False),
                name="amendment_signature_of",
            ),
            models.CheckConstraint(condition=Q(quality__gt=""), name="amendment_signature_quality"),
        ]
