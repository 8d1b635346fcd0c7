"""Amendments of an award, a project begun and its lapse; files exchanged with the State's tools."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("directory", "0003_mail_domain"),
        ("edsh_portal", "0002_not_before"),
        ("funding", "0003_closing_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            model_name="grantshare",
            name="grant_share_cents",
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
        migrations.AddConstraint(
            model_name="grantshare",
            constraint=models.CheckConstraint(condition=models.Q(("cents__gte", 0)), name="grant_share_cents"),
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
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendment_signatures",
                to="funding.convention",
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
            constraint=models.CheckConstraint(
                condition=models.Q(("quality__gt", "")), name="amendment_signature_quality"
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="extension_reasoned"),
        ),
        migrations.AddConstraint(
            model_name="startreminder",
            constraint=models.UniqueConstraint(fields=("grant", "ends_on", "days"), name="start_reminder_once"),
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
                (
                    "cancelled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="funding.batch"
                    ),
                ),
                (
                    "instalment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batch_lines",
                        to="funding.instalment",
                    ),
                ),
                (
                    "share",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batch_lines",
                        to="funding.grantshare",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne d’un lot d’export",
                "verbose_name_plural": "lignes des lots d’export",
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
                (
                    "applied_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "read_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="funding.import"
                    ),
                ),
                (
                    "instalment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_lines",
                        to="funding.instalment",
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
                (
                    "share",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_lines",
                        to="funding.grantshare",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne d’un fichier importé",
                "verbose_name_plural": "lignes des fichiers importés",
            },
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
    ]
