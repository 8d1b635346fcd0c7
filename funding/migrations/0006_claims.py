"""Claims: expense statements, their files and lines; what an instalment rests on."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("edsh_portal", "0001_initial"),
        ("funding", "0005_conventions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("final", models.BooleanField(default=False, verbose_name="état final")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("forecast_cents", models.BigIntegerField(default=0)),
                ("base_cents", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "En préparation"),
                            ("certifying", "À certifier par le comptable"),
                            ("sent", "En contrôle"),
                            ("accepted", "Accepté"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("quality", models.CharField(blank=True, default="", max_length=120)),
                ("certified_at", models.DateTimeField(null=True)),
                ("seed", models.CharField(blank=True, default="", max_length=64)),
                ("return_reason", models.TextField(blank=True, default="")),
                ("accepted_at", models.DateTimeField(null=True)),
                ("kept_cents", models.BigIntegerField(null=True)),
                ("final_cents", models.BigIntegerField(null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "accountant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="funding.convention"
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "état des dépenses",
                "verbose_name_plural": "états des dépenses",
            },
        ),
        migrations.AddField(
            model_name="instalment",
            name="claim",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="instalments", to="funding.claim"
            ),
        ),
        migrations.CreateModel(
            name="ClaimFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="funding.claim"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
                    ),
                ),
            ],
            options={
                "verbose_name": "pièce d’un état des dépenses",
                "verbose_name_plural": "pièces des états des dépenses",
            },
        ),
        migrations.CreateModel(
            name="ClaimLine",
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
                ("label", models.CharField(max_length=160)),
                ("paid_on", models.DateField()),
                ("cents", models.BigIntegerField()),
                ("sampled", models.BooleanField(default=False)),
                ("eligible_cents", models.BigIntegerField(null=True)),
                ("refusal", models.CharField(blank=True, default="", max_length=500)),
                ("evidence_seen", models.BooleanField(default=False)),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "checked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="funding.claim"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="funding.claimfile"
                    ),
                ),
            ],
            options={
                "verbose_name": "dépense déclarée",
                "verbose_name_plural": "dépenses déclarées",
            },
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(fields=("convention", "number"), name="claim_number"),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "accepted"), _negated=True), fields=("convention",), name="claim_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("final", True)), fields=("convention",), name="claim_final_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="claim_dates"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("base_cents__gt", 0), ("forecast_cents__gte", 0), ("forecast_cents__lt", 1000000000000)
                ),
                name="claim_cents",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("accountant", models.F("asked_by")), _negated=True), name="claim_two_people"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accountant__isnull", True), ("asked_by__isnull", True), ("state", "draft")),
                    models.Q(
                        models.Q(("state", "draft"), _negated=True),
                        ("accountant__isnull", False),
                        ("asked_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="claim_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("certified_at__isnull", True), ("state__in", ("draft", "certifying"))),
                    models.Q(
                        ("certified_at__isnull", False),
                        ("seed__regex", "^[0-9a-f]{64}$"),
                        ("state__in", ("sent", "accepted")),
                        models.Q(("quality", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="claim_certified",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("state", "accepted"), _negated=True),
                        ("accepted_at__isnull", True),
                        ("accepted_by__isnull", True),
                    ),
                    models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False), ("state", "accepted")),
                    _connector="OR",
                ),
                name="claim_accepted",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("final", True),
                        ("final_cents__gte", 0),
                        ("final_cents__isnull", False),
                        ("kept_cents__gte", models.F("final_cents")),
                        ("kept_cents__isnull", False),
                        ("state", "accepted"),
                    ),
                    models.Q(
                        models.Q(("final", True), ("state", "accepted"), _negated=True),
                        ("final_cents__isnull", True),
                        ("kept_cents__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="claim_final_cents",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (models.F("convention"), "="),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), models.Value("[]"), function="DATERANGE"
                        ),
                        "&&",
                    ),
                ],
                name="claim_periods",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimfile",
            constraint=models.UniqueConstraint(fields=("claim", "number"), name="claim_file_number"),
        ),
        migrations.AddConstraint(
            model_name="claimline",
            constraint=models.CheckConstraint(
                condition=models.Q(("cents__gt", 0), ("cents__lt", 1000000000000)), name="claim_line_cents"
            ),
        ),
        migrations.AddConstraint(
            model_name="claimline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("checked_at__isnull", True),
                        ("checked_by__isnull", True),
                        ("eligible_cents__isnull", True),
                        ("evidence_seen", False),
                        ("refusal", ""),
                    ),
                    models.Q(
                        ("checked_at__isnull", False),
                        ("checked_by__isnull", False),
                        ("eligible_cents__gte", 0),
                        ("eligible_cents__isnull", False),
                        ("eligible_cents__lte", models.F("cents")),
                    ),
                    _connector="OR",
                ),
                name="claim_line_checked",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("eligible_cents__isnull", True),
                    models.Q(("eligible_cents", models.F("cents")), ("refusal", "")),
                    models.Q(("eligible_cents__lt", models.F("cents")), models.Q(("refusal", ""), _negated=True)),
                    _connector="OR",
                ),
                name="claim_line_reasoned",
            ),
        ),
    ]
