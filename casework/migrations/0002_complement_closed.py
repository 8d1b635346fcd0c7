"""A request that is answered has the instant of its answer, which a comparison with nothing did not ask."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0002_socle"),
        ("casework", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="complementrequest",
            name="complement_closed",
        ),
        migrations.AddConstraint(
            model_name="complementrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer__isnull", True),
                        ("closed_at__isnull", True),
                        ("closed_by__isnull", True),
                        ("state", "asked"),
                    ),
                    models.Q(
                        ("answer__isnull", False),
                        ("closed_at__isnull", False),
                        ("closed_at__lt", models.F("due_at")),
                        ("closed_by__isnull", False),
                        ("state", "answered"),
                    ),
                    models.Q(
                        ("answer__isnull", True),
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        ("state", "withdrawn"),
                    ),
                    models.Q(
                        ("answer__isnull", True),
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", True),
                        ("state", "lapsed"),
                    ),
                    _connector="OR",
                ),
                name="complement_closed",
            ),
        ),
    ]
