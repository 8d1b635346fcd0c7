"""An amendment of an award, and who has signed it; a share that it has left with nothing (R82). A project begun, its delay, its lapse."""

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
    ]
