"""What is promised to whom and how it is paid: grant, shares, conventions by SIRET, instalments, bank accounts."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Func, Q, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from directory.actions import fold
from edsh_portal.access import FINANCE, OFFICERS, has_role
from edsh_portal.models import Document

from .envelope import Line

SEES_GRANTS = (*OFFICERS, *FINANCE, "direction", "auditor")


def has_left(grant: Any, establishment: Any) -> Func:
    """Whether it has left the consortium of the award: for a query (consortium.sql)."""
    return Func(grant, establishment, function="award_left", output_field=models.BooleanField())


class GrantQuerySet(models.QuerySet):
    def visible_to(self, user) -> "GrantQuerySet":
        """State's side by role; of its consortium, who is a member today, once the award is notified (engaged): the dossier's, and who
        has joined since. Who has left reads its own convention, and the amendments of its time."""
        if has_role(user, *SEES_GRANTS):
            return self
        if not user.is_authenticated or not user.is_active:
            return self.none()
        own, rows = user.groups.all(), Grant.objects.filter(engaged_at__isnull=False)
        of = "application__memberships"
        mine = rows.filter(**{f"{of}__state": "accepted", f"{of}__establishment__group__in": own})
        came = rows.filter(changes__change="in", changes__establishment__group__in=own)
        kept = (
            grants.alias(left=has_left(F("pk"), F(place))).filter(left=False).values("pk")
            for grants, place in ((mine, f"{of}__establishment"), (came, "changes__establishment"))
        )
        return self.filter(reduce(or_, (Q(pk__in=grants) for grants in kept)))


class ShareQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ShareQuerySet":
        return self.filter(grant__in=Grant.objects.visible_to(user).values("pk"))

    def to_prepare(self) -> "ShareQuerySet":
        """Notified, without a convention yet."""
        return self.filter(grant__state="engaged", convention__isnull=True)

    def with_paid(self) -> "ShareQuerySet":
        """Adds `paid_cents`, from the instalments paid."""
        paid = Sum("convention__instalments__cents", filter=Q(convention__instalments__state="paid"))
        return self.annotate(paid_cents=Coalesce(paid, 0, output_field=models.BigIntegerField()))


class ConventionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ConventionQuerySet":
        """State's side by role; a beneficiary's people see their own, once the award is notified."""
        if has_role(user, *SEES_GRANTS):
            return self
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(share__grant__engaged_at__isnull=False, share__establishment__group__in=user.groups.all())

    def for_list(self) -> "ConventionQuerySet":
        return self.select_related("share__establishment", "share__line", "share__grant__application").order_by("pk")

    def with_account_to_validate(self, user) -> "ConventionQuerySet":
        """Whose bank account waits for a second person, who is not this one when they proposed it."""
        waiting = BankAccount.objects.filter(validated_at=None, replaced_at=None).exclude(proposed_by=user.pk)
        return self.filter(pk__in=waiting.values("convention"))

    def with_paid(self) -> "ConventionQuerySet":
        """Adds `paid_cents`, from the instalments paid."""
        paid = Sum("instalments__cents", filter=Q(instalments__state="paid"))
        return self.annotate(paid_cents=Coalesce(paid, 0, output_field=models.BigIntegerField()))

    def with_recovered(self) -> "ConventionQuerySet":
        """Adds `recovered_cents`, claimed back of what was paid."""
        held = Sum("share__accounts__balance__cents", filter=Q(share__accounts__family="ae.recovered"))
        return self.annotate(recovered_cents=Coalesce(held, 0, output_field=models.BigIntegerField()))


class AccountQuerySet(models.QuerySet):
    def in_use(self) -> "AccountQuerySet":
        """Validated, and not replaced: one a convention at most."""
        return self.filter(replaced_at=None, validated_at__isnull=False)


class InstalmentQuerySet(models.QuerySet):
    def visible_to(self, user) -> "InstalmentQuerySet":
        return self.filter(convention__in=Convention.objects.visible_to(user).values("pk"))

    def for_list(self) -> "InstalmentQuerySet":
        return self.select_related(
            "convention__share__establishment", "convention__share__line", "convention__share__grant__application"
        ).order_by("pk")

    def matching(self, *, text="", source="", year=None, kind="", state="") -> "InstalmentQuerySet":
        """What the filters of the page and of the API ask; an empty value asks for nothing."""
        exact = {"convention__share__line__code": source, "year": year, "kind": kind, "state": state}
        rows = self.filter(**{name: value for name, value in exact.items() if value})
        if not text:
            return rows
        return rows.filter(
            Q(convention__share__establishment__sort_key__contains=fold(text))
            | Q(convention__share__grant__application__reference__icontains=text)
            | Q(convention__share__grant__application__acronym__icontains=text)
        )

    def payable_by(self, user) -> "InstalmentQuerySet":
        """Ordered, by two people who are not this one: with its account, and who proposed and validated it."""
        rows = self.filter(state="ordered").exclude(certified_by=user.pk).exclude(ordered_by=user.pk)
        people = ("account__proposed_by", "account__validated_by")
        return rows.for_list().select_related(*people).order_by("convention__share__line", "ordered_at", "pk")

    def waiting_first(self, states) -> "InstalmentQuerySet":
        """What is in one of these states first (mine to do), then in the order of planning."""
        mine = Case(When(state__in=list(states), then=0), default=1)
        return self.order_by(mine, "pk") if states else self.order_by("pk")


class Grant(models.Model):
    """The award of one dossier, reserved at approval, engaged at notification; another may follow one that was voided."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("Réservée")
        ENGAGED = "engaged", _("Engagée")
        VOIDED = "voided", _("Annulée")
        CLOSED = "closed", _("Soldée")
        LAPSED = "lapsed", _("Caduque")

    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="awards")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RESERVED)
    cents = models.BigIntegerField()
    reserved_at = models.DateTimeField()
    engaged_at = models.DateTimeField(null=True)
    sealed = ("*",)
    objects = GrantQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (state, engaged_at)")
    grants_worker = ("SELECT", "UPDATE (state, engaged_at)")
    frozen_when = {"engaged_at": ()}

    class Meta:
        verbose_name, verbose_name_plural = _("aide"), _("aides")
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=~Q(state="voided"), name="grant_one_in_force"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="grant_cents"),
            models.CheckConstraint(
                condition=Q(state__in=("reserved", "voided")) | Q(engaged_at__isnull=False), name="grant_engaged_at"
            ),
        ]


class GrantShare(models.Model):
    """One establishment's part of a grant on one line, as amendments have left it; Σ shares, and what these gave back, = grant,
    to the cent (the verb, verify)."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="shares")
    establishment = models.ForeignKey("directory.Establishment", models.PROTECT, related_name="grant_shares")
    line = models.ForeignKey(Line, models.PROTECT, related_name="grant_shares")
    cents = models.BigIntegerField()

    sealed, sealed_with = ("*",), "grant"
    objects = ShareQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (cents)")

    class Meta:
        verbose_name, verbose_name_plural = _("part d’une aide"), _("parts des aides")
        constraints = [
            models.UniqueConstraint(fields=["grant", "establishment", "line"], name="grant_share_once"),
            models.CheckConstraint(
                condition=Q(cents__gte=0), name="grant_share_cents"
            ),  # nothing: a project that stops
        ]


class Convention(models.Model):
    """One convention per beneficiary SIRET and line: laid out, sent, signed by the beneficiary, then by the State (R80)."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("À mettre en forme")
        SENT = "sent", _("À signer par le bénéficiaire")
        AGREED = "agreed", _("À signer par l’État")
        SIGNED = "signed", _("Signée")
        CLOSED = "closed", _("Soldée")

    share = models.OneToOneField(GrantShare, models.PROTECT, related_name="convention")
    siret = models.CharField(max_length=14)
    months = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARED)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")  # sealed, what is signed
    sent_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )  # last: the State
    signed_at = models.DateTimeField(null=True)

    sealed = ("*",)
    objects = ConventionQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (state, months, document_id, sent_at, signed_by_id, signed_at)")
    grants_worker = ("SELECT", "UPDATE (state, document_id, sent_at)")
    frozen_when = {"signed_at": ("signed_by_id", "document_id", "sent_at")}
    frozen_while = {"sent_at": ("document_id",)}  # its months: amendment.sql

    class Meta:
        verbose_name, verbose_name_plural = _("convention"), _("conventions")
        constraints = [
            models.CheckConstraint(condition=Q(siret__regex=r"^[0-9]{14}$"), name="convention_siret"),
            models.CheckConstraint(
                condition=Q(state__in=("prepared", "sent", "agreed"), signed_at__isnull=True)
                | Q(state__in=("signed", "closed"), signed_at__isnull=False),
                name="convention_signed_at",
            ),
            models.CheckConstraint(
                condition=Q(state="prepared", sent_at__isnull=True, document__isnull=True)
                | Q(state__in=("sent", "agreed"), sent_at__isnull=False, document__isnull=False)
                | Q(state__in=("signed", "closed")),  # some were signed before they were sent from here
                name="convention_sent_at",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="convention_state")]


class BankAccount(models.Model):
    """An IBAN of a convention, with the file of its bank: proposed by one person, validated by another (I18); never rewritten."""

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="accounts")
    iban = models.CharField(max_length=34)
    holder = models.CharField(max_length=160)
    explanation = models.CharField(max_length=500, blank=True, default="")  # why the holder is not the establishment
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")  # the bank's, as joined
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    validated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    validated_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    objects = AccountQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (validated_by_id, validated_at, replaced_at)")
    grants_worker = ("SELECT", "UPDATE (replaced_at)")  # its file is not kept
    frozen_when = {"validated_at": ("validated_by_id",), "replaced_at": ("*",)}
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("compte bancaire"), _("comptes bancaires")
        constraints = [
            models.CheckConstraint(condition=~Q(validated_by=F("proposed_by")), name="iban_four_eyes"),
            models.UniqueConstraint(
                fields=["convention"],
                condition=Q(replaced_at__isnull=True, validated_at__isnull=False),
                name="iban_current_once",
            ),
            models.UniqueConstraint(
                fields=["convention"],
                condition=Q(replaced_at__isnull=True, validated_at__isnull=True),
                name="iban_waiting_once",
            ),
        ]


class Instalment(models.Model):
    """Avance, acompte or solde of a convention: planned → certified → ordered → paid, by three people."""

    class Kind(models.TextChoices):
        ADVANCE = "advance", _("Avance")
        INTERIM = "interim", _("Acompte")
        BALANCE = "balance", _("Solde")

    class State(models.TextChoices):
        PLANNED = "planned", _("Prévu")
        CERTIFIED = "certified", _("Service fait certifié")
        ORDERED = "ordered", _("Ordonnancé")
        PAID = "paid", _("Payé")
        CANCELLED = "cancelled", _("Annulé")

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="instalments")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    number = models.PositiveSmallIntegerField()
    cents = models.BigIntegerField()
    year = models.PositiveSmallIntegerField()  # of the CP
    evidence = models.CharField(_("justification"), max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    certified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    certified_at = models.DateTimeField(null=True)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ordered_at = models.DateTimeField(null=True)
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    paid_at = models.DateTimeField(null=True)
    account = models.ForeignKey(BankAccount, models.PROTECT, null=True, related_name="+")  # frozen at the order
    claim = models.ForeignKey("funding.Claim", models.PROTECT, null=True, related_name="instalments")  # what proves it

    @property
    def since(self) -> datetime:
        """When it came to its state, of those that wait."""
        return self.ordered_at or self.certified_at or self.planned_at

    sealed = ("*",)
    objects = InstalmentQuerySet.as_manager()
    grants = (
        "SELECT",
        "INSERT",
        "UPDATE (state, year, certified_by_id, certified_at, ordered_by_id, ordered_at, account_id, paid_by_id, paid_at, claim_id)",
    )
    frozen_when = {"paid_at": ("*",), "claim_id": ()}
    born_with = ("claim_id",)
    frozen_while = {
        "certified_at": ("certified_by_id",),
        "ordered_at": ("ordered_by_id", "account_id", "year"),
    }

    class Meta:
        verbose_name, verbose_name_plural = _("versement"), _("versements")
        constraints = [
            models.UniqueConstraint(fields=["convention", "number"], name="instalment_number"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="instalment_cents"),
            models.CheckConstraint(
                condition=~Q(certified_by=F("ordered_by"))
                & ~Q(certified_by=F("paid_by"))
                & ~Q(ordered_by=F("paid_by")),
                name="instalment_three_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("planned", "cancelled"))
                | Q(certified_at__isnull=False, certified_by__isnull=False),
                name="instalment_certified",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("planned", "certified", "cancelled"))
                | Q(ordered_at__isnull=False, ordered_by__isnull=False, account__isnull=False),
                name="instalment_ordered",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_at__isnull=False, paid_by__isnull=False), name="instalment_paid"
            ),
        ]
        indexes = [models.Index(fields=["state", "year"], name="instalment_state_year")]
