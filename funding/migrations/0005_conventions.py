"""Conventions that both parties sign, on the document that was sent; the agreement of a consortium; conditions of payments."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("edsh_portal", "0001_initial"),
        ("funding", "0004_closing_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
    ]
