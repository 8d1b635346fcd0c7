"""Skills, rules on links, undertaking, mail providers, what experts and jury are shown, reminders, calibration, hearings. Settings that exist ask for none: bounds stay as
they were."""

import django.db.models.deletion
from django.db import migrations, models

from calls.models.evaluation import MAIL_PROVIDERS, UNDERTAKING
from edsh_portal.database.first import AtOnce

DAYS = {
    "remind_before_days": "rappel d’une évaluation attendue, jours avant l’échéance (0 : aucun)",
    "remind_after_days": "rappel d’une évaluation en retard, jours après l’échéance (0 : aucun)",
}


class Migration(AtOnce):
    dependencies = [
        ("calls", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="callsettings",
            name="keep_private_notes",
            field=models.BooleanField(
                default=False, verbose_name="les notes privées des experts sont conservées après la séance du jury"
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="mail_providers",
            field=models.TextField(default="", verbose_name="domaines de messagerie qui ne disent rien d’un employeur"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="callsettings",
            name="mail_providers",
            field=models.TextField(
                default=MAIL_PROVIDERS, verbose_name="domaines de messagerie qui ne disent rien d’un employeur"
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="read_others",
            field=models.BooleanField(
                default=False,
                verbose_name="un expert lit les évaluations des autres, sans leur nom, une fois la sienne verrouillée",
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="score_panel",
            field=models.BooleanField(
                default=False, verbose_name="classement attendu, avec son incertitude, montré au jury"
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="undertaking",
            field=models.TextField(default="", verbose_name="engagement signé avant tout accès, une fois par relève"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="callsettings",
            name="undertaking",
            field=models.TextField(
                default=UNDERTAKING, verbose_name="engagement signé avant tout accès, une fois par relève"
            ),
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
        migrations.AddField(
            model_name="callsettings",
            name="annex_feedback",
            field=models.BooleanField(
                default=False,
                verbose_name="le retour de l’évaluation est annexé à la lettre de rejet d’un dossier non retenu",
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="remind_before_days",
            field=models.PositiveSmallIntegerField(default=0, verbose_name=DAYS["remind_before_days"]),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="callsettings",
            name="remind_before_days",
            field=models.PositiveSmallIntegerField(default=7, verbose_name=DAYS["remind_before_days"]),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="remind_after_days",
            field=models.PositiveSmallIntegerField(default=0, verbose_name=DAYS["remind_after_days"]),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="callsettings",
            name="remind_after_days",
            field=models.PositiveSmallIntegerField(default=3, verbose_name=DAYS["remind_after_days"]),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="calibration",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "aucune"),
                    ("held", "organisée, facultative"),
                    ("required", "exigée avant la première évaluation"),
                ],
                default="",
                max_length=8,
                verbose_name="séance d’étalonnage des experts sur un dossier fictif",
            ),
        ),
        migrations.AddConstraint(
            model_name="callsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("remind_after_days__lte", 60), ("remind_before_days__lte", 60)),
                name="settings_reminders",
            ),
        ),
        migrations.AddConstraint(
            model_name="callsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("calibration__in", ["", "held", "required"])), name="settings_calibration"
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="hearings",
            field=models.BooleanField(
                default=False, verbose_name="le jury entend les porteurs des dossiers (auditions)"
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="revise_after_hearing",
            field=models.BooleanField(
                default=False,
                verbose_name="après une audition, un expert peut revoir ses notes verrouillées, avec un motif",
            ),
        ),
        migrations.AddConstraint(
            model_name="callsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("hearings", True), ("revise_after_hearing", False), _connector="OR"),
                name="settings_hearings",
            ),
        ),
    ]
