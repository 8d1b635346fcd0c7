"""The money of an award to its end: another may follow one that was voided; closing of a year, conventions and agreements, claims; what
waits among them is found by its state."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0003_section_owner"),
        ("edsh_portal", "0001_initial"),
        ("funding", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="grant",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="awards", to="applications.application"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "voided"), _negated=True),
                fields=("application",),
                name="grant_one_in_force",
            ),
        ),
        migrations.AlterField(
            model_name="ceiling",
            name="rule",
            field=models.CharField(
                choices=[
                    ("advance", "Avance"),
                    ("before_balance", "Avance et acomptes avant solde"),
                    ("before_balance_long", "Avance et acomptes, projet de plus de 48 mois"),
                    ("kept", "Crédits conservés à la clôture sans acte de report (fonds d’un opérateur)"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("kept_bp", models.PositiveIntegerField()),
                ("ae_lapsed_cents", models.BigIntegerField()),
                ("ae_carried_cents", models.BigIntegerField()),
                ("cp_lapsed_cents", models.BigIntegerField()),
                ("cp_carried_cents", models.BigIntegerField()),
                ("report", models.CharField(blank=True, default="", max_length=200)),
                ("reported_on", models.DateField(null=True)),
                ("closed_at", models.DateTimeField()),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="closings", to="funding.line"
                    ),
                ),
            ],
            options={
                "verbose_name": "clôture",
                "verbose_name_plural": "clôtures",
                "constraints": [
                    models.UniqueConstraint(fields=("line", "year"), name="closing_once"),
                    models.CheckConstraint(condition=models.Q(("kept_bp__lte", 10000)), name="closing_kept"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ae_carried_cents__gte", 0),
                            ("ae_lapsed_cents__gte", 0),
                            ("cp_carried_cents__gte", 0),
                            ("cp_lapsed_cents__gte", 0),
                        ),
                        name="closing_cents",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("report", ""), ("reported_on__isnull", True)),
                            models.Q(models.Q(("report", ""), _negated=True), ("reported_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="closing_report",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("signed_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("filed", "À valider"), ("validated", "Validé"), ("returned", "Renvoyé")],
                        default="filed",
                        max_length=10,
                    ),
                ),
                ("filed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=1000)),
            ],
            options={
                "verbose_name": "accord de consortium",
                "verbose_name_plural": "accords de consortium",
            },
        ),
        migrations.CreateModel(
            name="Condition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("start", "Projet commencé"),
                            ("milestone", "Jalon atteint"),
                            ("report", "Rapport annuel remis"),
                            ("expenses", "Dépenses certifiées par le comptable"),
                            ("final_report", "Rapport final accepté"),
                            ("final_expenses", "Dépenses définitives certifiées par le comptable"),
                        ],
                        max_length=14,
                    ),
                ),
                ("evidence", models.CharField(blank=True, default="", max_length=300)),
                ("met_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "condition d’un versement",
                "verbose_name_plural": "conditions de versements",
            },
        ),
        migrations.CreateModel(
            name="ConventionSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.CharField(choices=[("beneficiary", "Le bénéficiaire"), ("state", "L’État")], max_length=11),
                ),
                ("quality", models.CharField(max_length=160)),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "signature d’une convention",
                "verbose_name_plural": "signatures de conventions",
            },
        ),
        migrations.CreateModel(
            name="SignedCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quality", models.CharField(max_length=160)),
                ("sent_at", models.DateTimeField()),
                ("examined_at", models.DateTimeField(null=True)),
                ("signers", models.CharField(blank=True, default="", max_length=300)),
                ("refusal", models.CharField(blank=True, default="", max_length=20)),
            ],
            options={
                "verbose_name": "convention signée, remise",
                "verbose_name_plural": "conventions signées, remises",
            },
        ),
        migrations.RemoveConstraint(
            model_name="convention",
            name="convention_signed_at",
        ),
        migrations.AddField(
            model_name="convention",
            name="document",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
            ),
        ),
        migrations.AddField(
            model_name="convention",
            name="sent_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="convention",
            name="state",
            field=models.CharField(
                choices=[
                    ("prepared", "À mettre en forme"),
                    ("sent", "À signer par le bénéficiaire"),
                    ("agreed", "À signer par l’État"),
                    ("signed", "Signée"),
                    ("closed", "Soldée"),
                ],
                default="prepared",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_at__isnull", True), ("state__in", ("prepared", "sent", "agreed"))),
                    models.Q(("signed_at__isnull", False), ("state__in", ("signed", "closed"))),
                    _connector="OR",
                ),
                name="convention_signed_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("document__isnull", True), ("sent_at__isnull", True), ("state", "prepared")),
                    models.Q(
                        ("document__isnull", False), ("sent_at__isnull", False), ("state__in", ("sent", "agreed"))
                    ),
                    ("state__in", ("signed", "closed")),
                    _connector="OR",
                ),
                name="convention_sent_at",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="filed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="grant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="agreements", to="funding.grant"
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="instalment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="conditions", to="funding.instalment"
            ),
        ),
        migrations.AddField(
            model_name="condition",
            name="met_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="conventionsignature",
            name="act",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
            ),
        ),
        migrations.AddField(
            model_name="conventionsignature",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="conventionsignature",
            name="convention",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="funding.convention"
            ),
        ),
        migrations.AddField(
            model_name="signedcopy",
            name="convention",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="funding.convention"
            ),
        ),
        migrations.AddField(
            model_name="signedcopy",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
            ),
        ),
        migrations.AddField(
            model_name="signedcopy",
            name="sent_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="conventionsignature",
            name="copy",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signature",
                to="funding.signedcopy",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("filed", "validated"))),
                fields=("grant",),
                name="agreement_standing_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", models.F("filed_by")), _negated=True), name="agreement_two_people"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("reason", ""), ("state", "filed")
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("reason", ""),
                        ("state", "validated"),
                    ),
                    models.Q(("decided_at__isnull", False), ("reason__gt", ""), ("state", "returned")),
                    _connector="OR",
                ),
                name="agreement_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="condition",
            constraint=models.UniqueConstraint(fields=("instalment", "kind"), name="condition_once"),
        ),
        migrations.AddConstraint(
            model_name="condition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("evidence", ""), ("met_at__isnull", True), ("met_by__isnull", True)),
                    models.Q(("evidence__gt", ""), ("met_at__isnull", False), ("met_by__isnull", False)),
                    _connector="OR",
                ),
                name="condition_met",
            ),
        ),
        migrations.AddConstraint(
            model_name="signedcopy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("examined_at__isnull", True)),
                fields=("convention",),
                name="signed_copy_waiting_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="signedcopy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("examined_at__isnull", True), ("refusal", ""), ("signers", "")),
                    models.Q(("examined_at__isnull", False), ("refusal__gt", ""), ("signers", "")),
                    models.Q(("examined_at__isnull", False), ("refusal", ""), ("signers__gt", "")),
                    _connector="OR",
                ),
                name="signed_copy_examined",
            ),
        ),
        migrations.AddConstraint(
            model_name="conventionsignature",
            constraint=models.UniqueConstraint(fields=("convention", "party"), name="convention_signature_once"),
        ),
        migrations.AddConstraint(
            model_name="conventionsignature",
            constraint=models.CheckConstraint(
                condition=models.Q(("quality__gt", "")), name="convention_signature_quality"
            ),
        ),
        migrations.AddConstraint(
            model_name="conventionsignature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act__isnull", True), ("party", "beneficiary")),
                    models.Q(("act__isnull", False), ("copy__isnull", True), ("party", "state")),
                    _connector="OR",
                ),
                name="convention_signature_party",
            ),
        ),
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
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["state"], name="agreement_state"),
        ),
        migrations.AddIndex(
            model_name="convention",
            index=models.Index(fields=["state"], name="convention_state"),
        ),
    ]
