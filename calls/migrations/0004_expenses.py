"""What a call says of expenses: the transfer between budget lines (R39), the share that is looked at (R85). A tenth of each, as before."""

from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("calls", "0003_award"),
    ]

    operations = [
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
                condition=models.Q(("sample_bp__lte", 10000), ("transfer_bp__lte", 10000)), name="settings_expenses"
            ),
        ),
    ]
