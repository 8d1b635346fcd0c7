"""What amendments change of the consortium of an award, and who signs without a convention; CP that the forecast foresees to lack, and the
day's look at it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("calls", "0003_award"),
        ("directory", "0003_mail_domain"),
        ("edsh_portal", "0003_proof"),
        ("funding", "0004_life"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ForecastRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="forecast_runs", to="calls.call"
                    ),
                ),
            ],
            options={
                "verbose_name": "contrôle des crédits à venir",
                "verbose_name_plural": "contrôles des crédits à venir",
                "constraints": [models.UniqueConstraint(fields=("call", "day"), name="forecast_run_once")],
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
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shortages", to="funding.line"
                    ),
                ),
            ],
            options={
                "verbose_name": "manque de crédits prévu",
                "verbose_name_plural": "manques de crédits prévus",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("line", "year"),
                        name="shortage_one_at_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="shortage_cents"),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1), ("month__year", models.F("year"))), name="shortage_month"
                    ),
                ],
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
        migrations.AddField(
            model_name="amendment",
            name="establishment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.establishment"
            ),
        ),
        migrations.AddField(
            model_name="amendmentsignature",
            name="establishment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.establishment"
            ),
        ),
        migrations.AlterField(
            model_name="amendment",
            name="kind",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="amendmentsignature",
            name="convention",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendment_signatures",
                to="funding.convention",
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
    ]
