"""Recall, embargo and registered letter of a decision, the quality of who signs, the studio and its scenarios. Decisions that exist were
never to be recalled."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0004_consent"),
        ("calls", "0002_evaluation"),
        ("decisions", "0001_initial"),
        ("directory", "0003_mail_domain"),
        ("edsh_portal", "0002_not_before"),
        ("funding", "0002_award"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RegisteredLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20)),
                ("posted_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("received_on", models.DateField(null=True)),
            ],
            options={
                "verbose_name": "lettre recommandée",
                "verbose_name_plural": "lettres recommandées",
            },
        ),
        migrations.AddField(
            model_name="decision",
            name="recall_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="recalled",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="decision",
            name="release_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="release_planned_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recalled", False),
                    models.Q(
                        ("document__isnull", True),
                        ("revoked_at__lt", models.F("recall_until")),
                        ("revoked_by", models.F("approved_by")),
                        ("state", "revoked"),
                    ),
                    _connector="OR",
                ),
                name="decision_recalled",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rendered_at__isnull", True),
                    ("recall_until__isnull", True),
                    ("rendered_at__gte", models.F("recall_until")),
                    _connector="OR",
                ),
                name="decision_recall_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("release_at__isnull", True), ("release_planned_by__isnull", True)),
                    models.Q(
                        ("release_at__isnull", False),
                        ("release_planned_by__isnull", False),
                        ("rendered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="decision_release_planned",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("release_at__isnull", True),
                    ("released_at__isnull", True),
                    ("released_at__gte", models.F("release_at")),
                    _connector="OR",
                ),
                name="decision_embargo",
            ),
        ),
        migrations.AddField(
            model_name="registeredletter",
            name="decision",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="registered_letter", to="decisions.decision"
            ),
        ),
        migrations.AddField(
            model_name="registeredletter",
            name="posted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="registeredletter",
            name="received_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredletter",
            constraint=models.UniqueConstraint(fields=("number",), name="registered_letter_number"),
        ),
        migrations.AddConstraint(
            model_name="registeredletter",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", "")), name="registered_letter_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredletter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("received_by__isnull", True), ("received_on__isnull", True)),
                    models.Q(
                        ("received_by__isnull", False),
                        ("received_on__gte", models.F("posted_on")),
                        ("received_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="registered_letter_received",
            ),
        ),
        migrations.AddField(
            model_name="signaturedelegation",
            name="quality",
            field=models.CharField(default="", max_length=160),
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                ("cut", models.PositiveSmallIntegerField(verbose_name="dossiers au-dessus de la coupure")),
                ("shared", models.BooleanField(default=False, verbose_name="partagé")),
                ("made_at", models.DateTimeField()),
                ("frozen_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "frozen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="scenarios", to="calls.wave"
                    ),
                ),
            ],
            options={
                "verbose_name": "scénario",
                "verbose_name_plural": "scénarios",
            },
        ),
        migrations.CreateModel(
            name="ScenarioAside",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(verbose_name="motif")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.application"
                    ),
                ),
                (
                    "scenario",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="asides", to="decisions.scenario"
                    ),
                ),
            ],
            options={
                "verbose_name": "dossier écarté d’un scénario",
                "verbose_name_plural": "dossiers écartés d’un scénario",
            },
        ),
        migrations.CreateModel(
            name="ScenarioComment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("body", models.TextField(verbose_name="commentaire")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "scenario",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="decisions.scenario"
                    ),
                ),
            ],
            options={
                "verbose_name": "commentaire d’un scénario",
                "verbose_name_plural": "commentaires d’un scénario",
            },
        ),
        migrations.CreateModel(
            name="ScenarioPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cents", models.BigIntegerField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.application"
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.establishment"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.line"),
                ),
                (
                    "scenario",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="decisions.scenario"
                    ),
                ),
            ],
            options={
                "verbose_name": "part d’un scénario",
                "verbose_name_plural": "parts d’un scénario",
            },
        ),
        migrations.CreateModel(
            name="ReserveCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("over", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("reason", models.TextField(verbose_name="motif")),
                (
                    "act",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reserve_calls",
                        to="applications.application",
                    ),
                ),
            ],
            options={
                "verbose_name": "appel hors de l’ordre",
                "verbose_name_plural": "appels hors de l’ordre",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="reserve_call_reasoned")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="scenario",
            constraint=models.UniqueConstraint(fields=("wave", "author", "name"), name="scenario_name"),
        ),
        migrations.AddConstraint(
            model_name="scenario",
            constraint=models.CheckConstraint(condition=models.Q(("name__gt", "")), name="scenario_named"),
        ),
        migrations.AddConstraint(
            model_name="scenario",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("frozen_at__isnull", True), ("frozen_by__isnull", True)),
                    models.Q(("frozen_at__isnull", False), ("frozen_by__isnull", False)),
                    _connector="OR",
                ),
                name="scenario_frozen",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenarioaside",
            constraint=models.UniqueConstraint(fields=("scenario", "application"), name="scenario_aside_once"),
        ),
        migrations.AddConstraint(
            model_name="scenarioaside",
            constraint=models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="scenario_aside_reasoned"),
        ),
        migrations.AddConstraint(
            model_name="scenariocomment",
            constraint=models.CheckConstraint(condition=models.Q(("body__gt", "")), name="scenario_comment_said"),
        ),
        migrations.AddConstraint(
            model_name="scenariopart",
            constraint=models.UniqueConstraint(
                fields=("scenario", "application", "establishment", "line"), name="scenario_part_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="scenariopart",
            constraint=models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="scenario_part_cents"),
        ),
    ]
