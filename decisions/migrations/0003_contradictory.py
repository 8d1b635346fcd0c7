"""What comes before an act against somebody (its contradictory procedure), and after a decision (its remedies)."""

import datetime

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0004_consent"),
        ("decisions", "0002_award"),
        ("directory", "0003_mail_domain"),
        ("edsh_portal", "0002_not_before"),
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
                        choices=[("revocation", "Retrait d’une décision"), ("recovery", "Reversement")], max_length=10
                    ),
                ),
                ("ground", models.CharField(max_length=10)),
                ("motives", models.CharField(max_length=4000)),
                ("cents", models.BigIntegerField(null=True)),
                ("days", models.PositiveSmallIntegerField()),
                ("opened_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
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
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="procedures",
                        to="applications.application",
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="procedures",
                        to="funding.convention",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="procedures",
                        to="decisions.decision",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="edsh_portal.document",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.establishment"
                    ),
                ),
                (
                    "observed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "verbose_name": "procédure contradictoire",
                "verbose_name_plural": "procédures contradictoires",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("open", "observed"))),
                        fields=("decision",),
                        name="procedure_decision_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("open", "observed"))),
                        fields=("convention",),
                        name="procedure_convention_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cents__isnull", True),
                                ("convention__isnull", True),
                                ("decision__isnull", False),
                                ("kind", "revocation"),
                            ),
                            models.Q(
                                ("cents__gt", 0),
                                ("convention__isnull", False),
                                ("decision__isnull", True),
                                ("kind", "recovery"),
                            ),
                            _connector="OR",
                        ),
                        name="procedure_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ground__gt", ""), ("motives__gt", "")), name="procedure_reasoned"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "closes_at__gt",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("opened_at"), "+", models.Value(datetime.timedelta(days=15))
                                ),
                            ),
                            ("days__gte", 15),
                        ),
                        name="procedure_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("document__isnull", True),
                                ("observations", ""),
                                ("observed_at__isnull", True),
                                ("observed_by__isnull", True),
                                ("asks_hearing", False),
                            ),
                            models.Q(
                                ("observations__gt", ""), ("observed_at__isnull", False), ("observed_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="procedure_observed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("observed_at__isnull", True), ("state", "open")),
                            models.Q(
                                ("answered_at__isnull", True), ("observed_at__isnull", False), ("state", "observed")
                            ),
                            models.Q(
                                ("answered_at__isnull", False), ("observed_at__isnull", False), ("state", "answered")
                            ),
                            models.Q(("answered_at__isnull", False), ("state", "dropped")),
                            _connector="OR",
                        ),
                        name="procedure_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                                ("heard_on__isnull", True),
                            ),
                            models.Q(
                                ("answer__gt", ""), ("answered_at__isnull", False), ("answered_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="procedure_answered",
                    ),
                ],
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
                (
                    "act",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="remedies", to="decisions.decision"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="edsh_portal.document",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.establishment",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "recours",
                "verbose_name_plural": "recours",
                "indexes": [models.Index(fields=["state", "received_on"], name="remedy_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("author__gt", ""), ("text__gt", "")), name="remedy_said"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(models.Q(("kind", "litigation"), _negated=True), ("court", "")),
                            models.Q(("court__gt", ""), ("kind", "litigation"), ("reference__gt", "")),
                            _connector="OR",
                        ),
                        name="remedy_court",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_by__isnull", True),
                                ("ended_on__isnull", True),
                                ("motives", ""),
                                ("state", "received"),
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("act__isnull", True), ("state__in", ("received", "withdrawn"))),
                            models.Q(
                                ("act__isnull", True), ("kind", "litigation"), ("state__in", ("accepted", "rejected"))
                            ),
                            models.Q(
                                ("act__isnull", False),
                                ("state__in", ("accepted", "rejected")),
                                models.Q(("kind", "litigation"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="remedy_act",
                    ),
                ],
            },
        ),
    ]
