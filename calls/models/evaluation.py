"""What a call asks of those who judge: the skills it looks for, which links shut a dossier, what an expert signs first."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# Proposed to who writes the settings, who may say it otherwise; in French, like every text of legal value (R51).
UNDERTAKING = """Je garde confidentiels les dossiers de cette relève, leurs pièces, mes notes, celles des autres et les débats, pendant l’évaluation et après elle.

Je ne montre aucun dossier à un tiers, et j’efface ce que j’en ai copié dès que mon évaluation est rendue.

Je ne confie aucun contenu d’un dossier à un service extérieur, en particulier à un service d’intelligence artificielle, de traduction ou de correction en ligne.

Je déclare mes liens avec les candidats, et je me déporte dès qu’un lien apparaît."""
# Domains that many people share without any link between them.
MAIL_PROVIDERS = """aol.com bbox.fr free.fr gmail.com gmx.com gmx.fr googlemail.com hotmail.com hotmail.fr icloud.com laposte.net live.com live.fr mac.com
me.com msn.com neuf.fr numericable.fr orange.fr outlook.com outlook.fr pm.me proton.me protonmail.com sfr.fr wanadoo.fr yahoo.com yahoo.fr"""


class CalibrationRule(models.TextChoices):
    """Whether the experts of a wave first score one fictitious dossier, and whether their first real one waits for it."""

    NONE = "", _("aucune")
    HELD = "held", _("organisée, facultative")
    REQUIRED = "required", _("exigée avant la première évaluation")


class Skill(models.Model):
    """A field of knowledge that a dossier asks for and an expert may have; `code` is its name from one version to the next."""

    settings = models.ForeignKey("calls.CallSettings", models.CASCADE, related_name="skills")
    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=160)
    order = models.PositiveSmallIntegerField(default=0)

    grants = ("SELECT", "INSERT", "DELETE")
    sealed, sealed_with = ("*",), "settings"

    class Meta:
        verbose_name, verbose_name_plural = _("compétence recherchée"), _("compétences recherchées")
        constraints = [models.UniqueConstraint(fields=["settings", "code"], name="skill_code")]

    def __str__(self) -> str:
        return self.title


class LinkRule(models.Model):
    """What a kind of link does: a strong one forbids, a weak one waits for the chair. A kind without a rule is not looked for."""

    class Kind(models.TextChoices):
        FORMER_EMPLOYER = "former_employer", _("Ancien employeur")
        DECLARED = "declared", _("Lien déclaré par la personne")
        MAIL = "mail", _("Même domaine de messagerie")
        ASSOCIATED_NAME = "associated_name", _("Partenaire associé du même nom")
        CANDIDATE = "candidate", _("Personne d’un autre candidat de la relève")
        COLLEAGUE = "colleague", _("Ancien collègue d’une personne du dossier")

    settings = models.ForeignKey("calls.CallSettings", models.CASCADE, related_name="links")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    strong = models.BooleanField(default=False)
    years = models.PositiveSmallIntegerField(default=0)  # how long a link that is over still counts

    grants = ("SELECT", "INSERT", "DELETE")
    sealed, sealed_with = ("*",), "settings"

    class Meta:
        verbose_name, verbose_name_plural = _("règle sur un lien d’intérêts"), _("règles sur les liens d’intérêts")
        constraints = [
            models.UniqueConstraint(fields=["settings", "kind"], name="link_rule_kind"),
            models.CheckConstraint(condition=Q(years__lte=20), name="link_rule_years"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
