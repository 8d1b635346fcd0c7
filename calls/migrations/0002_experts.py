"""Skills, rules on links, undertaking and mail providers. Settings that exist ask for none: bounds stay as they were."""

import django.db.models.deletion
from django.db import migrations, models

from calls.models.evaluation import MAIL_PROVIDERS, UNDERTAKING


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            "callsettings",
            "mail_providers",
            models.TextField("domaines de messagerie qui ne disent rien d’un employeur", default=""),
        ),
        migrations.AlterField(
            "callsettings",
            "mail_providers",
            models.TextField("domaines de messagerie qui ne disent rien d’un employeur", default=MAIL_PROVIDERS),
        ),
        migrations.AddField(
            "callsettings",
            "undertaking",
            models.TextField("engagement signé avant tout accès, une fois par relève", default=""),
        ),
        migrations.AlterField(
            "callsettings",
            "undertaking",
            models.TextField("engagement signé avant tout accès, une fois par relève", default=UNDERTAKING),
        ),
        migrations.CreateModel(
            name="LinkRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("former_employer", "Ancien employeur"),
                            ("declared", "Lien déclaré par la personne"),
                            ("mail", "Même domaine de messagerie"),
                            ("associated_name", "Partenaire associé du même nom"),
                            ("candidate", "Personne d’un autre candidat de la relève"),
                            ("colleague", "Ancien collègue d’une personne du dossier"),
                        ],
                        max_length=16,
                    ),
                ),
                ("strong", models.BooleanField(default=False)),
                ("years", models.PositiveSmallIntegerField(default=0)),
                (
                    "settings",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="calls.callsettings"
                    ),
                ),
            ],
            options={
                "verbose_name": "règle sur un lien d’intérêts",
                "verbose_name_plural": "règles sur les liens d’intérêts",
                "constraints": [
                    models.UniqueConstraint(fields=("settings", "kind"), name="link_rule_kind"),
                    models.CheckConstraint(condition=models.Q(("years__lte", 20)), name="link_rule_years"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Skill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40)),
                ("title", models.CharField(max_length=160)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                (
                    "settings",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="skills", to="calls.callsettings"
                    ),
                ),
            ],
            options={
                "verbose_name": "compétence recherchée",
                "verbose_name_plural": "compétences recherchées",
                "constraints": [models.UniqueConstraint(fields=("settings", "code"), name="skill_code")],
            },
        ),
    ]
