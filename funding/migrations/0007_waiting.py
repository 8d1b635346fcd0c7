"""What waits among conventions and consortium agreements is found without reading them all."""

from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("funding", "0006_claims"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["state"], name="agreement_state"),
        ),
        migrations.AddIndex(
            model_name="convention",
            index=models.Index(fields=["state"], name="convention_state"),
        ),
    ]
