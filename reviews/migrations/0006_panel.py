"""What the scores leave unsure of a ranking, and what experts who diverge say to each other."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0002_socle"),
        ("calls", "0004_panel"),
        ("reviews", "0005_report"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Discussion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField()),
                ("found", models.CharField(max_length=80)),
                ("designated_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="discussion",
                        to="applications.application",
                    ),
                ),
                (
                    "rapporteur",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reviews.assignment",
                    ),
                ),
            ],
            options={
                "verbose_name": "discussion",
                "verbose_name_plural": "discussions",
            },
        ),
        migrations.CreateModel(
            name="Consensus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField()),
                ("text", models.TextField(verbose_name="synthèse")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.assignment"
                    ),
                ),
                (
                    "discussion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="reviews.discussion"
                    ),
                ),
            ],
            options={
                "verbose_name": "rapport de consensus",
                "verbose_name_plural": "rapports de consensus",
            },
        ),
        migrations.CreateModel(
            name="Panel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("seed", models.PositiveIntegerField()),
                ("inputs_sha256", models.CharField(max_length=64)),
                ("envelope_cents", models.BigIntegerField()),
                ("figures", models.JSONField()),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="panels", to="reviews.session"
                    ),
                ),
            ],
            options={
                "verbose_name": "classement attendu",
                "verbose_name_plural": "classements attendus",
            },
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agrees", models.BooleanField()),
                ("reason", models.TextField(blank=True, verbose_name="motif du désaccord")),
                ("at", models.DateTimeField()),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.assignment"
                    ),
                ),
                (
                    "consensus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="positions", to="reviews.consensus"
                    ),
                ),
            ],
            options={
                "verbose_name": "position sur le consensus",
                "verbose_name_plural": "positions sur le consensus",
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(verbose_name="message")),
                ("at", models.DateTimeField()),
                (
                    "assignment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reviews.assignment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "discussion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="remarks", to="reviews.discussion"
                    ),
                ),
            ],
            options={
                "verbose_name": "message de discussion",
                "verbose_name_plural": "messages de discussion",
            },
        ),
        migrations.CreateModel(
            name="ConsensusMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.PositiveSmallIntegerField()),
                (
                    "consensus",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="reviews.consensus"
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
                "verbose_name": "note de consensus",
                "verbose_name_plural": "notes de consensus",
                "constraints": [models.UniqueConstraint(fields=("consensus", "criterion"), name="consensus_mark_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="discussion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("designated_at__isnull", True), ("rapporteur__isnull", True)),
                    models.Q(("designated_at__isnull", False), ("rapporteur__isnull", False)),
                    _connector="OR",
                ),
                name="discussion_rapporteur",
            ),
        ),
        migrations.AddConstraint(
            model_name="discussion",
            constraint=models.CheckConstraint(condition=models.Q(("found__gt", "")), name="discussion_found"),
        ),
        migrations.AddConstraint(
            model_name="consensus",
            constraint=models.UniqueConstraint(fields=("discussion", "version"), name="consensus_version"),
        ),
        migrations.AddConstraint(
            model_name="consensus",
            constraint=models.CheckConstraint(condition=models.Q(("text__gt", "")), name="consensus_text"),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(condition=models.Q(("envelope_cents__gte", 0)), name="panel_envelope"),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(
                condition=models.Q(("inputs_sha256__regex", "^[0-9a-f]{64}$")), name="panel_inputs"
            ),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.UniqueConstraint(fields=("consensus", "assignment"), name="position_once"),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.CheckConstraint(
                condition=models.Q(("agrees", True), ("reason__gt", ""), _connector="OR"), name="position_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=models.CheckConstraint(condition=models.Q(("text__gt", "")), name="remark_text"),
        ),
    ]
