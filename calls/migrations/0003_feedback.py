"""Whether a letter of refusal annexes what comes back of the evaluation. Settings that exist do not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0002_evaluation"),
    ]

    operations = [
        migrations.AddField(
            model_name="callsettings",
            name="annex_feedback",
            field=models.BooleanField(
                default=False,
                verbose_name="le retour de l’évaluation est annexé à la lettre de rejet d’un dossier non retenu",
            ),
        ),
    ]
