"""The hash of each row that binds, held by an event."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SealForm(models.Model):
    """What a sealed row is made of, as a query over its table: laid from the models' declarations, a new form when one changes."""

    relation = models.CharField(max_length=63)
    key_type = models.CharField(max_length=12)
    query = models.TextField()  # key, content

    grants = ()

    class Meta:
        verbose_name, verbose_name_plural = _("forme d’empreinte"), _("formes d’empreinte")
        db_table = "seal_form"
        indexes = [models.Index(fields=["relation", "-id"], name="seal_form_last")]


class SealDue(models.Model):
    """A row written and not sealed yet: by an event of its own transaction, or, `later`, by the next signed root."""

    xact = models.BigIntegerField()
    relation = models.CharField(max_length=63)
    key = models.CharField(max_length=36)
    later = models.BooleanField()
    at = models.DateTimeField(db_default=Now())

    grants = ()
    grants_owner = ("SELECT", "INSERT", "UPDATE EXCEPT (id)", "DELETE")  # by chain.sql alone

    class Meta:
        verbose_name, verbose_name_plural = _("empreinte attendue"), _("empreintes attendues")
        db_table = "seal_due"
        constraints = [models.UniqueConstraint(fields=["xact", "relation", "key"], name="seal_due_once")]


class Seal(models.Model):
    """The n-th hash of a row, under a salt of its own, held by the chained event `stream`#`seq`. Empty: the row is no more."""

    stream = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    relation = models.CharField(max_length=63)
    key = models.CharField(max_length=36)
    n = models.PositiveIntegerField()
    # no constraint: it would have every transaction lock the same few forms, which are never removed
    form = models.ForeignKey(SealForm, models.PROTECT, related_name="+", db_constraint=False)
    salt = models.UUIDField()
    hash = models.CharField(max_length=64)

    grants = ()  # who reads both the hash and its salt may guess what was sealed

    class Meta:
        verbose_name, verbose_name_plural = _("empreinte"), _("empreintes")
        db_table = "seal"
        constraints = [models.UniqueConstraint(fields=["relation", "key", "n"], name="seal_n")]
        indexes = [models.Index(fields=["stream", "seq"], name="seal_event")]
