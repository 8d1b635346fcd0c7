"""The call, its waves, and its dated settings: criteria, weights, rates, limits, quorum and pieces are rows, never code."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from edsh_portal.access import has_role

from .evaluation import MAIL_PROVIDERS, UNDERTAKING, CalibrationRule
from .notification import CONSENT


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user) -> "CallQuerySet":
        """What is published, to everyone; what is being prepared, to those who prepare it and to the auditor."""
        if has_role(user, "administrator", "instructor", "auditor"):
            return self
        return self.exclude(state=Call.State.DRAFT)

    def current(self) -> "Call | None":
        """The call the portal runs: the last published, else the last prepared."""
        return self.order_by(F("published_at").desc(nulls_last=True), "-id").first()


class WaveQuerySet(models.QuerySet):
    def visible_to(self, user) -> "WaveQuerySet":
        return self.filter(call__in=Call.objects.visible_to(user).values("pk"))


class Call(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        PUBLISHED = "published", _("Publié")
        CLOSED = "closed", _("Clos")

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    purpose = models.TextField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    published_at = models.DateTimeField(null=True)

    sealed = ("*",)
    objects = CallQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (state, published_at)")
    frozen_when = {"published_at": ()}

    class Meta:
        verbose_name, verbose_name_plural = _("appel à projets"), _("appels à projets")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | (~Q(state="draft") & Q(published_at__isnull=False)),
                name="call_published_at",
            )
        ]

    def __str__(self) -> str:
        return self.title


class CallSettings(models.Model):
    """One dated version of the rules' bounds. Editable until the call is published or a wave that uses it opens.

    Both walls are in calls/settings.sql too: a frozen version and its criteria, pieces and rates never change.
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="settings")
    version = models.PositiveSmallIntegerField()
    frozen_at = models.DateTimeField(null=True)
    # consortium and project (CALL.md §1.3)
    max_members = models.PositiveSmallIntegerField(_("membres au plus, coordinateur compris"), default=6)
    min_activity = models.PositiveIntegerField(_("seuil d’activité de la catégorie D"), default=0)
    min_months = models.PositiveSmallIntegerField(_("durée minimale (mois)"), default=12)
    max_months = models.PositiveSmallIntegerField(_("durée maximale (mois)"), default=40)
    min_projects = models.PositiveSmallIntegerField(_("projets de recherche au moins"), default=3)
    min_external_partners = models.PositiveSmallIntegerField(_("partenaires associés externes au moins"), default=1)
    min_perimeters = models.PositiveSmallIntegerField(
        _("périmètres pour le catalogue du Health Data Hub au moins"), default=1
    )
    min_base_cents = models.BigIntegerField(_("assiette de dépenses minimale"), default=0)
    min_answer_chars = models.PositiveSmallIntegerField(
        _("caractères d’une réponse de la présentation au moins"), default=100
    )
    consolidation_level = models.PositiveSmallIntegerField(_("maturité requise pour « consolider »"), default=7)
    # budget and State aid (CALL.md §1.4, §2.5, R34, R36, R38); …_bp in basis points, 10000 = 100 %
    overhead_cap_bp = models.PositiveIntegerField(
        _("part au plus des frais de gestion dans les dépenses directes"), default=1_000
    )
    permanent_staff_eligible = models.BooleanField(
        _("personnel permanent des établissements publics éligible"), default=False
    )
    de_minimis_cents = models.BigIntegerField(_("plafond des aides de minimis sur trois ans"), default=30_000_000)
    # evaluation
    scale_max = models.PositiveSmallIntegerField(_("note maximale d’un critère"), default=10)
    quorum = models.PositiveSmallIntegerField(_("évaluations par dossier au moins"), default=2)
    min_comment_chars = models.PositiveSmallIntegerField(_("caractères d’un commentaire au moins"), default=30)
    undertaking = models.TextField(_("engagement signé avant tout accès, une fois par relève"), default=UNDERTAKING)
    mail_providers = models.TextField(
        _("domaines de messagerie qui ne disent rien d’un employeur"), default=MAIL_PROVIDERS
    )
    score_panel = models.BooleanField(_("classement attendu, avec son incertitude, montré au jury"), default=False)
    read_others = models.BooleanField(
        _("un expert lit les évaluations des autres, sans leur nom, une fois la sienne verrouillée"), default=False
    )
    keep_private_notes = models.BooleanField(
        _("les notes privées des experts sont conservées après la séance du jury"), default=False
    )
    annex_feedback = models.BooleanField(
        _("le retour de l’évaluation est annexé à la lettre de rejet d’un dossier non retenu"), default=False
    )
    remind_before_days = models.PositiveSmallIntegerField(
        _("rappel d’une évaluation attendue, jours avant l’échéance (0 : aucun)"), default=7
    )
    remind_after_days = models.PositiveSmallIntegerField(
        _("rappel d’une évaluation en retard, jours après l’échéance (0 : aucun)"), default=3
    )
    calibration = models.CharField(
        _("séance d’étalonnage des experts sur un dossier fictif"),
        max_length=8,
        choices=CalibrationRule.choices,
        default="",
        blank=True,
    )
    hearings = models.BooleanField(_("le jury entend les porteurs des dossiers (auditions)"), default=False)
    revise_after_hearing = models.BooleanField(
        _("après une audition, un expert peut revoir ses notes verrouillées, avec un motif"), default=False
    )
    # decisions
    recall_minutes = models.PositiveSmallIntegerField(
        _("rappel d’une décision par qui l’a approuvée, minutes avant sa mise en forme (0 : aucun)"), default=10
    )
    consent = models.TextField(
        _("accord demandé au dépôt pour notifier par voie électronique (vide : non demandé)"),
        default=CONSENT,
        blank=True,
    )
    # expenses (R39, R85); what décret 2018-514 says of them (art. 10 to 13) is law, and no setting
    transfer_bp = models.PositiveIntegerField(
        _("dépassement au plus d’une ligne de budget sans avenant"), default=1_000
    )
    sample_bp = models.PositiveIntegerField(
        _("part au moins des dépenses dont la pièce est examinée, tirée au sort"), default=1_000
    )
    # legal clocks (décret 2018-514 art. 4 and 7)
    admissibility_months = models.PositiveSmallIntegerField(_("délai de recevabilité (mois)"), default=2)
    decision_months = models.PositiveSmallIntegerField(_("délai de décision (mois)"), default=8)
    # service in charge (CRPA R112-11-1)
    service_name = models.CharField(_("service chargé du dossier"), max_length=160)
    service_address = models.CharField(_("adresse postale"), max_length=200)
    service_email = models.EmailField(_("adresse électronique"))
    service_phone = models.CharField(_("téléphone"), max_length=30)
    # what no public text of the call gives (names of fields, or « criteria », « pieces », « rates »): shown as such
    assumed = models.JSONField(default=list)

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (call_id, version)")
    sealed = ("*",)

    @property
    def event_stream(self) -> str:
        return f"call:{self.call_id}"

    class Meta:
        verbose_name, verbose_name_plural = _("réglages d’un appel"), _("réglages des appels")
        constraints = [
            models.UniqueConstraint(fields=["call", "version"], name="call_settings_version"),
            models.CheckConstraint(
                condition=Q(min_months__lte=F("max_months"), min_months__gte=1), name="settings_months"
            ),
            models.CheckConstraint(
                condition=Q(max_members__gte=1, scale_max__gte=1, quorum__gte=1), name="settings_least"
            ),
            models.CheckConstraint(condition=Q(min_base_cents__gte=0), name="settings_base"),
            models.CheckConstraint(
                condition=Q(overhead_cap_bp__lte=10_000, de_minimis_cents__gte=0), name="settings_aid_bounds"
            ),
            models.CheckConstraint(
                condition=Q(admissibility_months__gte=1, decision_months__gte=1), name="settings_clocks"
            ),
            models.CheckConstraint(
                condition=Q(remind_before_days__lte=60, remind_after_days__lte=60), name="settings_reminders"
            ),
            models.CheckConstraint(condition=Q(calibration__in=CalibrationRule.values), name="settings_calibration"),
            models.CheckConstraint(condition=Q(recall_minutes__lte=1_440), name="settings_recall"),
            models.CheckConstraint(
                condition=Q(transfer_bp__lte=10_000, sample_bp__lte=10_000), name="settings_expenses"
            ),
            models.CheckConstraint(
                condition=Q(hearings=True) | Q(revise_after_hearing=False), name="settings_hearings"
            ),
        ]


# What a version says, each described by its column alone: amounts in cents (…_cents), shares in basis points (…_bp). The verbs, the
# form, the page, the API and the rules read this list.
BOUNDS: tuple[str, ...] = tuple(
    column.name
    for column in CallSettings._meta.concrete_fields
    if column.name not in ("id", "call", "version", "frozen_at")
)


class Wave(models.Model):
    """A cut-off (« relève »): deposits are open while opens_at <= now < closes_at."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="waves")
    settings = models.ForeignKey(CallSettings, models.PROTECT, related_name="waves")
    number = models.PositiveSmallIntegerField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    sealed = ("*",)
    objects = WaveQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (opens_at, closes_at)")
    grants_worker = ("SELECT", "UPDATE (closes_at)")  # to lock; a postponement must say why

    class Meta:
        verbose_name, verbose_name_plural = _("relève"), _("relèves")
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="wave_number"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="wave_dates"),
            ExclusionConstraint(
                name="wave_no_overlap",
                expressions=[
                    (F("call"), RangeOperators.EQUAL),
                    (
                        Func(
                            "opens_at",
                            "closes_at",
                            RangeBoundary(),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    @property
    def event_stream(self) -> str:
        return f"call:{self.call_id}"

    @property
    def label(self) -> str:
        return _("Relève %(number)s") % {"number": self.number}

    def __str__(self) -> str:
        return str(self.label)


class Criterion(models.Model):
    settings = models.ForeignKey(CallSettings, models.CASCADE, related_name="criteria")
    number = models.PositiveSmallIntegerField(_("numéro"))
    title = models.CharField(_("intitulé"), max_length=160)
    guidance = models.TextField(_("repères de notation"), blank=True)
    weight = models.PositiveSmallIntegerField(_("poids"))
    floor = models.PositiveSmallIntegerField(_("note éliminatoire (en dessous)"), null=True, blank=True)

    grants = ("SELECT", "INSERT", "DELETE")
    sealed, sealed_with = ("*",), "settings"

    class Meta:
        verbose_name, verbose_name_plural = _("critère"), _("critères")
        constraints = [
            models.UniqueConstraint(fields=["settings", "number"], name="criterion_number"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="criterion_weight"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class PieceRequirement(models.Model):
    """A piece the deposit must (or may) hold; `per_member` asks one of each establishment."""

    settings = models.ForeignKey(CallSettings, models.CASCADE, related_name="pieces")
    code = models.SlugField(max_length=40)
    title = models.CharField(max_length=160)
    per_member = models.BooleanField(default=False)
    required = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)

    grants = ("SELECT", "INSERT", "DELETE")
    sealed, sealed_with = ("*",), "settings"

    class Meta:
        verbose_name, verbose_name_plural = _("pièce demandée"), _("pièces demandées")
        constraints = [models.UniqueConstraint(fields=["settings", "code"], name="piece_requirement_code")]

    def __str__(self) -> str:
        return self.title


class AidRate(models.Model):
    """Largest aid rate of a kind of member, in basis points (10000 = 100 %).

    With a `regime`, what this regime of State aid allows at most: the lower of the two holds.
    """

    class Regime(models.TextChoices):
        OUTSIDE = "outside", _("Hors des aides d’État : mission de service public, recherche non économique")
        SIEG = "sieg", _("Service d’intérêt économique général (décision 2012/21/UE)")
        RGEC_25 = "rgec_25", _("Recherche et développement (règlement n° 651/2014, article 25)")
        RGEC_26 = "rgec_26", _("Infrastructure de recherche (règlement n° 651/2014, article 26)")
        DE_MINIMIS = "de_minimis", _("De minimis (règlement 2023/2831)")

    settings = models.ForeignKey(CallSettings, models.CASCADE, related_name="rates")
    kind = models.CharField(max_length=10)  # Establishment.Kind
    regime = models.CharField(max_length=12, blank=True, default="")
    rate_bp = models.PositiveIntegerField()

    grants = ("SELECT", "INSERT", "DELETE")
    sealed, sealed_with = ("*",), "settings"

    class Meta:
        verbose_name, verbose_name_plural = _("taux d’aide"), _("taux d’aide")
        constraints = [
            models.UniqueConstraint(fields=["settings", "kind", "regime"], name="aid_rate_kind"),
            models.CheckConstraint(condition=Q(rate_bp__lte=10000), name="aid_rate_bound"),
        ]
