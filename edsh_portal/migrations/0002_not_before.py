"""What is owed may wait for an instant of the portal's clock."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edsh_portal", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="not_before",
            field=models.DateTimeField(null=True),
        ),
    ]
