"""The letter of a contradictory procedure, sealed; posted to who has not agreed to electronic notification, its days are counted from its
reception."""

from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("decisions", "0003_contradictory"),
        ("edsh_portal", "0004_letters"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="procedure", name="procedure_days"),
        migrations.AddField(
            model_name="procedure",
            name="letter",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="edsh_portal.document",
            ),
        ),
        migrations.AlterField(
            model_name="procedure",
            name="closes_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=Q(days__gte=15)
                & (Q(closes_at__isnull=True) | Q(closes_at__gt=F("opened_at") + timedelta(days=15))),
                name="procedure_days",
            ),
        ),
        migrations.AddField(
            model_name="registeredletter",
            name="procedure",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="registered_letter",
                to="decisions.procedure",
            ),
        ),
        migrations.AlterField(
            model_name="registeredletter",
            name="decision",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="registered_letter",
                to="decisions.decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredletter",
            constraint=models.CheckConstraint(
                condition=Q(decision__isnull=False, procedure__isnull=True)
                | Q(decision__isnull=True, procedure__isnull=False),
                name="registered_letter_of",
            ),
        ),
    ]
