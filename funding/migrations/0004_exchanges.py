import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("funding", "0003_closing_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
