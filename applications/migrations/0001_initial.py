"""The dossier and what stands around it."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import FirstMigration


class Migration(FirstMigration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("calls", "0001_initial"),
        ("directory", "0002_exceptions"),
        ("directory", "0001_initial"),
        ("edsh_portal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=24, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Brouillon"),
                            ("submitted", "Déposé"),
                            ("admissible", "Recevable"),
                            ("inadmissible", "Irrecevable"),
                            ("ineligible", "Inéligible"),
                            ("abandoned", "Abandonné"),
                            ("withdrawn", "Retiré"),
                            ("not_deposited", "Non déposé"),
                            ("closed", "Clos"),
                        ],
                        default="draft",
                        max_length=14,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("acronym", models.CharField(max_length=40, verbose_name="acronyme")),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="titre du projet")),
                (
                    "goal",
                    models.CharField(
                        blank=True,
                        choices=[("build", "Constituer un entrepôt"), ("consolidate", "Consolider un entrepôt")],
                        max_length=12,
                        verbose_name="objet du projet",
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="début des travaux")),
                ("months", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="durée, en mois")),
                (
                    "maturity_now",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="maturité de départ, de 0 à 10"
                    ),
                ),
                (
                    "maturity_target",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="maturité visée, de 0 à 10"),
                ),
                ("submitted_at", models.DateTimeField(null=True)),
                ("total_cents", models.BigIntegerField(null=True)),
                ("requested_cents", models.BigIntegerField(null=True)),
                ("member_count", models.PositiveSmallIntegerField(null=True)),
                ("region_code", models.CharField(blank=True, max_length=2)),
                ("prorogued_to", models.DateField(null=True)),
                ("abandoned_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "carried_from",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried_to",
                        to="applications.application",
                    ),
                ),
                (
                    "coordinator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coordinated",
                        to="directory.establishment",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="applications", to="calls.wave"
                    ),
                ),
            ],
            options={
                "verbose_name": "dossier",
                "verbose_name_plural": "dossiers",
                "permissions": [],
                "indexes": [
                    models.Index(fields=["wave", "state"], name="application_wave_state"),
                    models.Index(fields=["region_code"], name="application_region"),
                    django.contrib.postgres.indexes.GinIndex(
                        *(
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper(name), "gin_trgm_ops"
                            )
                            for name in ("reference", "acronym", "title")
                        ),
                        name="application_words",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("abandoned_at__isnull", False), ("state", "abandoned")),
                            models.Q(models.Q(("state", "abandoned"), _negated=True), ("abandoned_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="application_abandoned_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), ("withdrawn_at__isnull", False)),
                            models.Q(models.Q(("state", "withdrawn"), _negated=True), ("withdrawn_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="application_withdrawn_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("maturity_now__isnull", True), ("maturity_now__lte", 10), _connector="OR"),
                            models.Q(("maturity_target__isnull", True), ("maturity_target__lte", 10), _connector="OR"),
                        ),
                        name="application_maturity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("requested_cents__isnull", True),
                            models.Q(("requested_cents__gte", 0), ("requested_cents__lte", models.F("total_cents"))),
                            _connector="OR",
                        ),
                        name="application_requested",
                    ),
                    models.UniqueConstraint(fields=("carried_from", "wave"), name="application_carried_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("aside", models.BooleanField(default=False)),
                ("read_version", models.PositiveIntegerField(default=0)),
                ("save_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="applications.application",
                    ),
                ),
            ],
            options={
                "verbose_name": "version d’un champ",
                "verbose_name_plural": "versions des champs",
                "indexes": [models.Index(fields=["application", "-id"], name="answer_last")],
                "constraints": [
                    models.UniqueConstraint(fields=("application", "key", "version"), name="answer_version"),
                    models.UniqueConstraint(fields=("application", "save_id"), name="answer_save_once"),
                    models.CheckConstraint(condition=models.Q(("version__gte", 1)), name="answer_version_least"),
                    models.CheckConstraint(
                        condition=models.Q(("read_version__lt", models.F("version"))), name="answer_read_before"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AssociatedPartner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=160, verbose_name="dénomination")),
                ("kind", models.CharField(max_length=10, verbose_name="nature")),
                ("siren", models.CharField(blank=True, max_length=9, verbose_name="SIREN")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="associated",
                        to="applications.application",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.establishment",
                    ),
                ),
            ],
            options={
                "verbose_name": "partenaire associé",
                "verbose_name_plural": "partenaires associés",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("siren", ""), ("siren__regex", "^[0-9]{9}$"), _connector="OR"),
                        name="associated_siren_form",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Clash",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clashes",
                        to="applications.application",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.answer"
                    ),
                ),
                (
                    "over",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.answer"
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "deux textes pour un champ",
                "verbose_name_plural": "textes en double",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=("application", "key", "by"),
                        name="clash_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("settled_by__isnull", True)),
                            models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="clash_settled",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DataPerimeter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.TextField(verbose_name="périmètre")),
                ("depth", models.TextField(verbose_name="profondeur")),
                ("refresh", models.CharField(max_length=120, verbose_name="fréquence de mise à jour")),
                ("duration", models.CharField(max_length=120, verbose_name="durée de partage")),
                ("interest", models.TextField(verbose_name="intérêt")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="perimeters",
                        to="applications.application",
                    ),
                ),
            ],
            options={
                "verbose_name": "périmètre de données",
                "verbose_name_plural": "périmètres de données",
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("given_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "delegate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to="directory.establishment",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "délégation de signature",
                "verbose_name_plural": "délégations de signature",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))), name="delegation_days"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("delegate", models.F("given_by")), _negated=True),
                        name="delegation_to_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__isnull", False), ("ended_by__isnull", True), _connector="OR"),
                        name="delegation_ended",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        expressions=[
                            (
                                models.Func(
                                    "first_on",
                                    "last_on",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(True, True),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                            ("establishment", "="),
                            ("delegate", "="),
                        ],
                        name="delegation_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Departure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("abandoned", "Abandon"), ("withdrawn", "Retrait")], max_length=9)),
                ("reason", models.TextField(blank=True, verbose_name="motif")),
                ("left_at", models.DateTimeField()),
                ("returned_at", models.DateTimeField(null=True)),
                ("returned_reason", models.TextField(blank=True, verbose_name="motif du retour")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="departures",
                        to="applications.application",
                    ),
                ),
                (
                    "left_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "returned_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "abandon ou retrait",
                "verbose_name_plural": "abandons et retraits",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("returned_at__isnull", True)),
                        fields=("application",),
                        name="departure_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("returned_at__isnull", True), ("returned_by__isnull", True), ("returned_reason", "")
                            ),
                            models.Q(("returned_at__isnull", False), ("returned_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="departure_returned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "abandoned"), models.Q(("kind", "withdrawn"), ("reason__gt", "")), _connector="OR"
                        ),
                        name="departure_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DossierReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField()),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dossier_readings",
                        to="applications.application",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "lecture d’un signataire",
                "verbose_name_plural": "lectures des signataires",
                "constraints": [models.UniqueConstraint(fields=("application", "user"), name="dossier_reading_once")],
            },
        ),
        migrations.CreateModel(
            name="Governance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cse_exists",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="un comité scientifique et éthique est en place"
                    ),
                ),
                (
                    "cse_women",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="femmes qui y siègent"),
                ),
                (
                    "cse_men",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="hommes qui y siègent"),
                ),
                ("cse_chair", models.CharField(blank=True, max_length=160, verbose_name="présidence")),
                (
                    "cse_evidence",
                    models.SlugField(blank=True, max_length=40, verbose_name="preuve : comité scientifique et éthique"),
                ),
                (
                    "transparency_url",
                    models.URLField(blank=True, max_length=300, verbose_name="adresse du portail de transparence"),
                ),
                (
                    "transparency_evidence",
                    models.SlugField(blank=True, max_length=40, verbose_name="preuve : portail de transparence"),
                ),
                ("cnil", models.CharField(blank=True, max_length=300, verbose_name="situation au regard de la CNIL")),
                (
                    "cnil_evidence",
                    models.SlugField(blank=True, max_length=40, verbose_name="preuve : situation au regard de la CNIL"),
                ),
                (
                    "dpo_contact",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="adresse du délégué à la protection des données"
                    ),
                ),
                (
                    "dpo_evidence",
                    models.SlugField(
                        blank=True, max_length=40, verbose_name="preuve : délégué à la protection des données"
                    ),
                ),
                (
                    "hds_host",
                    models.CharField(blank=True, max_length=160, verbose_name="hébergeur de données de santé"),
                ),
                (
                    "hds_evidence",
                    models.SlugField(blank=True, max_length=40, verbose_name="preuve : hébergeur de données de santé"),
                ),
                (
                    "charter",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="une charte d’accès aux données est adoptée"
                    ),
                ),
                (
                    "charter_evidence",
                    models.SlugField(blank=True, max_length=40, verbose_name="preuve : charte d’accès aux données"),
                ),
                (
                    "access_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="délai d’accès aux données, en jours"
                    ),
                ),
                (
                    "access_evidence",
                    models.SlugField(blank=True, max_length=40, verbose_name="preuve : délai d’accès aux données"),
                ),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="governance",
                        to="applications.application",
                    ),
                ),
            ],
            options={
                "verbose_name": "gouvernance",
                "verbose_name_plural": "gouvernances",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("transparency_url", ""), ("transparency_url__startswith", "https://"), _connector="OR"
                        ),
                        name="governance_transparency_https",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("expenses_cents", models.BigIntegerField()),
                ("aid_cents", models.BigIntegerField()),
                ("own_cents", models.BigIntegerField()),
                ("given_at", models.DateTimeField()),
                (
                    "delegation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.delegation",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "mandat",
                "verbose_name_plural": "mandats",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("aid_cents__gte", 0), ("expenses_cents__gte", 0), ("own_cents__gte", 0)),
                        name="mandate_cents",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MandateWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "mandate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="applications.mandate",
                    ),
                ),
            ],
            options={
                "verbose_name": "retrait de mandat",
                "verbose_name_plural": "retraits de mandats",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("coordinator", "Établissement coordinateur"), ("partner", "Partenaire projet")],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("invited", "Invité"),
                            ("accepted", "Accepté"),
                            ("declined", "Décliné"),
                            ("removed", "Retiré"),
                        ],
                        default="invited",
                        max_length=10,
                    ),
                ),
                ("work", models.TextField(blank=True, verbose_name="travaux sur l’entrepôt")),
                ("invited_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, verbose_name="motif du retrait")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="applications.application",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="directory.establishment",
                    ),
                ),
            ],
            options={
                "verbose_name": "membre d’un consortium",
                "verbose_name_plural": "membres des consortiums",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("invited", "accepted"))),
                        fields=("application", "establishment"),
                        name="member_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("role", "coordinator"), ("state", "accepted")),
                        fields=("application",),
                        name="one_coordinator",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("state", "invited")),
                            models.Q(models.Q(("state", "invited"), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="member_answered",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="mandate",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="mandates", to="applications.membership"
            ),
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposée"),
                            ("accepted", "Acceptée"),
                            ("declined", "Déclinée"),
                            ("cancelled", "Annulée"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(verbose_name="motif")),
                ("proposed_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handovers",
                        to="applications.application",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handovers",
                        to="applications.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "transmission de la coordination",
                "verbose_name_plural": "transmissions de la coordination",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")), fields=("application",), name="one_handover"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", True), ("answered_by__isnull", True), ("state", "proposed")
                            ),
                            models.Q(models.Q(("state", "proposed"), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="handover_answered",
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="handover_reasoned"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FundingPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("aid_cents", models.BigIntegerField(default=0, verbose_name="aide demandée")),
                ("own_cents", models.BigIntegerField(default=0, verbose_name="autofinancement")),
                ("public_cents", models.BigIntegerField(default=0, verbose_name="autres aides publiques")),
                ("other_cents", models.BigIntegerField(default=0, verbose_name="autres ressources")),
                (
                    "vat",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("excluding", "Hors taxes : la TVA est récupérée"),
                            ("including", "Toutes taxes comprises : la TVA n’est pas récupérée"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="TVA des montants du budget",
                    ),
                ),
                (
                    "regime",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("outside", "Hors des aides d’État : mission de service public, recherche non économique"),
                            ("sieg", "Service d’intérêt économique général (décision 2012/21/UE)"),
                            ("rgec_25", "Recherche et développement (règlement n° 651/2014, article 25)"),
                            ("rgec_26", "Infrastructure de recherche (règlement n° 651/2014, article 26)"),
                            ("de_minimis", "De minimis (règlement 2023/2831)"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="régime d’aide",
                    ),
                ),
                (
                    "de_minimis_received_cents",
                    models.BigIntegerField(default=0, verbose_name="aides de minimis reçues sur trois ans, en euros"),
                ),
                (
                    "membership",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="plan", to="applications.membership"
                    ),
                ),
            ],
            options={
                "verbose_name": "plan de financement",
                "verbose_name_plural": "plans de financement",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("aid_cents__gte", 0),
                            ("other_cents__gte", 0),
                            ("own_cents__gte", 0),
                            ("public_cents__gte", 0),
                        ),
                        name="plan_cents",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("de_minimis_received_cents__gte", 0)), name="plan_de_minimis"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationGroupPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "content_object",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="applications.application"),
                ),
                ("group", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.group")),
                ("permission", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission")),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="applications.membership"
                    ),
                ),
            ],
            options={
                "verbose_name": "accès d’un établissement à un dossier",
                "verbose_name_plural": "accès d’établissements à des dossiers",
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("group", "permission", "content_object"), name="application_group_link_once"
                    )
                ],
                "unique_together": {("group", "permission", "content_object")},
            },
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("label", models.CharField(max_length=300)),
                ("until", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="openings",
                        to="applications.application",
                    ),
                ),
            ],
            options={
                "verbose_name": "partie rouverte",
                "verbose_name_plural": "parties rouvertes",
                "constraints": [models.UniqueConstraint(fields=("application", "key"), name="opening_once")],
            },
        ),
        migrations.CreateModel(
            name="Piece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                ("added_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(null=True)),
                ("annex", models.JSONField(null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="applications.application",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="applications.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "pièce",
                "verbose_name_plural": "pièces",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at__isnull", True)),
                        fields=("application", "code", "membership"),
                        name="piece_current_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(max_length=80)),
                ("seen_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="presences",
                        to="applications.application",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "présence",
                "verbose_name_plural": "présences",
                "constraints": [models.UniqueConstraint(fields=("application", "user"), name="presence_once")],
            },
        ),
        migrations.CreateModel(
            name="Printout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField(verbose_name="contenu")),
                ("sha256", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="printouts",
                        to="applications.application",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="edsh_portal.document",
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="printouts", to="calls.callsettings"
                    ),
                ),
            ],
            options={
                "verbose_name": "dossier en PDF",
                "verbose_name_plural": "dossiers en PDF",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("of", "application", "sha256"), name="printout_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("application__isnull", True), ("asked_by__isnull", False), _connector="OR"),
                        name="printout_asked_by",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResearchProject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=160, verbose_name="titre")),
                ("theme", models.CharField(blank=True, max_length=120, verbose_name="thème")),
                ("summary", models.TextField(blank=True, verbose_name="résumé")),
                (
                    "outcomes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("medical", "Avancées médicales et scientifiques"),
                                ("personalised", "Médecine personnalisée"),
                                ("epidemiology", "Épidémiologie"),
                                ("public_health", "Santé publique"),
                                ("performance", "Performance du système de santé"),
                            ],
                            max_length=14,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="bénéfices attendus",
                    ),
                ),
                (
                    "procedure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mr001", "Méthodologie de référence MR-001"),
                            ("mr003", "Méthodologie de référence MR-003"),
                            ("mr004", "Méthodologie de référence MR-004"),
                            ("mr005", "Méthodologie de référence MR-005"),
                            ("mr006", "Méthodologie de référence MR-006"),
                            ("authorisation", "Autorisation de la CNIL"),
                            ("undecided", "Pas encore arrêtée"),
                        ],
                        max_length=13,
                        verbose_name="procédure réglementaire",
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="début du projet")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="projects",
                        to="applications.application",
                    ),
                ),
                (
                    "partners",
                    models.ManyToManyField(
                        blank=True,
                        related_name="projects",
                        to="applications.associatedpartner",
                        verbose_name="partenaires associés qui y participent",
                    ),
                ),
            ],
            options={
                "verbose_name": "projet de recherche",
                "verbose_name_plural": "projets de recherche",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcomes__contained_by",
                                ["medical", "personalised", "epidemiology", "public_health", "performance"],
                            )
                        ),
                        name="project_outcomes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "procedure__in",
                                ["", "mr001", "mr003", "mr004", "mr005", "mr006", "authorisation", "undecided"],
                            )
                        ),
                        name="project_procedure",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Indicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("medical", "Avancées médicales et scientifiques"),
                            ("personalised", "Médecine personnalisée"),
                            ("epidemiology", "Épidémiologie"),
                            ("public_health", "Santé publique"),
                            ("performance", "Performance du système de santé"),
                        ],
                        max_length=14,
                        verbose_name="bénéfice mesuré",
                    ),
                ),
                ("label", models.CharField(max_length=160, verbose_name="indicateur")),
                ("unit", models.CharField(blank=True, max_length=40, verbose_name="unité")),
                (
                    "baseline",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="valeur de départ"
                    ),
                ),
                (
                    "target",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="cible"),
                ),
                ("target_on", models.DateField(blank=True, null=True, verbose_name="date de la cible")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicators",
                        to="applications.researchproject",
                    ),
                ),
            ],
            options={
                "verbose_name": "indicateur",
                "verbose_name_plural": "indicateurs",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                ["", "medical", "personalised", "epidemiology", "public_health", "performance"],
                            )
                        ),
                        name="indicator_outcome",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SectionHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("section", models.CharField(max_length=60)),
                (
                    "progress",
                    models.CharField(
                        choices=[
                            ("todo", "À faire"),
                            ("doing", "En cours"),
                            ("check", "À relire"),
                            ("done", "Complet"),
                        ],
                        default="todo",
                        max_length=5,
                        verbose_name="état",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="holds", to="applications.application"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holds",
                        to="applications.membership",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "rubrique confiée",
                "verbose_name_plural": "rubriques confiées",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "section"), name="section_hold_once"),
                    models.CheckConstraint(
                        condition=models.Q(("person__isnull", True), ("membership__isnull", True), _connector="OR"),
                        name="section_hold_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignatureRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Demandée"), ("returned", "Renvoyé"), ("signed", "Signé")],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="mot aux signataires")),
                ("asked_at", models.DateTimeField(null=True)),
                ("remarks", models.TextField(blank=True, verbose_name="remarques")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="applications.application",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "signature demandée",
                "verbose_name_plural": "signatures demandées",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("application",), name="one_signature_asked"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asked_at__isnull", True), ("asked_by__isnull", True), ("state", "returned")),
                            models.Q(("asked_at__isnull", False), ("asked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="signature_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by__isnull", True), ("state", "asked")),
                            models.Q(
                                models.Q(("state", "asked"), _negated=True),
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="signature_closed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("remarks__gt", ""), ("state", "returned")),
                            models.Q(models.Q(("state", "returned"), _negated=True), ("remarks", "")),
                            _connector="OR",
                        ),
                        name="signature_remarks",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SocleItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=8)),
                ("order", models.PositiveSmallIntegerField()),
                ("number", models.CharField(max_length=8)),
                ("domain", models.CharField(max_length=60)),
                ("subdomain", models.CharField(blank=True, max_length=60)),
                ("lot", models.PositiveSmallIntegerField()),
                ("label", models.CharField(max_length=120)),
                ("definition", models.TextField()),
            ],
            options={
                "verbose_name": "élément du socle commun",
                "verbose_name_plural": "éléments du socle commun",
                "constraints": [
                    models.UniqueConstraint(fields=("version", "number"), name="socle_item_once"),
                    models.UniqueConstraint(fields=("version", "order"), name="socle_item_order"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=200)),
                ("length", models.BigIntegerField()),
                ("offset", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="applications.application",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "envoi en cours",
                "verbose_name_plural": "envois en cours",
                "indexes": [models.Index(fields=["expires_at"], name="upload_expires")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("length__gt", 0), ("offset__gte", 0), ("offset__lte", models.F("length"))),
                        name="upload_offset_within",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("deposit", "Dépôt"), ("complement", "Compléments")], default="deposit", max_length=10
                    ),
                ),
                ("receipt_number", models.CharField(max_length=30, unique=True)),
                ("content", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("submitted_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="applications.application",
                    ),
                ),
                (
                    "delegation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.delegation",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "version déposée",
                "verbose_name_plural": "versions déposées",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "number"), name="version_number"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="version_number_least"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reception",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("received_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "rules",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3), default=list, size=None
                    ),
                ),
                ("message", models.TextField(blank=True, default="")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receptions",
                        to="applications.application",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "delegation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.delegation",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receptions",
                        to="applications.version",
                    ),
                ),
            ],
            options={
                "verbose_name": "réception de dépôt",
                "verbose_name_plural": "réceptions de dépôts",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=("application",),
                        name="reception_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("message", ""), ("rules", []), ("settled_at__isnull", True), ("version__isnull", True)
                            ),
                            models.Q(
                                ("message", ""),
                                ("rules", []),
                                ("settled_at__isnull", False),
                                ("version__isnull", False),
                            ),
                            models.Q(
                                ("message__gt", ""),
                                ("rules__len__gt", 0),
                                ("settled_at__isnull", False),
                                ("version__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="reception_answered",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="application",
            name="version",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.version"
            ),
        ),
        migrations.CreateModel(
            name="VersionFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
                    ),
                ),
                (
                    "piece",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.piece",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="applications.version"
                    ),
                ),
            ],
            options={
                "verbose_name": "fichier d’une version",
                "verbose_name_plural": "fichiers de versions",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("piece__isnull", True)),
                        fields=("version", "code"),
                        name="version_made_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code__in", ("annex", "receipt")), ("piece__isnull", True)),
                            models.Q(
                                ("piece__isnull", False), models.Q(("code__in", ("annex", "receipt")), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="version_made_code",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("piece__isnull", False)),
                        fields=("version", "piece"),
                        name="version_piece_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Warehouse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="nom de l’entrepôt")),
                ("site", models.CharField(blank=True, max_length=160, verbose_name="site")),
                ("site_finess", models.CharField(blank=True, max_length=9, verbose_name="FINESS du site")),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[("local", "Local"), ("shared", "Mutualisé ou thématique"), ("national", "National")],
                        max_length=8,
                        verbose_name="niveau",
                    ),
                ),
                ("host", models.CharField(blank=True, max_length=160, verbose_name="hébergeur")),
                (
                    "hds_certified",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="hébergeur certifié pour les données de santé (HDS)"
                    ),
                ),
                ("hds_number", models.CharField(blank=True, max_length=60, verbose_name="numéro du certificat HDS")),
                (
                    "cnil_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("authorised", "Autorisé par la CNIL"),
                            ("conforms", "Conforme au référentiel"),
                            ("in_progress", "Démarche en cours"),
                            ("not_begun", "Démarche non commencée"),
                        ],
                        max_length=11,
                        verbose_name="situation au regard de la CNIL",
                    ),
                ),
                (
                    "cnil_number",
                    models.CharField(
                        blank=True,
                        max_length=60,
                        verbose_name="numéro de l’autorisation ou de la déclaration de conformité",
                    ),
                ),
                (
                    "cnil_on",
                    models.DateField(blank=True, null=True, verbose_name="date de l’autorisation ou de la déclaration"),
                ),
                (
                    "snds_main",
                    models.BooleanField(blank=True, null=True, verbose_name="apparié à la base principale du SNDS"),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="warehouses",
                        to="applications.application",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="warehouses",
                        to="applications.membership",
                        verbose_name="établissement qui le porte",
                    ),
                ),
            ],
            options={
                "verbose_name": "entrepôt",
                "verbose_name_plural": "entrepôts",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "name"), name="warehouse_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["", "local", "shared", "national"])), name="warehouse_level"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cnil_status__in", ["", "authorised", "conforms", "in_progress", "not_begun"])
                        ),
                        name="warehouse_cnil",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("site_finess", ""), ("site_finess__regex", "^([0-9]{2}|2[AB])[0-9]{7}$"), _connector="OR"
                        ),
                        name="warehouse_site_finess_form",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SocleState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "now",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_collected", "Non collecté"),
                            ("raw", "Brut"),
                            ("structured", "Structuré"),
                            ("omop", "Standardisé OMOP"),
                            ("fhir", "Exposé en FHIR"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_collected", "Non collecté"),
                            ("raw", "Brut"),
                            ("structured", "Structuré"),
                            ("omop", "Standardisé OMOP"),
                            ("fhir", "Exposé en FHIR"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.socleitem"
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="states", to="applications.warehouse"
                    ),
                ),
            ],
            options={
                "verbose_name": "état d’un élément du socle",
                "verbose_name_plural": "états des éléments du socle",
                "constraints": [
                    models.UniqueConstraint(fields=("warehouse", "item"), name="socle_state_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("now__in", ["", "not_collected", "raw", "structured", "omop", "fhir"]),
                            ("target__in", ["", "not_collected", "raw", "structured", "omop", "fhir"]),
                        ),
                        name="socle_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Matching",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("snds", "Base principale du SNDS (Cnam)"), ("cohort", "Cohorte de recherche")],
                        max_length=6,
                        verbose_name="appariement avec",
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="nom de la base ou de la cohorte")),
                (
                    "procedure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mr001", "Méthodologie de référence MR-001"),
                            ("mr003", "Méthodologie de référence MR-003"),
                            ("mr004", "Méthodologie de référence MR-004"),
                            ("mr005", "Méthodologie de référence MR-005"),
                            ("mr006", "Méthodologie de référence MR-006"),
                            ("authorisation", "Autorisation de la CNIL"),
                            ("undecided", "Pas encore arrêtée"),
                        ],
                        max_length=13,
                        verbose_name="procédure",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matchings",
                        to="applications.application",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matchings",
                        to="applications.warehouse",
                        verbose_name="entrepôt",
                    ),
                ),
            ],
            options={
                "verbose_name": "appariement",
                "verbose_name_plural": "appariements",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ["snds", "cohort"])), name="matching_kind"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "procedure__in",
                                ["", "mr001", "mr003", "mr004", "mr005", "mr006", "authorisation", "undecided"],
                            )
                        ),
                        name="matching_procedure",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FunctionPlacement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "function",
                    models.CharField(
                        choices=[
                            ("collect", "Collecte"),
                            ("quality", "Mise en qualité"),
                            ("standards", "Standardisation"),
                            ("hosting", "Hébergement"),
                            ("access", "Mise à disposition"),
                            ("governance", "Gouvernance et comité scientifique et éthique"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("local", "Local"), ("shared", "Mutualisé ou thématique"), ("national", "National")],
                        max_length=8,
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="pourquoi à ce niveau")),
                (
                    "why_not_lower",
                    models.TextField(blank=True, verbose_name="pourquoi un niveau plus proche ne suffit pas"),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="functions",
                        to="applications.application",
                    ),
                ),
                (
                    "warehouses",
                    models.ManyToManyField(
                        blank=True, related_name="functions", to="applications.warehouse", verbose_name="entrepôts"
                    ),
                ),
            ],
            options={
                "verbose_name": "fonction à un niveau",
                "verbose_name_plural": "fonctions par niveau",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "function", "level"), name="placement_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("function__in", ["collect", "quality", "standards", "hosting", "access", "governance"]),
                            ("level__in", ["local", "shared", "national"]),
                        ),
                        name="placement_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkPackage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="numéro")),
                ("title", models.CharField(max_length=160, verbose_name="titre")),
                ("summary", models.TextField(blank=True, verbose_name="résumé")),
                ("starts_month", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="premier mois")),
                ("ends_month", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="dernier mois")),
                ("order", models.PositiveSmallIntegerField(verbose_name="place dans la liste")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="packages",
                        to="applications.application",
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="leads",
                        to="applications.membership",
                        verbose_name="membre responsable",
                    ),
                ),
            ],
            options={
                "verbose_name": "lot de travail",
                "verbose_name_plural": "lots de travail",
                "ordering": ("order", "number"),
                "constraints": [
                    models.UniqueConstraint(fields=("application", "number"), name="package_number"),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="package_number_least"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("starts_month__isnull", True), ("starts_month__gte", 1), _connector="OR"),
                            models.Q(("ends_month__isnull", True), ("ends_month__gte", 1), _connector="OR"),
                            models.Q(
                                ("starts_month__isnull", True),
                                ("ends_month__isnull", True),
                                ("ends_month__gte", models.F("starts_month")),
                                _connector="OR",
                            ),
                        ),
                        name="package_months",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="mois du projet")),
                ("title", models.CharField(max_length=160, verbose_name="titre")),
                ("evidence", models.CharField(blank=True, max_length=300, verbose_name="preuve")),
                (
                    "work_package",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="milestones",
                        to="applications.workpackage",
                        verbose_name="lot",
                    ),
                ),
            ],
            options={
                "verbose_name": "jalon",
                "verbose_name_plural": "jalons",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__isnull", True), ("month__gte", 1), _connector="OR"),
                        name="milestone_month",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Deliverable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="mois du projet")),
                ("title", models.CharField(max_length=160, verbose_name="titre")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("report", "Rapport"),
                            ("data", "Jeu de données"),
                            ("software", "Logiciel"),
                            ("service", "Service en production"),
                            ("other", "Autre"),
                        ],
                        max_length=8,
                        verbose_name="nature",
                    ),
                ),
                (
                    "work_package",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliverables",
                        to="applications.workpackage",
                        verbose_name="lot",
                    ),
                ),
            ],
            options={
                "verbose_name": "livrable",
                "verbose_name_plural": "livrables",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__isnull", True), ("month__gte", 1), _connector="OR"),
                        name="deliverable_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["", "report", "data", "software", "service", "other"])),
                        name="deliverable_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("staff", "Personnel non permanent"),
                            ("permanent", "Personnel permanent"),
                            ("equipment", "Équipements"),
                            ("software", "Logiciels et licences"),
                            ("hosting", "Hébergement et cloud HDS"),
                            ("services", "Sous-traitance et prestations"),
                            ("training", "Formation"),
                            ("travel", "Missions"),
                            ("overhead", "Frais de gestion"),
                        ],
                        max_length=10,
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("cents", models.BigIntegerField()),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="applications.membership"
                    ),
                ),
                (
                    "work_package",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="applications.workpackage",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne de budget",
                "verbose_name_plural": "lignes de budget",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("membership", "work_package", "category", "year"),
                        name="budget_cell",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cents__gte", 0), ("cents__lt", 1000000000000000)), name="budget_cents"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 2000), ("year__lte", 2100)), name="budget_year"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ("draft", "abandoned", "not_deposited")),
                        ("submitted_at__isnull", True),
                        ("version__isnull", True),
                    ),
                    models.Q(
                        models.Q(("state__in", ("draft", "abandoned", "not_deposited")), _negated=True),
                        ("submitted_at__isnull", False),
                        ("version__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="application_submitted_facts",
            ),
        ),
    ]
