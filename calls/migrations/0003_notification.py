"""The recall of a decision and the agreement to electronic notification. Settings that exist ask for neither: nothing changes for them."""

from django.db import migrations, models

from calls.models.notification import CONSENT
from edsh_portal.database.first import AtOnce

RECALL = "rappel d’une décision par qui l’a approuvée, minutes avant sa mise en forme (0 : aucun)"
ASKED = "accord demandé au dépôt pour notifier par voie électronique (vide : non demandé)"


class Migration(AtOnce):
    dependencies = [
        ("calls", "0002_evaluation"),
    ]

    operations = [
        migrations.AddField(
            model_name="callsettings",
            name="consent",
            field=models.TextField(blank=True, default="", verbose_name=ASKED),
        ),
        migrations.AlterField(
            model_name="callsettings",
            name="consent",
            field=models.TextField(blank=True, default=CONSENT, verbose_name=ASKED),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="recall_minutes",
            field=models.PositiveSmallIntegerField(default=0, verbose_name=RECALL),
        ),
        migrations.AlterField(
            model_name="callsettings",
            name="recall_minutes",
            field=models.PositiveSmallIntegerField(default=10, verbose_name=RECALL),
        ),
        migrations.AddConstraint(
            model_name="callsettings",
            constraint=models.CheckConstraint(condition=models.Q(recall_minutes__lte=1440), name="settings_recall"),
        ),
    ]
