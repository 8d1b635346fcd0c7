"""Profiles of experts, links they declare, undertakings they sign."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0002_experts"),
        ("reviews", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Profile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "skills",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
                ("capacity", models.PositiveSmallIntegerField(verbose_name="dossiers au plus par relève")),
                ("available_from", models.DateField(null=True, verbose_name="disponible à partir du")),
                ("available_until", models.DateField(null=True, verbose_name="disponible jusqu’au")),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), size=None),
                ),
                (
                    "civility",
                    models.CharField(
                        blank=True,
                        choices=[("woman", "Madame"), ("man", "Monsieur")],
                        max_length=5,
                        verbose_name="civilité",
                    ),
                ),
                ("written_at", models.DateTimeField()),
                (
                    "expert",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="profile", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "profil d’expertise",
                "verbose_name_plural": "profils d’expertise",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("capacity__gte", 1), ("capacity__lte", 60)), name="profile_capacity"
                    ),
                    models.CheckConstraint(condition=models.Q(("skills__len__gte", 1)), name="profile_skills"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("available_from__isnull", True),
                            ("available_until__isnull", True),
                            ("available_until__gte", models.F("available_from")),
                            _connector="OR",
                        ),
                        name="profile_availability",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tie",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("employer", "Emploi"),
                            ("research", "Collaboration scientifique ou industrielle"),
                            ("advice", "Conseil ou expertise rémunérés"),
                            ("board", "Mandat ou fonction dans une instance"),
                            ("money", "Intérêt financier"),
                            ("family", "Proche qui y travaille"),
                            ("other", "Autre lien"),
                        ],
                        max_length=8,
                        verbose_name="nature du lien",
                    ),
                ),
                ("body", models.CharField(max_length=200, verbose_name="organisme")),
                ("siren", models.CharField(blank=True, max_length=9, verbose_name="SIREN")),
                ("since_on", models.DateField(null=True, verbose_name="depuis le")),
                ("until_on", models.DateField(null=True, verbose_name="jusqu’au")),
                ("declared_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ties", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "lien d’intérêts déclaré",
                "verbose_name_plural": "liens d’intérêts déclarés",
                "indexes": [
                    models.Index(condition=models.Q(("withdrawn_at", None)), fields=["expert"], name="tie_standing")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("body__gt", "")), name="tie_body"),
                    models.CheckConstraint(
                        condition=models.Q(("siren", ""), ("siren__regex", "^[0-9]{9}$"), _connector="OR"),
                        name="tie_siren",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("since_on__isnull", True),
                            ("until_on__isnull", True),
                            ("until_on__gte", models.F("since_on")),
                            _connector="OR",
                        ),
                        name="tie_dates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Undertaking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(verbose_name="engagement")),
                ("signed_at", models.DateTimeField()),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undertakings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="undertakings", to="calls.wave"
                    ),
                ),
            ],
            options={
                "verbose_name": "engagement d’expertise",
                "verbose_name_plural": "engagements d’expertise",
                "constraints": [
                    models.UniqueConstraint(fields=("expert", "wave"), name="undertaking_once"),
                    models.CheckConstraint(condition=models.Q(("text__gt", "")), name="undertaking_text"),
                ],
            },
        ),
    ]
