"""The call: its dated settings, its waves."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import FirstMigration


class Migration(FirstMigration):
    dependencies = [
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(unique=True)),
                ("title", models.CharField(max_length=200)),
                ("purpose", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Brouillon"), ("published", "Publié"), ("closed", "Clos")],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("published_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "appel à projets",
                "verbose_name_plural": "appels à projets",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at__isnull", True), ("state", "draft")),
                            models.Q(models.Q(("state", "draft"), _negated=True), ("published_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="call_published_at",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CallSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField()),
                ("frozen_at", models.DateTimeField(null=True)),
                (
                    "max_members",
                    models.PositiveSmallIntegerField(default=6, verbose_name="membres au plus, coordinateur compris"),
                ),
                (
                    "min_activity",
                    models.PositiveIntegerField(default=0, verbose_name="seuil d’activité de la catégorie D"),
                ),
                ("min_months", models.PositiveSmallIntegerField(default=12, verbose_name="durée minimale (mois)")),
                ("max_months", models.PositiveSmallIntegerField(default=40, verbose_name="durée maximale (mois)")),
                (
                    "min_projects",
                    models.PositiveSmallIntegerField(default=3, verbose_name="projets de recherche au moins"),
                ),
                (
                    "min_external_partners",
                    models.PositiveSmallIntegerField(default=1, verbose_name="partenaires associés externes au moins"),
                ),
                (
                    "min_perimeters",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="périmètres pour le catalogue du Health Data Hub au moins"
                    ),
                ),
                ("min_base_cents", models.BigIntegerField(default=0, verbose_name="assiette de dépenses minimale")),
                (
                    "min_answer_chars",
                    models.PositiveSmallIntegerField(
                        default=100, verbose_name="caractères d’une réponse de la présentation au moins"
                    ),
                ),
                (
                    "consolidation_level",
                    models.PositiveSmallIntegerField(default=7, verbose_name="maturité requise pour « consolider »"),
                ),
                (
                    "overhead_cap_bp",
                    models.PositiveIntegerField(
                        default=1000, verbose_name="part au plus des frais de gestion dans les dépenses directes"
                    ),
                ),
                (
                    "permanent_staff_eligible",
                    models.BooleanField(
                        default=False, verbose_name="personnel permanent des établissements publics éligible"
                    ),
                ),
                (
                    "de_minimis_cents",
                    models.BigIntegerField(default=30000000, verbose_name="plafond des aides de minimis sur trois ans"),
                ),
                ("scale_max", models.PositiveSmallIntegerField(default=10, verbose_name="note maximale d’un critère")),
                (
                    "quorum",
                    models.PositiveSmallIntegerField(default=2, verbose_name="évaluations par dossier au moins"),
                ),
                (
                    "min_comment_chars",
                    models.PositiveSmallIntegerField(default=30, verbose_name="caractères d’un commentaire au moins"),
                ),
                (
                    "admissibility_months",
                    models.PositiveSmallIntegerField(default=2, verbose_name="délai de recevabilité (mois)"),
                ),
                (
                    "decision_months",
                    models.PositiveSmallIntegerField(default=8, verbose_name="délai de décision (mois)"),
                ),
                ("service_name", models.CharField(max_length=160, verbose_name="service chargé du dossier")),
                ("service_address", models.CharField(max_length=200, verbose_name="adresse postale")),
                ("service_email", models.EmailField(max_length=254, verbose_name="adresse électronique")),
                ("service_phone", models.CharField(max_length=30, verbose_name="téléphone")),
                ("assumed", models.JSONField(default=list)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="settings", to="calls.call"
                    ),
                ),
            ],
            options={
                "verbose_name": "réglages d’un appel",
                "verbose_name_plural": "réglages des appels",
                "constraints": [
                    models.UniqueConstraint(fields=("call", "version"), name="call_settings_version"),
                    models.CheckConstraint(
                        condition=models.Q(("min_months__gte", 1), ("min_months__lte", models.F("max_months"))),
                        name="settings_months",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_members__gte", 1), ("quorum__gte", 1), ("scale_max__gte", 1)),
                        name="settings_least",
                    ),
                    models.CheckConstraint(condition=models.Q(("min_base_cents__gte", 0)), name="settings_base"),
                    models.CheckConstraint(
                        condition=models.Q(("de_minimis_cents__gte", 0), ("overhead_cap_bp__lte", 10000)),
                        name="settings_aid_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("admissibility_months__gte", 1), ("decision_months__gte", 1)),
                        name="settings_clocks",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AidRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("regime", models.CharField(blank=True, default="", max_length=12)),
                ("rate_bp", models.PositiveIntegerField()),
                (
                    "settings",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rates", to="calls.callsettings"
                    ),
                ),
            ],
            options={
                "verbose_name": "taux d’aide",
                "verbose_name_plural": "taux d’aide",
                "constraints": [
                    models.UniqueConstraint(fields=("settings", "kind", "regime"), name="aid_rate_kind"),
                    models.CheckConstraint(condition=models.Q(("rate_bp__lte", 10000)), name="aid_rate_bound"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="numéro")),
                ("title", models.CharField(max_length=160, verbose_name="intitulé")),
                ("guidance", models.TextField(blank=True, verbose_name="repères de notation")),
                ("weight", models.PositiveSmallIntegerField(verbose_name="poids")),
                (
                    "floor",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="note éliminatoire (en dessous)"
                    ),
                ),
                (
                    "settings",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="criteria", to="calls.callsettings"
                    ),
                ),
            ],
            options={
                "verbose_name": "critère",
                "verbose_name_plural": "critères",
                "constraints": [
                    models.UniqueConstraint(fields=("settings", "number"), name="criterion_number"),
                    models.CheckConstraint(condition=models.Q(("weight__gte", 1)), name="criterion_weight"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PieceRequirement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                ("title", models.CharField(max_length=160)),
                ("per_member", models.BooleanField(default=False)),
                ("required", models.BooleanField(default=True)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                (
                    "settings",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pieces", to="calls.callsettings"
                    ),
                ),
            ],
            options={
                "verbose_name": "pièce demandée",
                "verbose_name_plural": "pièces demandées",
                "constraints": [models.UniqueConstraint(fields=("settings", "code"), name="piece_requirement_code")],
            },
        ),
        migrations.CreateModel(
            name="Wave",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="waves", to="calls.call"
                    ),
                ),
                (
                    "settings",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="waves", to="calls.callsettings"
                    ),
                ),
            ],
            options={
                "verbose_name": "relève",
                "verbose_name_plural": "relèves",
                "constraints": [
                    models.UniqueConstraint(fields=("call", "number"), name="wave_number"),
                    models.CheckConstraint(
                        condition=models.Q(("closes_at__gt", models.F("opens_at"))), name="wave_dates"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (models.F("call"), "="),
                            (
                                models.Func(
                                    "opens_at",
                                    "closes_at",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(),
                                    function="tstzrange",
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="wave_no_overlap",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Postponement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("edge", models.CharField(choices=[("closing", "clôture"), ("opening", "ouverture")], max_length=8)),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField()),
                ("reason", models.TextField(verbose_name="motif du report")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="postponements", to="calls.wave"
                    ),
                ),
            ],
            options={
                "verbose_name": "report",
                "verbose_name_plural": "reports",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("to_at__gt", models.F("from_at"))), name="postponement_later"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("at__lt", models.F("from_at"))), name="postponement_in_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="postponement_reasoned"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("edge__in", ("closing", "opening"))), name="postponement_edge"
                    ),
                ],
            },
        ),
    ]
