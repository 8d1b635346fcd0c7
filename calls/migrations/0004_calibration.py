"""Reminders of reports, and the calibration of experts. Settings that exist ask for neither: they stay as they were."""

from django.db import migrations, models

from edsh_portal.database.first import AtOnce

DAYS = {
    "remind_before_days": "rappel d’une évaluation attendue, jours avant l’échéance (0 : aucun)",
    "remind_after_days": "rappel d’une évaluation en retard, jours après l’échéance (0 : aucun)",
}


class Migration(AtOnce):
    dependencies = [
        ("calls", "0003_feedback"),
    ]

    operations = [
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
                    ("held", "tenue, sans obligation"),
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
    ]
