"""Assignments, reports, sessions and rankings."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import FirstMigration


class Migration(FirstMigration):
    dependencies = [
        ("applications", "0001_initial"),
        ("calls", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("assigned", "À déclarer"),
                            ("declared", "Ouverte"),
                            ("recused", "Déport"),
                            ("suspended", "Suspendue"),
                        ],
                        default="assigned",
                        max_length=10,
                    ),
                ),
                ("assigned_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(verbose_name="évaluation attendue le")),
                ("statement", models.TextField(blank=True, verbose_name="déclaration d’intérêts")),
                ("confidentiality", models.BooleanField(default=False, verbose_name="engagement de confidentialité")),
                ("declared_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, verbose_name="motif du déport")),
                ("fact", models.CharField(blank=True, max_length=400, verbose_name="fait relevé")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="applications.application",
                    ),
                ),
                (
                    "assigned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "affectation d’expert",
                "verbose_name_plural": "affectations d’experts",
                "indexes": [models.Index(fields=["expert", "state"], name="assignment_expert_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("assigned", "declared"))),
                        fields=("application", "expert"),
                        name="assignment_live_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expert", models.F("assigned_by")), _negated=True),
                        name="assignment_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("assigned_at"))), name="assignment_due_at"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declared"), _negated=True),
                            models.Q(("confidentiality", True), ("declared_at__isnull", False), ("statement__gt", "")),
                            _connector="OR",
                        ),
                        name="assignment_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state__in", ("assigned", "declared"))),
                            models.Q(
                                models.Q(("state__in", ("assigned", "declared")), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="assignment_ended_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "recused"), _negated=True), ("reason__gt", ""), _connector="OR"
                        ),
                        name="assignment_recused_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "suspended"), _negated=True), ("fact__gt", ""), _connector="OR"
                        ),
                        name="assignment_suspended_fact",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField()),
                ("value", models.PositiveSmallIntegerField(null=True, verbose_name="note indicative")),
                ("text", models.TextField(verbose_name="avis")),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="applications.application",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.criterion"
                    ),
                ),
            ],
            options={
                "verbose_name": "avis du Health Data Hub",
                "verbose_name_plural": "avis du Health Data Hub",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "version"), name="opinion_version"),
                    models.CheckConstraint(condition=models.Q(("text__gt", "")), name="opinion_text"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(choices=[("open", "Ouverte"), ("closed", "Close")], default="open", max_length=10),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("minutes", models.TextField(blank=True, verbose_name="relevé de délibération")),
                (
                    "chair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "wave",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="session", to="calls.wave"
                    ),
                ),
            ],
            options={
                "verbose_name": "session du jury",
                "verbose_name_plural": "sessions du jury",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open")),
                            models.Q(("closed_at__isnull", False), ("minutes__gt", ""), ("state", "closed")),
                            _connector="OR",
                        ),
                        name="session_closed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "En cours"), ("locked", "Verrouillée")], default="draft", max_length=10
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField(null=True)),
                ("locked_at", models.DateTimeField(null=True)),
                (
                    "assignment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="review", to="reviews.assignment"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="applications.version"
                    ),
                ),
            ],
            options={
                "verbose_name": "évaluation",
                "verbose_name_plural": "évaluations",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("locked_at__isnull", True), ("state", "draft")),
                            models.Q(("locked_at__isnull", False), ("state", "locked")),
                            _connector="OR",
                        ),
                        name="review_locked_at",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewerPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "assignment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="link", to="reviews.assignment"
                    ),
                ),
                (
                    "content_object",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="applications.application"),
                ),
                ("permission", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "accès d’un expert à un dossier",
                "verbose_name_plural": "accès d’experts à des dossiers",
                "abstract": False,
                "unique_together": {("user", "permission", "content_object")},
            },
        ),
        migrations.CreateModel(
            name="RankingLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveSmallIntegerField()),
                ("score_num", models.BigIntegerField()),
                ("score_den", models.BigIntegerField()),
                ("review_count", models.PositiveSmallIntegerField()),
                ("decided_by", models.CharField(blank=True, max_length=10)),
                ("below_floor", models.CharField(blank=True, max_length=80)),
                ("divergence", models.CharField(blank=True, max_length=80)),
                ("coverage_gain", models.PositiveIntegerField(default=0)),
                ("requested_cents", models.BigIntegerField()),
                ("vote", models.PositiveSmallIntegerField(null=True)),
                ("vote_reason", models.TextField(blank=True)),
                (
                    "list",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("main", "Liste principale"),
                            ("reserve", "Liste complémentaire"),
                            ("not_selected", "Non retenu"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="motif")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rankings",
                        to="applications.application",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="reviews.session"
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne du classement",
                "verbose_name_plural": "lignes du classement",
                "indexes": [models.Index(fields=["session", "rank"], name="ranking_session_rank")],
                "constraints": [
                    models.UniqueConstraint(fields=("application",), name="ranking_once"),
                    models.CheckConstraint(
                        condition=models.Q(("score_den__gt", 0), ("score_num__gte", 0)), name="ranking_score_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "score_num__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("score_den"), "*", models.Value(100)
                                ),
                            )
                        ),
                        name="ranking_score_of_100",
                    ),
                    models.CheckConstraint(condition=models.Q(("rank__gte", 1)), name="ranking_rank"),
                    models.CheckConstraint(condition=models.Q(("requested_cents__gte", 0)), name="ranking_requested"),
                    models.CheckConstraint(
                        condition=models.Q(("below_floor", ""), ("list__in", ("", "not_selected")), _connector="OR"),
                        name="ranking_floor_eliminates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("vote__isnull", True), ("vote_reason__gt", ""), _connector="OR"),
                        name="ranking_vote_reasoned",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.PositiveSmallIntegerField(null=True)),
                ("comment", models.TextField(blank=True)),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.criterion"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="scores", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "constraints": [models.UniqueConstraint(fields=("review", "criterion"), name="score_once")],
            },
        ),
    ]
