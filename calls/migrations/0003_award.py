"""What an award asks of the call: recall, agreement to electronic notification, mentions of its letters. Settings that exist ask for
neither: nothing changes for them."""

import django.db.models.deletion
from django.db import migrations, models

from calls.models.notification import CONSENT
from edsh_portal.database.first import AtOnce

RECALL = "rappel d’une décision par qui l’a approuvée, minutes avant sa mise en forme (0 : aucun)"
ASKED = "accord demandé au dépôt pour notifier par voie électronique (vide : non demandé)"


class Migration(AtOnce):
    dependencies = [
        ("calls", "0002_evaluation"),
        ("edsh_portal", "0001_initial"),
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
        migrations.CreateModel(
            name="LetterTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("terms", models.JSONField()),
                ("set_at", models.DateTimeField()),
                (
                    "act",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="letter_terms", to="calls.call"
                    ),
                ),
            ],
            options={
                "verbose_name": "mentions des lettres",
                "verbose_name_plural": "mentions des lettres",
            },
        ),
    ]
