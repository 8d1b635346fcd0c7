"""A role held by exception: it names an act, and acts name people, so that it is made after both."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0001_initial"),
        ("edsh_portal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RoleException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=20)),
                ("until_on", models.DateField()),
                (
                    "act",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_exceptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "exception de rôle",
                "verbose_name_plural": "exceptions de rôle",
                "constraints": [models.UniqueConstraint(fields=("user", "role"), name="role_exception_once")],
            },
        ),
    ]
