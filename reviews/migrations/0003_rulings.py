"""What the chair rules on weak links; assignments that wait for it, or that are declined."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0002_socle"),
        ("reviews", "0002_experts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=400), size=None),
                ),
                ("facts", models.TextField(verbose_name="faits relevés")),
                ("allowed", models.BooleanField(verbose_name="admise à évaluer")),
                ("reason", models.TextField(verbose_name="motif")),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "arbitrage d’un lien d’intérêts",
                "verbose_name_plural": "arbitrages de liens d’intérêts",
            },
        ),
        migrations.RemoveConstraint(
            model_name="assignment",
            name="assignment_live_once",
        ),
        migrations.RemoveConstraint(
            model_name="assignment",
            name="assignment_ended_at",
        ),
        migrations.AddField(
            model_name="assignment",
            name="cause",
            field=models.CharField(
                blank=True,
                choices=[
                    ("conflict", "J’ai un lien d’intérêts"),
                    ("load", "J’ai trop de dossiers, ou pas le temps"),
                    ("field", "Ce n’est pas mon domaine"),
                    ("other", "Une autre raison"),
                ],
                max_length=8,
                verbose_name="cause du refus",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="suggested",
            field=models.CharField(blank=True, max_length=160, verbose_name="personne suggérée"),
        ),
        migrations.AddField(
            model_name="assignment",
            name="waiting_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "À arbitrer"),
                    ("assigned", "À déclarer"),
                    ("declared", "Ouverte"),
                    ("recused", "Déport"),
                    ("suspended", "Suspendue"),
                    ("declined", "Déclinée"),
                ],
                default="assigned",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["waiting_at"], name="assignment_to_rule"
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("assigned", "declared", "waiting"))),
                fields=("application", "expert"),
                name="assignment_live_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ("assigned", "declared", "waiting"))),
                    models.Q(
                        models.Q(("state__in", ("assigned", "declared", "waiting")), _negated=True),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="assignment_ended_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fact__gt", ""), ("state", "waiting"), ("waiting_at__isnull", False)),
                    models.Q(
                        models.Q(("state", "waiting"), _negated=True),
                        models.Q(("waiting_at__isnull", True), ("state", "suspended"), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="assignment_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cause__in", ("load", "field")), ("state", "declined")),
                    models.Q(("cause", "other"), ("reason__gt", ""), ("state", "declined")),
                    models.Q(models.Q(("state", "declined"), _negated=True), ("cause__in", ("", "conflict"))),
                    _connector="OR",
                ),
                name="assignment_declined_cause",
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rulings", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="expert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rulings", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="ruling",
            index=models.Index(fields=["expert", "application"], name="ruling_pair"),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="ruling_reason"),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(condition=models.Q(("facts__gt", "")), name="ruling_facts"),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(("expert", models.F("by")), _negated=True), name="ruling_by_another"
            ),
        ),
    ]
