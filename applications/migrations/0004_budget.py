"""Work packages, the budget by work package, what was read of the financial annex."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0002_settings"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkPackage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="numéro")),
                ("title", models.CharField(max_length=160, verbose_name="titre")),
                ("summary", models.TextField(blank=True, verbose_name="résumé")),
                ("starts_month", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="premier mois")),
                ("ends_month", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="dernier mois")),
                ("order", models.PositiveSmallIntegerField(verbose_name="place dans la liste")),
            ],
            options={
                "ordering": ("order", "number"),
            },
        ),
        migrations.RemoveConstraint(
            model_name="budgetline",
            name="budget_cell",
        ),
        migrations.AddField(
            model_name="piece",
            name="annex",
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name="budgetline",
            name="category",
            field=models.CharField(
                choices=[
                    ("staff", "Personnel non permanent"),
                    ("permanent", "Personnel permanent"),
                    ("equipment", "Équipements"),
                    ("software", "Logiciels et licences"),
                    ("hosting", "Hébergement et cloud HDS"),
                    ("services", "Sous-traitance et prestations"),
                    ("training", "Formation"),
                    ("travel", "Missions"),
                    ("overhead", "Frais de gestion"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="workpackage",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="packages", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="workpackage",
            name="leader",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="leads",
                to="applications.membership",
            ),
        ),
        migrations.AddField(
            model_name="budgetline",
            name="work_package",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="applications.workpackage",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetline",
            constraint=models.UniqueConstraint(
                fields=("membership", "work_package", "category", "year"), name="budget_cell", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="workpackage",
            constraint=models.UniqueConstraint(fields=("application", "number"), name="package_number"),
        ),
        migrations.AddConstraint(
            model_name="workpackage",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="package_number_least"),
        ),
        migrations.AddConstraint(
            model_name="workpackage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("starts_month__isnull", True), ("starts_month__gte", 1), _connector="OR"),
                    models.Q(("ends_month__isnull", True), ("ends_month__gte", 1), _connector="OR"),
                    models.Q(
                        ("starts_month__isnull", True),
                        ("ends_month__isnull", True),
                        ("ends_month__gte", models.F("starts_month")),
                        _connector="OR",
                    ),
                ),
                name="package_months",
            ),
        ),
    ]
