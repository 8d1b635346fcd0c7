"""Who may judge, as they say it themselves: a profile, the links they declare, what they sign before a wave."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from edsh_portal.access import OFFICERS, has_role

SEES_EXPERTS = (*OFFICERS, "jury_chair", "auditor")


class OwnQuerySet(models.QuerySet):
    def visible_to(self, user) -> "OwnQuerySet":
        """Each expert's own; those who choose among experts, and the auditor, see all."""
        return self if has_role(user, *SEES_EXPERTS) else self.filter(expert_id=user.pk)


class TieQuerySet(OwnQuerySet):
    def standing(self) -> "TieQuerySet":
        return self.filter(withdrawn_at=None)


class Said(models.Model):
    """What an expert says of themselves: one stream of events each."""

    class Meta:
        abstract = True

    expert_id: int

    @property
    def event_stream(self) -> str:
        return f"expert:{self.expert_id}"


class Profile(Said):
    """What an expert knows and may take on. One a person; `skills` are codes of the call's list (calls.Skill)."""

    class Civility(models.TextChoices):
        WOMAN = "woman", _("Madame")
        MAN = "man", _("Monsieur")

    class Language(models.TextChoices):
        FRENCH = "fr", _("français")
        ENGLISH = "en", _("anglais")
        GERMAN = "de", _("allemand")
        SPANISH = "es", _("espagnol")
        ITALIAN = "it", _("italien")

    expert = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="profile")
    skills = ArrayField(models.CharField(max_length=40))
    capacity = models.PositiveSmallIntegerField(_("dossiers au plus par relève"))
    available_from = models.DateField(_("disponible à partir du"), null=True)
    available_until = models.DateField(_("disponible jusqu’au"), null=True)
    languages = ArrayField(models.CharField(max_length=5))
    civility = models.CharField(_("civilité"), max_length=5, choices=Civility.choices, blank=True)  # told in aggregate
    written_at = models.DateTimeField()

    sealed = ("*",)
    objects = OwnQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (expert_id)")

    class Meta:
        verbose_name, verbose_name_plural = _("profil d’expertise"), _("profils d’expertise")
        constraints = [
            models.CheckConstraint(condition=Q(capacity__gte=1, capacity__lte=60), name="profile_capacity"),
            models.CheckConstraint(condition=Q(skills__len__gte=1), name="profile_skills"),
            models.CheckConstraint(
                condition=Q(available_from__isnull=True)
                | Q(available_until__isnull=True)
                | Q(available_until__gte=F("available_from")),
                name="profile_availability",
            ),
        ]

    def available_on(self, day) -> bool:
        return (self.available_from is None or self.available_from <= day) and (
            self.available_until is None or day <= self.available_until
        )

    def __str__(self) -> str:
        return str(self.expert)


class Tie(Said):
    """A link that an expert declares with a body: where they worked, for whom they advised… Never changed: withdrawn, and said anew."""

    class Kind(models.TextChoices):
        EMPLOYER = "employer", _("Emploi")
        RESEARCH = "research", _("Collaboration scientifique ou industrielle")
        ADVICE = "advice", _("Conseil ou expertise rémunérés")
        BOARD = "board", _("Mandat ou fonction dans une instance")
        MONEY = "money", _("Intérêt financier")
        FAMILY = "family", _("Proche qui y travaille")
        OTHER = "other", _("Autre lien")

    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="ties")
    kind = models.CharField(_("nature du lien"), max_length=8, choices=Kind.choices)
    body = models.CharField(_("organisme"), max_length=200)
    siren = models.CharField(_("SIREN"), max_length=9, blank=True)
    since_on = models.DateField(_("depuis le"), null=True)
    until_on = models.DateField(_("jusqu’au"), null=True)  # null: it still holds
    declared_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    sealed = ("*",)
    objects = TieQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (withdrawn_at)")
    frozen_when = {"withdrawn_at": ()}

    class Meta:
        verbose_name, verbose_name_plural = _("lien d’intérêts déclaré"), _("liens d’intérêts déclarés")
        constraints = [
            models.CheckConstraint(condition=Q(body__gt=""), name="tie_body"),
            models.CheckConstraint(condition=Q(siren="") | Q(siren__regex=r"^[0-9]{9}$"), name="tie_siren"),
            models.CheckConstraint(
                condition=Q(since_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gte=F("since_on")),
                name="tie_dates",
            ),
        ]
        indexes = [models.Index(fields=["expert"], condition=Q(withdrawn_at=None), name="tie_standing")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.body}"


class Undertaking(Said):
    """What an expert signed before the dossiers of a wave open: the text of its settings, as it was read (R51)."""

    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="undertakings")
    wave = models.ForeignKey("calls.Wave", models.PROTECT, related_name="undertakings")
    text = models.TextField(_("engagement"))
    signed_at = models.DateTimeField()

    sealed = ("*",)
    objects = OwnQuerySet.as_manager()
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("engagement d’expertise"), _("engagements d’expertise")
        constraints = [
            models.UniqueConstraint(fields=["expert", "wave"], name="undertaking_once"),
            models.CheckConstraint(condition=Q(text__gt=""), name="undertaking_text"),
        ]

    def __str__(self) -> str:
        return f"{self.wave} · {self.expert}"
