"""The life of an award: conventions, claims, amendments and members, lapse, closings, files exchanged with the State's tools, forecast of CP."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0004_consent"),
        ("calls", "0003_award"),
        ("directory", "0003_mail_domain"),
        ("edsh_portal", "0002_proof"),
        ("funding", "0001_initial"),
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
            name="Amendment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("duration", "Durée du projet"),
                            ("budget", "Répartition du budget"),
                            ("stop", "Arrêt du projet"),
                            ("lead", "Changement de coordinateur"),
                            ("leave", "Départ d’un membre"),
                            ("exclude", "Exclusion d’un membre"),
                            ("join", "Entrée d’un membre"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(max_length=2000)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "À instruire"),
                            ("drafted", "À mettre en forme"),
                            ("sent", "À signer par les bénéficiaires"),
                            ("agreed", "À signer par l’État"),
                            ("in_force", "En vigueur"),
                            ("refused", "Refusé"),
                        ],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("drafted_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("released_cents", models.BigIntegerField(default=0)),
                ("answer", models.CharField(blank=True, default="", max_length=2000)),
            ],
            options={
                "verbose_name": "avenant",
                "verbose_name_plural": "avenants",
            },
        ),
        migrations.CreateModel(
            name="AmendmentSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quality", models.CharField(max_length=160)),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "signature d’un avenant",
                "verbose_name_plural": "signatures d’avenants",
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("engagements", "Engagements"), ("payments", "Demandes de paiement")], max_length=11
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "verbose_name": "lot d’export",
                "verbose_name_plural": "lots d’export",
            },
        ),
        migrations.CreateModel(
            name="BatchLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cents", models.BigIntegerField()),
                ("cells", models.JSONField()),
                ("cancelled_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "ligne d’un lot d’export",
                "verbose_name_plural": "lignes des lots d’export",
            },
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
            ],
            options={
                "verbose_name": "état des dépenses",
                "verbose_name_plural": "états des dépenses",
            },
        ),
        migrations.CreateModel(
            name="ClaimFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("added_at", models.DateTimeField()),
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
            ],
            options={
                "verbose_name": "dépense déclarée",
                "verbose_name_plural": "dépenses déclarées",
            },
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
            ],
            options={
                "verbose_name": "clôture",
                "verbose_name_plural": "clôtures",
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
            name="Extension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("until", models.DateField()),
                ("reason", models.CharField(max_length=2000)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "prolongation du délai de commencement",
                "verbose_name_plural": "prolongations du délai de commencement",
            },
        ),
        migrations.CreateModel(
            name="ForecastRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "contrôle des crédits à venir",
                "verbose_name_plural": "contrôles des crédits à venir",
            },
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("return", "Retour de l’outil de l’État"),
                            ("bank", "Retour de la banque"),
                            ("hapi", "Export HAPI"),
                        ],
                        max_length=6,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("rows", models.JSONField()),
                ("unknown", models.JSONField()),
                ("absent", models.JSONField()),
                ("read_at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(null=True)),
                ("new_count", models.PositiveIntegerField(null=True)),
                ("same_count", models.PositiveIntegerField(null=True)),
                ("left_count", models.PositiveIntegerField(null=True)),
            ],
            options={
                "verbose_name": "fichier importé",
                "verbose_name_plural": "fichiers importés",
            },
        ),
        migrations.CreateModel(
            name="ImportLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("reference", models.CharField(max_length=20)),
                ("ej", models.CharField(blank=True, default="", max_length=20)),
                ("dp", models.CharField(blank=True, default="", max_length=20)),
                ("tiers", models.CharField(blank=True, default="", max_length=14)),
                ("status", models.CharField(blank=True, default="", max_length=10)),
                ("cents", models.BigIntegerField()),
                ("dated_on", models.DateField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("matched", "Rapprochée"),
                            ("left", "À traiter"),
                            ("by_hand", "Rapprochée à la main"),
                            ("closed", "Classée"),
                        ],
                        max_length=7,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=20)),
                ("settled_at", models.DateTimeField(null=True)),
                ("explanation", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "verbose_name": "ligne d’un fichier importé",
                "verbose_name_plural": "lignes des fichiers importés",
            },
        ),
        migrations.CreateModel(
            name="MemberChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("in", "Entre dans le consortium"),
                            ("out", "Quitte le consortium"),
                            ("lead", "Coordonne le projet"),
                        ],
                        max_length=4,
                    ),
                ),
            ],
            options={
                "verbose_name": "changement du consortium",
                "verbose_name_plural": "changements du consortium",
            },
        ),
        migrations.CreateModel(
            name="Shortage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("month", models.DateField()),
                ("cents", models.BigIntegerField()),
                ("found_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "manque de crédits prévu",
                "verbose_name_plural": "manques de crédits prévus",
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
        migrations.CreateModel(
            name="Start",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_on", models.DateField()),
                ("declared_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "commencement d’un projet",
                "verbose_name_plural": "commencements de projets",
            },
        ),
        migrations.CreateModel(
            name="StartReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ends_on", models.DateField()),
                ("days", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "rappel du délai de commencement",
                "verbose_name_plural": "rappels du délai de commencement",
            },
        ),
        migrations.RemoveConstraint(
            model_name="convention",
            name="convention_signed_at",
        ),
        migrations.RemoveConstraint(
            model_name="grantshare",
            name="grant_share_cents",
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
        migrations.AlterField(
            model_name="grant",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="awards", to="applications.application"
            ),
        ),
        migrations.AlterField(
            model_name="grant",
            name="state",
            field=models.CharField(
                choices=[
                    ("reserved", "Réservée"),
                    ("engaged", "Engagée"),
                    ("voided", "Annulée"),
                    ("closed", "Soldée"),
                    ("lapsed", "Caduque"),
                ],
                default="reserved",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="convention",
            index=models.Index(fields=["state"], name="convention_state"),
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
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "voided"), _negated=True),
                fields=("application",),
                name="grant_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantshare",
            constraint=models.CheckConstraint(condition=models.Q(("cents__gte", 0)), name="grant_share_cents"),
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
            model_name="amendment",
            name="act",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="document",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="drafted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="establishment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.establishment"
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="grant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="amendments", to="funding.grant"
            ),
        ),
        migrations.AddField(
            model_name="amendmentsignature",
            name="amendment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="funding.amendment"
            ),
        ),
        migrations.AddField(
            model_name="amendmentsignature",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="amendmentsignature",
            name="convention",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendment_signatures",
                to="funding.convention",
            ),
        ),
        migrations.AddField(
            model_name="amendmentsignature",
            name="establishment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.establishment"
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="cancelled_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="sent_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="batchline",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="funding.batch"
            ),
        ),
        migrations.AddField(
            model_name="batchline",
            name="instalment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batch_lines",
                to="funding.instalment",
            ),
        ),
        migrations.AddField(
            model_name="batchline",
            name="share",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="batch_lines",
                to="funding.grantshare",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="accepted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="accountant",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="asked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="convention",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="funding.convention"
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="instalment",
            name="claim",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="instalments", to="funding.claim"
            ),
        ),
        migrations.AddField(
            model_name="claimfile",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="claimfile",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="files", to="funding.claim"
            ),
        ),
        migrations.AddField(
            model_name="claimfile",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
            ),
        ),
        migrations.AddField(
            model_name="claimline",
            name="checked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="claimline",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="funding.claim"
            ),
        ),
        migrations.AddField(
            model_name="claimline",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="funding.claimfile"
            ),
        ),
        migrations.AddField(
            model_name="closing",
            name="act",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
            ),
        ),
        migrations.AddField(
            model_name="closing",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="closings", to="funding.line"
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
            model_name="extension",
            name="act",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="grant",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="extension", to="funding.grant"
            ),
        ),
        migrations.AddField(
            model_name="forecastrun",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="forecast_runs", to="calls.call"
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="applied_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="import",
            name="read_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="importline",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="funding.import"
            ),
        ),
        migrations.AddField(
            model_name="importline",
            name="instalment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="import_lines",
                to="funding.instalment",
            ),
        ),
        migrations.AddField(
            model_name="importline",
            name="settled_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="importline",
            name="share",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="import_lines",
                to="funding.grantshare",
            ),
        ),
        migrations.AddField(
            model_name="memberchange",
            name="amendment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="funding.amendment"
            ),
        ),
        migrations.AddField(
            model_name="memberchange",
            name="establishment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.establishment"
            ),
        ),
        migrations.AddField(
            model_name="memberchange",
            name="grant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="funding.grant"
            ),
        ),
        migrations.AddField(
            model_name="shortage",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="shortages", to="funding.line"
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
        migrations.AddField(
            model_name="start",
            name="declared_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="start",
            name="grant",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="start", to="funding.grant"
            ),
        ),
        migrations.AddField(
            model_name="startreminder",
            name="grant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="start_reminders", to="funding.grant"
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["state"], name="agreement_state"),
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
            model_name="amendment",
            constraint=models.UniqueConstraint(fields=("grant", "number"), name="amendment_number"),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("asked", "drafted", "sent", "agreed"))),
                fields=("grant",),
                name="amendment_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("released_cents__gte", 0)), name="amendment_released"
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("establishment__isnull", True), ("kind__in", ("duration", "budget", "stop"))),
                    models.Q(("establishment__isnull", False), ("kind__in", ("lead", "leave", "exclude", "join"))),
                    _connector="OR",
                ),
                name="amendment_of_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("asked", "refused")),
                    models.Q(("drafted_at__isnull", False), ("drafted_by__isnull", False)),
                    _connector="OR",
                ),
                name="amendment_drafted",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("document__isnull", True), ("state__in", ("asked", "drafted"))),
                    models.Q(
                        ("document__isnull", False),
                        ("sent_at__isnull", False),
                        ("state__in", ("sent", "agreed", "in_force")),
                    ),
                    ("state", "refused"),
                    _connector="OR",
                ),
                name="amendment_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("act__isnull", True),
                        ("decided_at__isnull", True),
                        ("state__in", ("asked", "drafted", "sent", "agreed")),
                    ),
                    models.Q(("act__isnull", False), ("decided_at__isnull", False), ("state", "in_force")),
                    models.Q(
                        ("act__isnull", True),
                        ("decided_at__isnull", False),
                        ("state", "refused"),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="amendment_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendmentsignature",
            constraint=models.UniqueConstraint(fields=("amendment", "convention"), name="amendment_signature_once"),
        ),
        migrations.AddConstraint(
            model_name="amendmentsignature",
            constraint=models.UniqueConstraint(
                fields=("amendment", "establishment"), name="amendment_signature_member_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="amendmentsignature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("convention__isnull", False), ("establishment__isnull", True)),
                    models.Q(("convention__isnull", True), ("establishment__isnull", False)),
                    _connector="OR",
                ),
                name="amendment_signature_of",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendmentsignature",
            constraint=models.CheckConstraint(
                condition=models.Q(("quality__gt", "")), name="amendment_signature_quality"
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(fields=("kind", "number"), name="batch_number"),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="batch_sha256"
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True), ("reason", "")),
                    models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False), ("reason__gt", "")),
                    _connector="OR",
                ),
                name="batch_cancelled",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)), fields=("share",), name="batch_line_share_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="batchline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)), fields=("instalment",), name="batch_line_instalment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="batchline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("instalment__isnull", False), ("share__isnull", True)),
                    models.Q(("instalment__isnull", True), ("share__isnull", False)),
                    _connector="OR",
                ),
                name="batch_line_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchline",
            constraint=models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="batch_line_cents"),
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
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.UniqueConstraint(fields=("line", "year"), name="closing_once"),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(condition=models.Q(("kept_bp__lte", 10000)), name="closing_kept"),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ae_carried_cents__gte", 0),
                    ("ae_lapsed_cents__gte", 0),
                    ("cp_carried_cents__gte", 0),
                    ("cp_lapsed_cents__gte", 0),
                ),
                name="closing_cents",
            ),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("report", ""), ("reported_on__isnull", True)),
                    models.Q(models.Q(("report", ""), _negated=True), ("reported_on__isnull", False)),
                    _connector="OR",
                ),
                name="closing_report",
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
            model_name="extension",
            constraint=models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="extension_reasoned"),
        ),
        migrations.AddConstraint(
            model_name="forecastrun",
            constraint=models.UniqueConstraint(fields=("call", "day"), name="forecast_run_once"),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.UniqueConstraint(fields=("kind", "sha256"), name="import_once"),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="import_sha256"
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("applied_at__isnull", True),
                        ("applied_by__isnull", True),
                        ("left_count__isnull", True),
                        ("new_count__isnull", True),
                        ("same_count__isnull", True),
                    ),
                    models.Q(
                        ("applied_at__isnull", False),
                        ("applied_by__isnull", False),
                        ("left_count__isnull", False),
                        ("new_count__isnull", False),
                        ("same_count__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="import_applied",
            ),
        ),
        migrations.AddIndex(
            model_name="importline",
            index=models.Index(fields=["outcome"], name="import_line_outcome"),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=models.UniqueConstraint(fields=("file", "number"), name="import_line_number"),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=models.CheckConstraint(
                condition=models.Q(("share__isnull", True), ("instalment__isnull", True), _connector="OR"),
                name="import_line_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "matched"), ("reason", "")),
                    models.Q(models.Q(("outcome", "matched"), _negated=True), ("reason__gt", "")),
                    _connector="OR",
                ),
                name="import_line_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("explanation", ""),
                        ("outcome__in", ("matched", "left")),
                        ("settled_at__isnull", True),
                        ("settled_by__isnull", True),
                    ),
                    models.Q(
                        ("explanation__gt", ""),
                        ("outcome__in", ("by_hand", "closed")),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="import_line_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    ("outcome__in", ("matched", "by_hand")),
                    ("share__isnull", False),
                    models.Q(("ej", ""), _negated=True),
                ),
                expressions=[(models.F("ej"), "="), (models.F("share"), "<>")],
                name="import_line_ej_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="importline",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    ("instalment__isnull", False),
                    ("outcome__in", ("matched", "by_hand")),
                    models.Q(("dp", ""), _negated=True),
                ),
                expressions=[(models.F("dp"), "="), (models.F("instalment"), "<>")],
                name="import_line_dp_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="memberchange",
            constraint=models.UniqueConstraint(fields=("amendment", "change"), name="member_change_once"),
        ),
        migrations.AddConstraint(
            model_name="memberchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("change__in", ("in", "out"))),
                fields=("grant", "establishment", "change"),
                name="member_in_out_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="shortage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("line", "year"), name="shortage_one_at_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="shortage",
            constraint=models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="shortage_cents"),
        ),
        migrations.AddConstraint(
            model_name="shortage",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1), ("month__year", models.F("year"))), name="shortage_month"
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
        migrations.AddConstraint(
            model_name="startreminder",
            constraint=models.UniqueConstraint(fields=("grant", "ends_on", "days"), name="start_reminder_once"),
        ),
    ]
