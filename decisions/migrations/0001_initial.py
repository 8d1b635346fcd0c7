"""Proposals, decisions and who signs them."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import FirstMigration


class Migration(FirstMigration):
    dependencies = [
        ("applications", "0001_initial"),
        ("directory", "0001_initial"),
        ("edsh_portal", "0001_initial"),
        ("funding", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DecisionCounter",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={"verbose_name": "compteur de décisions", "verbose_name_plural": "compteurs de décisions"},
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("award", "Attribution"),
                            ("refusal", "Rejet"),
                            ("ineligible", "Irrecevabilité ou inéligibilité"),
                        ],
                        max_length=10,
                    ),
                ),
                ("cents", models.BigIntegerField(default=0)),
                ("motive", models.TextField(verbose_name="motif")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposée"),
                            ("approved", "Approuvée"),
                            ("returned", "Renvoyée"),
                            ("taken_back", "Reprise"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, verbose_name="motif du renvoi")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="applications.application",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "proposition de décision",
                "verbose_name_plural": "propositions de décisions",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")), fields=("application",), name="proposal_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "taken_back"),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cents__gt", 0), ("kind", "award")),
                            models.Q(models.Q(("kind", "award"), _negated=True), ("cents", 0)),
                            _connector="OR",
                        ),
                        name="proposal_cents",
                    ),
                    models.CheckConstraint(condition=models.Q(("motive__gt", "")), name="proposal_reasoned"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "returned"), _negated=True), ("reason__gt", ""), _connector="OR"
                        ),
                        name="proposal_returned_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=12, unique=True)),
                ("year", models.PositiveSmallIntegerField()),
                ("rank", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("award", "Attribution"),
                            ("refusal", "Rejet"),
                            ("ineligible", "Irrecevabilité ou inéligibilité"),
                        ],
                        max_length=10,
                    ),
                ),
                ("cents", models.BigIntegerField(default=0)),
                ("snapshot", models.JSONField()),
                ("snapshot_sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("approved", "Approuvée"),
                            ("rendered", "Scellée"),
                            ("released", "Publiée"),
                            ("notified", "Notifiée"),
                            ("revoked", "Retirée"),
                        ],
                        default="approved",
                        max_length=10,
                    ),
                ),
                ("approved_at", models.DateTimeField()),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("rendered_at", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("notified_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_reason", models.TextField(blank=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="applications.application",
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="edsh_portal.document",
                    ),
                ),
                (
                    "grant",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="funding.grant",
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decision", to="decisions.proposal"
                    ),
                ),
            ],
            options={
                "verbose_name": "décision",
                "verbose_name_plural": "décisions",
                "indexes": [
                    models.Index(fields=["state"], name="decision_state"),
                    models.Index(fields=["sha256"], name="decision_sha256"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("number"), "gin_trgm_ops"
                        ),
                        name="decision_words",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "rank"), name="decision_rank"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "revoked"), _negated=True),
                        fields=("application",),
                        name="decision_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cents__gt", 0), ("grant__isnull", False), ("kind", "award")),
                            models.Q(models.Q(("kind", "award"), _negated=True), ("cents", 0), ("grant__isnull", True)),
                            _connector="OR",
                        ),
                        name="decision_grant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("document__isnull", True),
                                ("rendered_at__isnull", True),
                                ("sha256", ""),
                                ("state", "approved"),
                            ),
                            ("state", "revoked"),
                            models.Q(
                                models.Q(("state", "approved"), _negated=True),
                                ("document__isnull", False),
                                ("rendered_at__isnull", False),
                                ("sha256__gt", ""),
                            ),
                            _connector="OR",
                        ),
                        name="decision_rendered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("released_at__isnull", True),
                                ("released_by__isnull", True),
                                ("state__in", ("approved", "rendered")),
                            ),
                            ("state", "revoked"),
                            models.Q(
                                ("released_at__isnull", False),
                                ("released_by__isnull", False),
                                ("state__in", ("released", "notified")),
                            ),
                            _connector="OR",
                        ),
                        name="decision_released",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("notified_at__isnull", False), ("state", "notified")),
                            ("state", "revoked"),
                            models.Q(
                                models.Q(("state__in", ("notified", "revoked")), _negated=True),
                                ("notified_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="decision_notified",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("revoked_at__isnull", False),
                                ("revoked_by__isnull", False),
                                ("revoked_reason__gt", ""),
                                ("state", "revoked"),
                            ),
                            models.Q(
                                models.Q(("state", "revoked"), _negated=True),
                                ("revoked_at__isnull", True),
                                ("revoked_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="decision_revoked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProposalShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cents", models.BigIntegerField()),
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
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="decisions.proposal"
                    ),
                ),
            ],
            options={
                "verbose_name": "part proposée",
                "verbose_name_plural": "parts proposées",
                "constraints": [
                    models.UniqueConstraint(fields=("proposal", "establishment", "line"), name="proposal_share_once"),
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="proposal_share_cents"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("decision", "Décision"), ("revocation", "Retrait")], default="decision", max_length=12
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("deposited_at", models.DateTimeField()),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notifications",
                        to="decisions.decision",
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "constraints": [models.UniqueConstraint(fields=("decision", "kind"), name="notification_once")],
            },
        ),
        migrations.CreateModel(
            name="NotificationOpening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField()),
                (
                    "notification",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="opening", to="decisions.notification"
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
                "verbose_name": "ouverture d’une notification",
                "verbose_name_plural": "ouvertures de notifications",
            },
        ),
        migrations.CreateModel(
            name="SignatureDelegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=200)),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "act",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
                    ),
                ),
                (
                    "end_act",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signature_delegations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "délégation de la signature de l’État",
                "verbose_name_plural": "délégations de la signature de l’État",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("source__gt", "")), name="signature_delegation_source"),
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))), name="signature_delegation_days"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_act__isnull", True), ("ended_at__isnull", True)),
                            models.Q(("end_act__isnull", False), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="signature_delegation_ended",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        expressions=[
                            (
                                models.Func(
                                    "first_on",
                                    "last_on",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(True, True),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                            ("holder", "="),
                        ],
                        name="signature_delegation_once",
                    ),
                ],
            },
        ),
    ]
