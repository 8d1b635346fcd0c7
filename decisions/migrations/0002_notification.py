"""Recall, embargo and registered letter of a decision. Those that exist were never to be recalled."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0004_consent"),
        ("decisions", "0001_initial"),
        ("edsh_portal", "0002_not_before"),
        ("funding", "0002_second_award"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RegisteredLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20)),
                ("posted_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("received_on", models.DateField(null=True)),
            ],
            options={
                "verbose_name": "lettre recommandée",
                "verbose_name_plural": "lettres recommandées",
            },
        ),
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
        migrations.AddField(
            model_name="registeredletter",
            name="decision",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="registered_letter", to="decisions.decision"
            ),
        ),
        migrations.AddField(
            model_name="registeredletter",
            name="posted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="registeredletter",
            name="received_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredletter",
            constraint=models.UniqueConstraint(fields=("number",), name="registered_letter_number"),
        ),
        migrations.AddConstraint(
            model_name="registeredletter",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", "")), name="registered_letter_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="registeredletter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("received_by__isnull", True), ("received_on__isnull", True)),
                    models.Q(
                        ("received_by__isnull", False),
                        ("received_on__gte", models.F("posted_on")),
                        ("received_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="registered_letter_received",
            ),
        ),
    ]
