"""Studio, recall, release at an hour, letters by post, procedures, remedies."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0004_consent"),
        ("calls", "0003_award"),
        ("decisions", "0001_initial"),
        ("directory", "0003_mail_domain"),
        ("edsh_portal", "0002_proof"),
        ("funding", "0003_closing_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Procedure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("revocation", "Retrait d’une décision"),
                            ("recovery", "Reversement"),
                            ("exclusion", "Exclusion d’un membre"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ground", models.CharField(max_length=10)),
                ("motives", models.CharField(max_length=4000)),
                ("cents", models.BigIntegerField(null=True)),
                ("days", models.PositiveSmallIntegerField()),
                ("opened_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Observations attendues"),
                            ("observed", "Observations à examiner"),
                            ("answered", "Observations examinées"),
                            ("dropped", "Classée sans suite"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("observations", models.CharField(blank=True, default="", max_length=8000)),
                ("asks_hearing", models.BooleanField(default=False)),
                ("observed_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, default="", max_length=4000)),
                ("heard_on", models.DateField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "procédure contradictoire",
                "verbose_name_plural": "procédures contradictoires",
            },
        ),
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
        migrations.CreateModel(
            name="Remedy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("gracious", "Recours gracieux"),
                            ("superior", "Recours hiérarchique"),
                            ("litigation", "Recours contentieux"),
                        ],
                        max_length=10,
                    ),
                ),
                ("author", models.CharField(max_length=160)),
                ("received_on", models.DateField()),
                ("reference", models.CharField(blank=True, default="", max_length=60)),
                ("court", models.CharField(blank=True, default="", max_length=120)),
                ("text", models.CharField(max_length=8000)),
                ("notified_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "À examiner"),
                            ("accepted", "Accueilli"),
                            ("rejected", "Rejeté"),
                            ("withdrawn", "Désistement"),
                        ],
                        default="received",
                        max_length=10,
                    ),
                ),
                ("motives", models.CharField(blank=True, default="", max_length=4000)),
                ("ended_on", models.DateField(null=True)),
            ],
            options={
                "verbose_name": "recours",
                "verbose_name_plural": "recours",
            },
        ),
        migrations.CreateModel(
            name="ReserveCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("over", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("reason", models.TextField(verbose_name="motif")),
            ],
            options={
                "verbose_name": "appel hors de l’ordre",
                "verbose_name_plural": "appels hors de l’ordre",
            },
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
            ],
            options={
                "verbose_name": "part d’un scénario",
                "verbose_name_plural": "parts d’un scénario",
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
        migrations.AddField(
            model_name="signaturedelegation",
            name="quality",
            field=models.CharField(default="", max_length=160),
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
            model_name="procedure",
            name="amendment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="procedures",
                to="funding.amendment",
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="answered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="procedures", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="convention",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="procedures",
                to="funding.convention",
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="decision",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="procedures",
                to="decisions.decision",
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="document",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="establishment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.establishment"
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="letter",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="observed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="procedure",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="registeredletter",
            name="decision",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="registered_letter",
                to="decisions.decision",
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
            name="procedure",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="registered_letter",
                to="decisions.procedure",
            ),
        ),
        migrations.AddField(
            model_name="registeredletter",
            name="received_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="remedy",
            name="act",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
            ),
        ),
        migrations.AddField(
            model_name="remedy",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="remedies", to="decisions.decision"
            ),
        ),
        migrations.AddField(
            model_name="remedy",
            name="document",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
            ),
        ),
        migrations.AddField(
            model_name="remedy",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="remedy",
            name="establishment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.establishment"
            ),
        ),
        migrations.AddField(
            model_name="remedy",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reservecall",
            name="act",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
            ),
        ),
        migrations.AddField(
            model_name="reservecall",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reserve_calls", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="scenario",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="scenario",
            name="frozen_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="scenario",
            name="wave",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="scenarios", to="calls.wave"
            ),
        ),
        migrations.AddField(
            model_name="scenarioaside",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="scenarioaside",
            name="scenario",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="asides", to="decisions.scenario"
            ),
        ),
        migrations.AddField(
            model_name="scenariocomment",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="scenariocomment",
            name="scenario",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="decisions.scenario"
            ),
        ),
        migrations.AddField(
            model_name="scenariopart",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="scenariopart",
            name="establishment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.establishment"
            ),
        ),
        migrations.AddField(
            model_name="scenariopart",
            name="line",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funding.line"),
        ),
        migrations.AddField(
            model_name="scenariopart",
            name="scenario",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="decisions.scenario"
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("open", "observed"))),
                fields=("decision",),
                name="procedure_decision_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("open", "observed"))),
                fields=("convention",),
                name="procedure_convention_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("open", "observed"))),
                fields=("amendment",),
                name="procedure_amendment_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cents__isnull", True),
                        ("convention__isnull", True),
                        ("decision__isnull", False),
                        ("kind", "revocation"),
                        ("amendment__isnull", True),
                    ),
                    models.Q(
                        ("cents__gt", 0),
                        ("convention__isnull", False),
                        ("decision__isnull", True),
                        ("kind", "recovery"),
                        ("amendment__isnull", True),
                    ),
                    models.Q(
                        ("cents__isnull", True),
                        ("convention__isnull", True),
                        ("decision__isnull", True),
                        ("kind", "exclusion"),
                        ("amendment__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="procedure_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(("ground__gt", ""), ("motives__gt", "")), name="procedure_reasoned"
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("days__gte", 15),
                    models.Q(
                        ("closes_at__isnull", True),
                        (
                            "closes_at__gt",
                            django.db.models.expressions.CombinedExpression(
                                models.F("opened_at"), "+", models.Value(datetime.timedelta(days=15))
                            ),
                        ),
                        _connector="OR",
                    ),
                ),
                name="procedure_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("document__isnull", True),
                        ("observations", ""),
                        ("observed_at__isnull", True),
                        ("observed_by__isnull", True),
                        ("asks_hearing", False),
                    ),
                    models.Q(("observations__gt", ""), ("observed_at__isnull", False), ("observed_by__isnull", False)),
                    _connector="OR",
                ),
                name="procedure_observed",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("observed_at__isnull", True), ("state", "open")),
                    models.Q(("answered_at__isnull", True), ("observed_at__isnull", False), ("state", "observed")),
                    models.Q(("answered_at__isnull", False), ("observed_at__isnull", False), ("state", "answered")),
                    models.Q(("answered_at__isnull", False), ("state", "dropped")),
                    _connector="OR",
                ),
                name="procedure_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", ""),
                        ("answered_at__isnull", True),
                        ("answered_by__isnull", True),
                        ("heard_on__isnull", True),
                    ),
                    models.Q(("answer__gt", ""), ("answered_at__isnull", False), ("answered_by__isnull", False)),
                    _connector="OR",
                ),
                name="procedure_answered",
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
                    models.Q(("decision__isnull", False), ("procedure__isnull", True)),
                    models.Q(("decision__isnull", True), ("procedure__isnull", False)),
                    _connector="OR",
                ),
                name="registered_letter_of",
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
        migrations.AddIndex(
            model_name="remedy",
            index=models.Index(fields=["state", "received_on"], name="remedy_state"),
        ),
        migrations.AddConstraint(
            model_name="remedy",
            constraint=models.CheckConstraint(
                condition=models.Q(("author__gt", ""), ("text__gt", "")), name="remedy_said"
            ),
        ),
        migrations.AddConstraint(
            model_name="remedy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(models.Q(("kind", "litigation"), _negated=True), ("court", "")),
                    models.Q(("court__gt", ""), ("kind", "litigation"), ("reference__gt", "")),
                    _connector="OR",
                ),
                name="remedy_court",
            ),
        ),
        migrations.AddConstraint(
            model_name="remedy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_by__isnull", True), ("ended_on__isnull", True), ("motives", ""), ("state", "received")
                    ),
                    models.Q(
                        ("ended_on__isnull", False),
                        ("motives__gt", ""),
                        ("state__in", ("accepted", "rejected", "withdrawn")),
                        ("ended_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="remedy_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="remedy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act__isnull", True), ("state__in", ("received", "withdrawn"))),
                    models.Q(("act__isnull", True), ("kind", "litigation"), ("state__in", ("accepted", "rejected"))),
                    models.Q(
                        ("act__isnull", False),
                        ("state__in", ("accepted", "rejected")),
                        models.Q(("kind", "litigation"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="remedy_act",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservecall",
            constraint=models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="reserve_call_reasoned"),
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
