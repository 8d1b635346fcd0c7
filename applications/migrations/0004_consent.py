"""What was answered on electronic notification. Nothing is of the deposits that exist: their call asked nothing."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0003_section_owner"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("electronic", models.BooleanField()),
                ("text", models.TextField()),
                (
                    "reception",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consent", to="applications.reception"
                    ),
                ),
            ],
            options={
                "verbose_name": "réponse sur la notification",
                "verbose_name_plural": "réponses sur la notification",
                "constraints": [models.CheckConstraint(condition=models.Q(("text__gt", "")), name="consent_text")],
            },
        ),
    ]
