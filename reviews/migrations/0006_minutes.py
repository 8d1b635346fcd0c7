"""The jury’s minutes, and why a closed session is taken up again; the domain from which people write, looked up from its end (masks.sql)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce

PROTECT = django.db.models.deletion.PROTECT


class Migration(AtOnce):
    dependencies = [
        ("directory", "0003_mail_domain"),
        ("edsh_portal", "0001_initial"),
        ("reviews", "0005_hearings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Minutes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField()),
                ("closed_at", models.DateTimeField()),
                ("told", models.JSONField()),
                ("told_sha256", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField()),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("sealed_at", models.DateTimeField(null=True)),
                (
                    "document",
                    models.OneToOneField(null=True, on_delete=PROTECT, related_name="+", to="edsh_portal.document"),
                ),
                ("session", models.ForeignKey(on_delete=PROTECT, related_name="signed_minutes", to="reviews.session")),
                ("signed_by", models.ForeignKey(on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "procès-verbal",
                "verbose_name_plural": "procès-verbaux",
                "indexes": [models.Index(fields=["sha256"], name="minutes_sha256")],
                "constraints": [
                    models.UniqueConstraint(fields=("session", "version"), name="minutes_version"),
                    models.UniqueConstraint(fields=("session", "closed_at"), name="minutes_once"),
                    models.CheckConstraint(
                        condition=models.Q(("document__isnull", True), ("sealed_at__isnull", True), ("sha256", ""))
                        | models.Q(("document__isnull", False), ("sealed_at__isnull", False), ("sha256__gt", "")),
                        name="minutes_sealed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionReopening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("closed_at", models.DateTimeField()),
                ("reason", models.TextField(verbose_name="motif")),
                ("at", models.DateTimeField()),
                ("by", models.ForeignKey(on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("session", models.ForeignKey(on_delete=PROTECT, related_name="reopenings", to="reviews.session")),
            ],
            options={
                "verbose_name": "réouverture d’une session",
                "verbose_name_plural": "réouvertures de sessions",
                "constraints": [
                    models.UniqueConstraint(fields=("session", "closed_at"), name="session_reopening_once"),
                    models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="session_reopening_reason"),
                ],
            },
        ),
    ]
