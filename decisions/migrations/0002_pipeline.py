"""Recall and embargo of a decision. Those that exist were never to be recalled."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0003_section_owner"),
        ("decisions", "0001_initial"),
        ("edsh_portal", "0002_pipeline"),
        ("funding", "0002_pipeline"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="recall_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="recalled",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="decision",
            name="release_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="release_planned_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recalled", False),
                    models.Q(
                        ("document__isnull", True),
                        ("revoked_at__lt", models.F("recall_until")),
                        ("revoked_by", models.F("approved_by")),
                        ("state", "revoked"),
                    ),
                    _connector="OR",
                ),
                name="decision_recalled",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rendered_at__isnull", True),
                    ("recall_until__isnull", True),
                    ("rendered_at__gte", models.F("recall_until")),
                    _connector="OR",
                ),
                name="decision_recall_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("release_at__isnull", True), ("release_planned_by__isnull", True)),
                    models.Q(
                        ("release_at__isnull", False),
                        ("release_planned_by__isnull", False),
                        ("rendered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="decision_release_planned",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("release_at__isnull", True),
                    ("released_at__isnull", True),
                    ("released_at__gte", models.F("release_at")),
                    _connector="OR",
                ),
                name="decision_embargo",
            ),
        ),
    ]
