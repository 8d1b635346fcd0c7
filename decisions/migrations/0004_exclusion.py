"""The contradictory procedure of a member that would be put out of its consortium."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0004_consent"),
        ("decisions", "0003_contradictory"),
        ("directory", "0003_mail_domain"),
        ("edsh_portal", "0003_proof"),
        ("funding", "0005_members"),
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
    ]
