"""What letters say of the State and of the call; the choices of a call on notification, recall, samples and transfers."""

import django.db.models.deletion
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [("calls", "0002_evaluation"), ("edsh_portal", "0002_proof")]

    operations = [
        migrations.CreateModel(
            name="LetterTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("terms", models.JSONField()),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "mentions des lettres",
                "verbose_name_plural": "mentions des lettres",
            },
        ),
        migrations.AddField(
            model_name="callsettings",
            name="consent",
            field=models.TextField(
                blank=True,
                default="J’accepte expressément que la décision prise sur ce dossier soit notifiée par voie électronique, dans l’espace sécurisé du portail.\n\nUn courriel prévient les représentants légaux dès que la décision y est déposée. Si personne ne l’ouvre, elle est réputée notifiée quinze jours après ce dépôt.\n\nSans cet accord, la décision est envoyée par lettre recommandée avec demande d’avis de réception.",
                verbose_name="accord demandé au dépôt pour notifier par voie électronique (vide : non demandé)",
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="recall_minutes",
            field=models.PositiveSmallIntegerField(
                default=10,
                verbose_name="rappel d’une décision par qui l’a approuvée, minutes avant sa mise en forme (0 : aucun)",
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="sample_bp",
            field=models.PositiveIntegerField(
                default=1000, verbose_name="part au moins des dépenses dont la pièce est examinée, tirée au sort"
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="transfer_bp",
            field=models.PositiveIntegerField(
                default=1000, verbose_name="dépassement au plus d’une ligne de budget sans avenant"
            ),
        ),
        migrations.AddConstraint(
            model_name="callsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("recall_minutes__lte", 1440)), name="settings_recall"
            ),
        ),
        migrations.AddConstraint(
            model_name="callsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("sample_bp__lte", 10000), ("transfer_bp__lte", 10000)), name="settings_expenses"
            ),
        ),
        migrations.AddField(
            model_name="letterterms",
            name="act",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
            ),
        ),
        migrations.AddField(
            model_name="letterterms",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="letter_terms", to="calls.call"
            ),
        ),
    ]
