"""The depth of a dossier: warehouses and mesh, common core, governance, indicators, milestones; and the 51 items of the core."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from applications.reference import socle_rows


def load_socle(apps, schema_editor):
    """The items of the first version; a later version comes with a later migration."""
    noun = apps.get_model("applications", "SocleItem")
    noun.objects.bulk_create(noun(**row) for row in socle_rows("20230915"))


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0007_budget"),
    ]

    operations = [
        migrations.CreateModel(
            name="Deliverable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="mois")),
                ("title", models.CharField(max_length=160, verbose_name="titre")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("report", "Rapport"),
                            ("data", "Jeu de données"),
                            ("software", "Logiciel"),
                            ("service", "Service en production"),
                            ("other", "Autre"),
                        ],
                        max_length=8,
                        verbose_name="nature",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FunctionPlacement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "function",
                    models.CharField(
                        choices=[
                            ("collect", "Collecte"),
                            ("quality", "Mise en qualité"),
                            ("standards", "Standardisation"),
                            ("hosting", "Hébergement"),
                            ("access", "Mise à disposition"),
                            ("governance", "Gouvernance et comité scientifique et éthique"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("local", "Local"), ("shared", "Mutualisé ou thématique"), ("national", "National")],
                        max_length=8,
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="pourquoi à cet échelon")),
                ("why_not_lower", models.TextField(blank=True, verbose_name="pourquoi pas à un échelon plus proche")),
            ],
        ),
        migrations.CreateModel(
            name="Governance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cse_exists",
                    models.BooleanField(blank=True, null=True, verbose_name="comité scientifique et éthique"),
                ),
                ("cse_women", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="femmes")),
                ("cse_men", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="hommes")),
                ("cse_chair", models.CharField(blank=True, max_length=160, verbose_name="présidence")),
                ("cse_evidence", models.SlugField(blank=True, max_length=40)),
                (
                    "transparency_url",
                    models.URLField(blank=True, max_length=300, verbose_name="portail de transparence"),
                ),
                ("transparency_evidence", models.SlugField(blank=True, max_length=40)),
                ("cnil", models.CharField(blank=True, max_length=300, verbose_name="situation au regard de la CNIL")),
                ("cnil_evidence", models.SlugField(blank=True, max_length=40)),
                (
                    "dpo_contact",
                    models.EmailField(blank=True, max_length=254, verbose_name="délégué à la protection des données"),
                ),
                ("dpo_evidence", models.SlugField(blank=True, max_length=40)),
                (
                    "hds_host",
                    models.CharField(blank=True, max_length=160, verbose_name="hébergeur de données de santé"),
                ),
                ("hds_evidence", models.SlugField(blank=True, max_length=40)),
                ("charter", models.BooleanField(blank=True, null=True, verbose_name="charte d’accès aux données")),
                ("charter_evidence", models.SlugField(blank=True, max_length=40)),
                (
                    "access_days",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="délai d’accès, en jours"),
                ),
                ("access_evidence", models.SlugField(blank=True, max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="Indicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("medical", "Avancées médicales et scientifiques"),
                            ("personalised", "Médecine personnalisée"),
                            ("epidemiology", "Épidémiologie"),
                            ("public_health", "Santé publique"),
                            ("performance", "Performance du système de santé"),
                        ],
                        max_length=14,
                        verbose_name="bénéfice mesuré",
                    ),
                ),
                ("label", models.CharField(max_length=160, verbose_name="indicateur")),
                ("unit", models.CharField(blank=True, max_length=40, verbose_name="unité")),
                (
                    "baseline",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="valeur de départ"
                    ),
                ),
                (
                    "target",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="cible"),
                ),
                ("target_on", models.DateField(blank=True, null=True, verbose_name="date de la cible")),
            ],
        ),
        migrations.CreateModel(
            name="Matching",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("snds", "Base principale du SNDS (Cnam)"), ("cohort", "Cohorte de recherche")],
                        max_length=6,
                        verbose_name="nature",
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="nom")),
                (
                    "procedure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mr001", "Méthodologie de référence MR-001"),
                            ("mr003", "Méthodologie de référence MR-003"),
                            ("mr004", "Méthodologie de référence MR-004"),
                            ("mr005", "Méthodologie de référence MR-005"),
                            ("mr006", "Méthodologie de référence MR-006"),
                            ("authorisation", "Autorisation de la CNIL"),
                            ("undecided", "Pas encore arrêtée"),
                        ],
                        max_length=13,
                        verbose_name="procédure",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="mois")),
                ("title", models.CharField(max_length=160, verbose_name="titre")),
                ("evidence", models.CharField(blank=True, max_length=300, verbose_name="preuve")),
            ],
        ),
        migrations.CreateModel(
            name="SocleItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=8)),
                ("order", models.PositiveSmallIntegerField()),
                ("number", models.CharField(max_length=8)),
                ("domain", models.CharField(max_length=60)),
                ("subdomain", models.CharField(blank=True, max_length=60)),
                ("lot", models.PositiveSmallIntegerField()),
                ("label", models.CharField(max_length=120)),
                ("definition", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="SocleState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "now",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_collected", "Non collecté"),
                            ("raw", "Brut"),
                            ("structured", "Structuré"),
                            ("omop", "Standardisé OMOP"),
                            ("fhir", "Exposé en FHIR"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_collected", "Non collecté"),
                            ("raw", "Brut"),
                            ("structured", "Structuré"),
                            ("omop", "Standardisé OMOP"),
                            ("fhir", "Exposé en FHIR"),
                        ],
                        max_length=13,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Warehouse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="nom")),
                ("site", models.CharField(blank=True, max_length=160, verbose_name="site")),
                ("site_finess", models.CharField(blank=True, max_length=9, verbose_name="FINESS du site")),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[("local", "Local"), ("shared", "Mutualisé ou thématique"), ("national", "National")],
                        max_length=8,
                        verbose_name="échelon",
                    ),
                ),
                ("host", models.CharField(blank=True, max_length=160, verbose_name="hébergeur")),
                ("hds_certified", models.BooleanField(blank=True, null=True, verbose_name="hébergeur certifié HDS")),
                ("hds_number", models.CharField(blank=True, max_length=60, verbose_name="numéro du certificat HDS")),
                (
                    "cnil_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("authorised", "Autorisé par la CNIL"),
                            ("conforms", "Conforme au référentiel"),
                            ("in_progress", "Démarche en cours"),
                            ("not_begun", "Démarche non commencée"),
                        ],
                        max_length=11,
                        verbose_name="situation CNIL",
                    ),
                ),
                ("cnil_number", models.CharField(blank=True, max_length=60, verbose_name="numéro CNIL")),
                ("cnil_on", models.DateField(blank=True, null=True, verbose_name="date CNIL")),
                (
                    "snds_main",
                    models.BooleanField(blank=True, null=True, verbose_name="apparié à la base principale du SNDS"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="researchproject",
            name="outcomes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("medical", "Avancées médicales et scientifiques"),
                        ("personalised", "Médecine personnalisée"),
                        ("epidemiology", "Épidémiologie"),
                        ("public_health", "Santé publique"),
                        ("performance", "Performance du système de santé"),
                    ],
                    max_length=14,
                ),
                blank=True,
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="researchproject",
            name="procedure",
            field=models.CharField(
                blank=True,
                choices=[
                    ("mr001", "Méthodologie de référence MR-001"),
                    ("mr003", "Méthodologie de référence MR-003"),
                    ("mr004", "Méthodologie de référence MR-004"),
                    ("mr005", "Méthodologie de référence MR-005"),
                    ("mr006", "Méthodologie de référence MR-006"),
                    ("authorisation", "Autorisation de la CNIL"),
                    ("undecided", "Pas encore arrêtée"),
                ],
                max_length=13,
                verbose_name="procédure réglementaire",
            ),
        ),
        migrations.AddField(
            model_name="researchproject",
            name="starts_on",
            field=models.DateField(blank=True, null=True, verbose_name="début"),
        ),
        migrations.AddConstraint(
            model_name="researchproject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outcomes__contained_by",
                        ["medical", "personalised", "epidemiology", "public_health", "performance"],
                    )
                ),
                name="project_outcomes",
            ),
        ),
        migrations.AddConstraint(
            model_name="researchproject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("procedure__in", ["", "mr001", "mr003", "mr004", "mr005", "mr006", "authorisation", "undecided"])
                ),
                name="project_procedure",
            ),
        ),
        migrations.AddField(
            model_name="deliverable",
            name="work_package",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="deliverables", to="applications.workpackage"
            ),
        ),
        migrations.AddField(
            model_name="functionplacement",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="functions", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="governance",
            name="application",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="governance", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="indicators",
                to="applications.researchproject",
            ),
        ),
        migrations.AddField(
            model_name="matching",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="matchings", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="milestone",
            name="work_package",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="milestones", to="applications.workpackage"
            ),
        ),
        migrations.AddConstraint(
            model_name="socleitem",
            constraint=models.UniqueConstraint(fields=("version", "number"), name="socle_item_once"),
        ),
        migrations.AddConstraint(
            model_name="socleitem",
            constraint=models.UniqueConstraint(fields=("version", "order"), name="socle_item_order"),
        ),
        migrations.AddField(
            model_name="soclestate",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.socleitem"
            ),
        ),
        migrations.AddField(
            model_name="warehouse",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="warehouses", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="warehouse",
            name="membership",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="warehouses",
                to="applications.membership",
            ),
        ),
        migrations.AddField(
            model_name="soclestate",
            name="warehouse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="states", to="applications.warehouse"
            ),
        ),
        migrations.AddField(
            model_name="matching",
            name="warehouse",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="matchings",
                to="applications.warehouse",
            ),
        ),
        migrations.AddField(
            model_name="functionplacement",
            name="warehouses",
            field=models.ManyToManyField(blank=True, related_name="functions", to="applications.warehouse"),
        ),
        migrations.AddConstraint(
            model_name="deliverable",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__isnull", True), ("month__gte", 1), _connector="OR"),
                name="deliverable_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverable",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["", "report", "data", "software", "service", "other"])),
                name="deliverable_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="governance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("transparency_url", ""), ("transparency_url__startswith", "https://"), _connector="OR"
                ),
                name="governance_transparency_https",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["", "medical", "personalised", "epidemiology", "public_health", "performance"])
                ),
                name="indicator_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__isnull", True), ("month__gte", 1), _connector="OR"), name="milestone_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="warehouse",
            constraint=models.UniqueConstraint(fields=("application", "name"), name="warehouse_name_once"),
        ),
        migrations.AddConstraint(
            model_name="warehouse",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["", "local", "shared", "national"])), name="warehouse_level"
            ),
        ),
        migrations.AddConstraint(
            model_name="warehouse",
            constraint=models.CheckConstraint(
                condition=models.Q(("cnil_status__in", ["", "authorised", "conforms", "in_progress", "not_begun"])),
                name="warehouse_cnil",
            ),
        ),
        migrations.AddConstraint(
            model_name="warehouse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("site_finess", ""), ("site_finess__regex", "^([0-9]{2}|2[AB])[0-9]{7}$"), _connector="OR"
                ),
                name="warehouse_site_finess_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="soclestate",
            constraint=models.UniqueConstraint(fields=("warehouse", "item"), name="socle_state_once"),
        ),
        migrations.AddConstraint(
            model_name="soclestate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("now__in", ["", "not_collected", "raw", "structured", "omop", "fhir"]),
                    ("target__in", ["", "not_collected", "raw", "structured", "omop", "fhir"]),
                ),
                name="socle_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="matching",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["snds", "cohort"])), name="matching_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="matching",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("procedure__in", ["", "mr001", "mr003", "mr004", "mr005", "mr006", "authorisation", "undecided"])
                ),
                name="matching_procedure",
            ),
        ),
        migrations.AddConstraint(
            model_name="functionplacement",
            constraint=models.UniqueConstraint(fields=("application", "function", "level"), name="placement_once"),
        ),
        migrations.AddConstraint(
            model_name="functionplacement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("function__in", ["collect", "quality", "standards", "hosting", "access", "governance"]),
                    ("level__in", ["local", "shared", "national"]),
                ),
                name="placement_known",
            ),
        ),
        migrations.RunPython(load_socle, migrations.RunPython.noop),
    ]
