"""A document says the fingerprint of the data that it carries, which the address printed on it bears."""

from django.db import migrations, models
from django.db.models import Q

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("edsh_portal", "0003_proof"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="data_sha256",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(condition=Q(data_sha256__gt=""), fields=["data_sha256"], name="document_data_idx"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=Q(data_sha256="") | Q(data_sha256__regex="^[0-9a-f]{64}$", scan="issued"),
                name="document_data",
            ),
        ),
    ]
