"""The consortium of an award once it runs: the members of the dossier, as amendments have changed them since (R82)."""

from collections.abc import Collection
from typing import Any

from django.db import connection, models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from applications.models.consortium import LEFT

from .amendment import Amendment
from .grant import Grant

PK = F("pk")
LEFT.append(
    lambda: Func(F("application"), F("establishment"), function="dossier_left", output_field=models.BooleanField())
)


class MemberChange(models.Model):
    """What an amendment in force changes of the consortium: an establishment joins it, leaves it, or coordinates it from now on.

    The dossier is never changed: what it was deposited with, and these rows in their order, are the consortium of today. It is read by
    `members_of`, `coordinator_of` and their like here, all of them of consortium.sql, and nowhere else.
    """

    class Change(models.TextChoices):
        IN = "in", _("Entre dans le consortium")
        OUT = "out", _("Quitte le consortium")
        LEAD = "lead", _("Coordonne le projet")

    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="changes")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="changes")
    establishment = models.ForeignKey("directory.Establishment", models.PROTECT, related_name="+")
    change = models.CharField(max_length=4, choices=Change.choices)

    sealed, sealed_with = ("*",), "amendment"
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("changement du consortium"), _("changements du consortium")
        constraints = [
            models.UniqueConstraint(fields=["amendment", "change"], name="member_change_once"),
            models.UniqueConstraint(  # who has left does not come back
                fields=["grant", "establishment", "change"],
                condition=Q(change__in=("in", "out")),
                name="member_in_out_once",
            ),
        ]


def led_by(grant: Any = PK) -> Func:
    """The establishment that coordinates the award of this key: for a query."""
    return Func(grant, function="award_coordinator", output_field=models.BigIntegerField())


def size(grant: Any = PK) -> Func:
    """How many members its consortium has."""
    return Func(grant, function="award_size", output_field=models.IntegerField())


def members_of(grant: Grant) -> dict[int, str]:
    """{establishment: « coordinator » or « partner »}, today."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT establishment, role FROM award_members(%s) ORDER BY establishment", [grant.pk])
        return dict(cursor.fetchall())


def coordinator_of(grant: Grant) -> int:
    """The establishment that coordinates it today."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT award_coordinator(%s)", [grant.pk])
        return cursor.fetchone()[0]


def to_sign(establishments: Collection[int]) -> list[tuple[int, int, int | None]]:
    """(amendment, establishment, its convention that runs, if it has one) of each signature that is waited for of these."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM amendments_to_sign(%s::bigint[]) ORDER BY 1, 3 NULLS FIRST, 2", [list(establishments)]
        )
        return cursor.fetchall()


def awaits_signature(establishment: Any) -> Func:
    """Whether an amendment waits for a signature of this establishment: for a query."""
    of = "EXISTS (SELECT FROM amendments_to_sign(ARRAY[%(expressions)s]))"
    return Func(establishment, template=of, output_field=models.BooleanField())


def parties_of(amendment: Amendment) -> list[tuple[int, int | None]]:
    """Who signs it: (establishment, its convention that runs, if it has one), the same as its wall asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT establishment, convention FROM amendment_parties(%s) ORDER BY convention NULLS LAST, establishment",
            [amendment.pk],
        )
        return cursor.fetchall()
