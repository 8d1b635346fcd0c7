"""Legal entities of the hospital world: FINESS EJ, SIRET, GHT, GCS and its members, declared activity."""

from typing import Any

from django.contrib.auth.models import Group
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, Subquery
from django.utils.translation import gettext_lazy as _

from directory import identifiers


class EstablishmentQuerySet(models.QuerySet["Establishment"]):
    def visible_to(self, user) -> "EstablishmentQuerySet":
        """The register is open to whoever has an account: partners are chosen in it."""
        return self if user.is_authenticated else self.none()

    def for_list(self) -> "EstablishmentQuerySet":
        return self.select_related("departement__region").order_by("sort_key")

    def by_number(self, number: str) -> "Establishment | None":
        """The one with this FINESS or this SIRET, typed without spaces."""
        return self.filter(Q(finess=number) | Q(siret=number)).first() if number else None

    def matching(self, typed: str) -> "EstablishmentQuerySet":
        """Part of a name, or the beginning of a FINESS, a SIREN or a SIRET; nothing typed finds nothing."""
        number = identifiers.compact(typed)
        if not number or "\0" in typed:
            return self.none()
        named = Q(sort_key__contains=identifiers.fold(typed.strip()))
        return self.filter(named | Q(finess__startswith=number) | Q(siret__startswith=number)).order_by(
            "sort_key", "pk"
        )

    def in_register(self) -> "EstablishmentQuerySet":
        """Bodies that may be members of a consortium (health establishments and GCS)."""
        return self.filter(kind__in=(Establishment.Kind.PUBLIC, Establishment.Kind.PRIVATE, Establishment.Kind.GCS))


class Establishment(models.Model):
    """A legal entity (EJ). `fictitious`: the number it is known by (FINESS, else SIRET) is in a range of no real body,
    which is always shown; a real hospital may still have a fictitious SIRET (`siret_fictitious`).
    """

    class Kind(models.TextChoices):
        PUBLIC = "public", _("Établissement de santé public")
        PRIVATE = "private", _("Établissement de santé privé")
        GCS = "gcs", _("Groupement de coopération sanitaire (GCS)")
        GIP = "gip", _("Groupement d’intérêt public (GIP)")
        COMPANY = "company", _("Entreprise")
        RESEARCH = "research", _("Université ou organisme de recherche")
        OTHER = "other", _("Autre organisme")

    finess = models.CharField(_("FINESS EJ"), max_length=9, unique=True, null=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    name = models.CharField(_("dénomination"), max_length=160)
    sort_key = models.CharField(max_length=160, editable=False)  # accents folded: no French collation needed
    kind = models.CharField(max_length=10, choices=Kind.choices)
    category = models.CharField(_("catégorie"), max_length=20, blank=True)  # CHU, CHR, CH, CLCC, GCS…
    ght_code = models.CharField(_("GHT"), max_length=12, blank=True, db_index=True)
    departement = models.ForeignKey("directory.Departement", models.PROTECT, related_name="establishments", null=True)
    ght_name = models.CharField(_("nom du GHT"), max_length=120, blank=True)
    ght_support = models.BooleanField(_("établissement support du GHT"), default=False)
    activity = models.PositiveIntegerField(_("activité combinée déclarée"), default=0)
    activity_year = models.PositiveSmallIntegerField(_("année de l’activité"), null=True)  # None: of no activity file
    fictitious = models.BooleanField(_("identifiant fictif"), default=False)
    from_finess = models.BooleanField(default=False)  # the national file may correct it; a person's entry it may not
    group = models.OneToOneField(Group, models.PROTECT, related_name="establishment")

    objects = EstablishmentQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (name, sort_key, kind, category, siret, departement_id)")
    grants_owner = (
        "UPDATE (name, sort_key, kind, category, siret, departement_id, ght_code, ght_name, ght_support, activity, activity_year)",
    )
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("établissement"), _("établissements")
        constraints = [
            models.CheckConstraint(
                condition=Q(fictitious=True)
                | (Q(finess__isnull=False) & ~Q(finess__startswith="99"))
                | (Q(finess__isnull=True) & ~Q(siret__startswith="000")),
                name="establishment_fictitious_said",
            ),
            models.CheckConstraint(
                condition=Q(finess__isnull=True) | Q(finess__regex=r"^([0-9]{2}|2[AB])[0-9]{7}$"),
                name="establishment_finess_form",
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"^[0-9]{14}$"), name="establishment_siret_form"
            ),
            models.UniqueConstraint(fields=["siret"], condition=~Q(siret=""), name="establishment_siret_once"),
            models.CheckConstraint(
                condition=Q(ght_support=False) | ~Q(ght_code=""), name="establishment_support_of_one"
            ),
            models.UniqueConstraint(
                fields=["ght_code"], condition=Q(ght_support=True), name="establishment_one_support_a_ght"
            ),
        ]
        indexes = [
            models.Index(fields=["sort_key"], name="establishment_sort"),
            GinIndex(fields=["sort_key"], opclasses=["gin_trgm_ops"], name="establishment_words"),
        ]

    @property
    def siren(self) -> str:
        return self.siret[:9]

    @property
    def finess_fictitious(self) -> bool:
        return identifiers.finess_fictitious(self.finess)

    @property
    def activity_fictitious(self) -> bool:
        """Activity is not public in one number: where identifiers had to be made up, it was too, until a file gives it."""
        return self.activity_year is None and (self.fictitious or self.siret_fictitious)

    @property
    def siret_fictitious(self) -> bool:
        return identifiers.siret_fictitious(self.siret)

    def addressee(self) -> dict[str, Any]:
        """To whom and where a letter is sent: {"representative": name, "address": lines}, each empty when the register lacks it."""
        signing = self.affiliations.filter(kind="signatory", ended_at=None, user__is_active=True).order_by("pk")
        seat = self.sites.exclude(town="").order_by("finess_et")
        name, postcode, town = (
            Establishment.objects.filter(pk=self.pk)
            .values_list(
                Subquery(signing.values("user__full_name")[:1]),
                Subquery(seat.values("postcode")[:1]),
                Subquery(seat.values("town")[:1]),
            )
            .get()
        )
        return {"representative": name or "", "address": [f"{postcode} {town}".strip()] if town else []}

    @property
    def event_stream(self) -> str:
        return "directory"

    def __str__(self) -> str:
        return self.name


class GcsMembership(models.Model):
    """A hospital belongs to a GCS: counts for conflicts of interest and for coverage."""

    sealed = ("*",)
    gcs = models.ForeignKey(Establishment, models.CASCADE, related_name="gcs_members")
    member = models.ForeignKey(Establishment, models.CASCADE, related_name="gcs_memberships")

    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("membre d’un GCS"), _("membres de GCS")
        constraints = [
            models.UniqueConstraint(fields=["gcs", "member"], name="gcs_member_once"),
            models.CheckConstraint(condition=~Q(gcs=models.F("member")), name="gcs_not_itself"),
        ]

    @property
    def event_stream(self) -> str:
        return "directory"
