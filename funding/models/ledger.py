"""The rows of the ledger, to be read: ledger.sql makes the tables and is their only writer."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from edsh_portal.access import FINANCE, OFFICERS, has_role

from .envelope import Line
from .grant import Grant, GrantShare, Instalment

SEES_LEDGER = (*OFFICERS, *FINANCE, "direction", "auditor")


class LedgerQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Every figure opens its entries: for the State's side that decides, pays or audits; nobody else."""
        return self if has_role(user, *SEES_LEDGER) else self.none()


class AccountQuerySet(LedgerQuerySet):
    def for_list(self) -> "AccountQuerySet":
        parts = ("balance", "line", "share__establishment", "grant__application", "instalment")
        return self.select_related(*parts).order_by("line_id", "family", "pk")


class Family(models.Model):
    """A family of the chart of accounts: what its accounts hold and which keys name one."""

    family = models.TextField(primary_key=True)
    meaning = models.TextField()
    outside = models.BooleanField()

    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("famille de comptes"), _("familles de comptes")
        managed = False
        db_table = "funding_family"


class Movement(models.Model):
    """A movement that a kind of posting is made of; there is no other."""

    pk = models.CompositePrimaryKey("kind", "source", "target")
    kind = models.TextField()
    source = models.TextField()
    target = models.TextField()
    year = models.TextField()

    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("mouvement permis"), _("mouvements permis")
        managed = False
        db_table = "funding_movement"


class Account(models.Model):
    """A place where cents stand: a family of the chart of accounts and its keys, opened on first use."""

    code = models.TextField(unique=True)
    family = models.TextField()
    outside = models.BooleanField()
    line = models.ForeignKey(Line, models.PROTECT, related_name="accounts")
    year = models.IntegerField(null=True)
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="accounts")
    share = models.ForeignKey(GrantShare, models.PROTECT, null=True, related_name="accounts")
    instalment = models.ForeignKey(Instalment, models.PROTECT, null=True, related_name="accounts")

    objects = AccountQuerySet.as_manager()
    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("compte du grand livre"), _("comptes du grand livre")
        managed = False
        db_table = "funding_account"

    def __str__(self) -> str:
        return self.code


class Balance(models.Model):
    """What an account holds now, under the CHECK that is the budget rule."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True)
    outside = models.BooleanField()
    cents = models.BigIntegerField()
    entry_count = models.BigIntegerField()

    objects = LedgerQuerySet.as_manager()
    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("solde"), _("soldes")
        managed = False
        db_table = "funding_balance"


class Posting(models.Model):
    """One act on one line: who, when, by which key, and the event that covers its entries."""

    key = models.TextField(unique=True)
    payload_hash = models.TextField()
    kind = models.TextField()
    line = models.ForeignKey(Line, models.PROTECT, related_name="postings")
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, related_name="postings")
    share = models.ForeignKey(GrantShare, models.PROTECT, null=True, related_name="postings")
    instalment = models.ForeignKey(Instalment, models.PROTECT, null=True, related_name="postings")
    act = models.ForeignKey("edsh_portal.Act", models.PROTECT, null=True, related_name="postings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    second = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    at = models.DateTimeField()
    year = models.IntegerField()
    facts = models.JSONField()
    event = models.OneToOneField("edsh_portal.Event", models.PROTECT, related_name="+")

    objects = LedgerQuerySet.as_manager()
    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("opération"), _("opérations")
        managed = False
        db_table = "funding_posting"


class Entry(models.Model):
    """Cents moved from one account to another, and what both held just after."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="entries")
    source = models.ForeignKey(Account, models.PROTECT, related_name="entries_out")
    target = models.ForeignKey(Account, models.PROTECT, related_name="entries_in")
    cents = models.BigIntegerField()
    source_after = models.BigIntegerField()
    target_after = models.BigIntegerField()

    objects = LedgerQuerySet.as_manager()
    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("écriture"), _("écritures")
        managed = False
        db_table = "funding_entry"
