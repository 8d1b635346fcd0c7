"""Terms of the budget: VAT, regimes of State aid and their rates, caps on overhead, permanent staff and de minimis aid."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0004_pieces"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="aidrate",
            name="aid_rate_kind",
        ),
        migrations.AddField(
            model_name="aidrate",
            name="regime",
            field=models.CharField(blank=True, default="", max_length=12),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="de_minimis_cents",
            field=models.BigIntegerField(default=30000000, verbose_name="plafond des aides de minimis sur trois ans"),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="overhead_cap_bp",
            field=models.PositiveIntegerField(
                default=1000, verbose_name="frais de gestion au plus, en part des dépenses directes"
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="permanent_staff_eligible",
            field=models.BooleanField(
                default=False, verbose_name="personnel permanent des établissements publics éligible"
            ),
        ),
        migrations.AddField(
            model_name="fundingplan",
            name="de_minimis_received_cents",
            field=models.BigIntegerField(default=0, verbose_name="aides de minimis déjà reçues"),
        ),
        migrations.AddField(
            model_name="fundingplan",
            name="regime",
            field=models.CharField(
                blank=True,
                choices=[
                    ("outside", "Hors des aides d’État : mission de service public, recherche non économique"),
                    ("sieg", "Service d’intérêt économique général (décision 2012/21/UE)"),
                    ("rgec_25", "Recherche et développement (règlement n° 651/2014, article 25)"),
                    ("rgec_26", "Infrastructure de recherche (règlement n° 651/2014, article 26)"),
                    ("de_minimis", "De minimis (règlement 2023/2831)"),
                ],
                default="",
                max_length=12,
                verbose_name="régime d’aide",
            ),
        ),
        migrations.AddField(
            model_name="fundingplan",
            name="vat",
            field=models.CharField(
                blank=True,
                choices=[
                    ("excluding", "Hors taxes : la TVA est récupérée"),
                    ("including", "Toutes taxes comprises : la TVA n’est pas récupérée"),
                ],
                default="",
                max_length=10,
                verbose_name="TVA",
            ),
        ),
        migrations.AddConstraint(
            model_name="aidrate",
            constraint=models.UniqueConstraint(fields=("settings", "kind", "regime"), name="aid_rate_kind"),
        ),
        migrations.AddConstraint(
            model_name="callsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("de_minimis_cents__gte", 0), ("overhead_cap_bp__lte", 10000)),
                name="settings_aid_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("de_minimis_received_cents__gte", 0)), name="plan_de_minimis"
            ),
        ),
    ]
