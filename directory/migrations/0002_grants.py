"""Nobody passes every gate of Django's: roles are groups."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(condition=models.Q(is_superuser=False), name="user_never_superuser"),
        )
    ]
