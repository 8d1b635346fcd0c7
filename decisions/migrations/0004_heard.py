"""The contradictory procedure of a member that would be put out of its consortium; the letter of a procedure, sealed, and posted to who has
not agreed to electronic notification."""

from datetime import timedelta

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0004_consent"),
        ("decisions", "0003_contradictory"),
        ("directory", "0003_mail_domain"),
        ("edsh_portal", "0003_proof"),
        ("funding", "0005_consortium"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="procedure",
            name="procedure_kind",
        ),
        migrations.AddField(
            model_name="procedure",
            name="amendment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="procedures",
                to="funding.amendment",
            ),
        ),
        migrations.AlterField(
            model_name="procedure",
            name="kind",
            field=models.CharField(
                choices=[
                    ("revocation", "Retrait d’une décision"),
                    ("recovery", "Reversement"),
                    ("exclusion", "Exclusion d’un membre"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("open", "observed"))),
                fields=("amendment",),
                name="procedure_amendment_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cents__isnull", True),
                        ("convention__isnull", True),
                        ("decision__isnull", False),
                        ("kind", "revocation"),
                        ("amendment__isnull", True),
                    ),
                    models.Q(
                        ("cents__gt", 0),
                        ("convention__isnull", False),
                        ("decision__isnull", True),
                        ("kind", "recovery"),
                        ("amendment__isnull", True),
                    ),
                    models.Q(
                        ("cents__isnull", True),
                        ("convention__isnull", True),
                        ("decision__isnull", True),
                        ("kind", "exclusion"),
                        ("amendment__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="procedure_kind",
            ),
        ),
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
