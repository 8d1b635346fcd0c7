"""Envelope, grants, conventions and instalments; the rows of the ledger, which ledger.sql makes."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import FirstMigration


class Migration(FirstMigration):
    dependencies = [
        ("applications", "0001_initial"),
        ("calls", "0001_initial"),
        ("directory", "0001_initial"),
        ("edsh_portal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.TextField(unique=True)),
                ("family", models.TextField()),
                ("outside", models.BooleanField()),
                ("year", models.IntegerField(null=True)),
            ],
            options={
                "verbose_name": "compte du grand livre",
                "verbose_name_plural": "comptes du grand livre",
                "db_table": "funding_account",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cents", models.BigIntegerField()),
                ("source_after", models.BigIntegerField()),
                ("target_after", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "écriture",
                "verbose_name_plural": "écritures",
                "db_table": "funding_entry",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Family",
            fields=[
                ("family", models.TextField(primary_key=True, serialize=False)),
                ("meaning", models.TextField()),
                ("outside", models.BooleanField()),
            ],
            options={
                "verbose_name": "famille de comptes",
                "verbose_name_plural": "familles de comptes",
                "db_table": "funding_family",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "kind", "source", "target", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("source", models.TextField()),
                ("target", models.TextField()),
                ("year", models.TextField()),
            ],
            options={
                "verbose_name": "mouvement permis",
                "verbose_name_plural": "mouvements permis",
                "db_table": "funding_movement",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(unique=True)),
                ("payload_hash", models.TextField()),
                ("kind", models.TextField()),
                ("at", models.DateTimeField()),
                ("year", models.IntegerField()),
                ("facts", models.JSONField()),
            ],
            options={
                "verbose_name": "opération",
                "verbose_name_plural": "opérations",
                "db_table": "funding_posting",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Envelope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField()),
                ("act", models.CharField(max_length=200, verbose_name="acte")),
                ("opened_at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="envelopes", to="calls.call"
                    ),
                ),
            ],
            options={
                "verbose_name": "enveloppe",
                "verbose_name_plural": "enveloppes",
                "constraints": [models.UniqueConstraint(fields=("call", "version"), name="envelope_version")],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reserved", "Réservée"),
                            ("engaged", "Engagée"),
                            ("voided", "Annulée"),
                            ("closed", "Soldée"),
                        ],
                        default="reserved",
                        max_length=10,
                    ),
                ),
                ("cents", models.BigIntegerField()),
                ("reserved_at", models.DateTimeField()),
                ("engaged_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grant", to="applications.application"
                    ),
                ),
            ],
            options={
                "verbose_name": "aide",
                "verbose_name_plural": "aides",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="grant_cents"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("reserved", "voided")), ("engaged_at__isnull", False), _connector="OR"
                        ),
                        name="grant_engaged_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12)),
                ("label", models.CharField(max_length=80)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="calls.call"
                    ),
                ),
            ],
            options={
                "verbose_name": "source de financement",
                "verbose_name_plural": "sources de financement",
                "constraints": [models.UniqueConstraint(fields=("call", "code"), name="line_code")],
            },
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="funding.account",
                    ),
                ),
                ("outside", models.BooleanField()),
                ("cents", models.BigIntegerField()),
                ("entry_count", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "solde",
                "verbose_name_plural": "soldes",
                "db_table": "funding_balance",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="GrantShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cents", models.BigIntegerField()),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grant_shares",
                        to="directory.establishment",
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="funding.grant"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grant_shares", to="funding.line"
                    ),
                ),
            ],
            options={
                "verbose_name": "part d’une aide",
                "verbose_name_plural": "parts des aides",
                "constraints": [
                    models.UniqueConstraint(fields=("grant", "establishment", "line"), name="grant_share_once"),
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="grant_share_cents"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EnvelopeShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(null=True)),
                ("cents", models.BigIntegerField()),
                ("fictitious", models.BooleanField(default=True)),
                (
                    "envelope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="funding.envelope"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="funding.line"
                    ),
                ),
            ],
            options={
                "verbose_name": "part d’enveloppe",
                "verbose_name_plural": "parts d’enveloppe",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("envelope", "line", "year"), name="envelope_share_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(condition=models.Q(("cents__gte", 0)), name="envelope_share_cents"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ceiling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("advance", "Avance"),
                            ("before_balance", "Avance et acomptes avant solde"),
                            ("before_balance_long", "Avance et acomptes, projet de plus de 48 mois"),
                        ],
                        max_length=20,
                    ),
                ),
                ("rate_bp", models.PositiveIntegerField()),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("source", models.CharField(max_length=120)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ceilings", to="funding.line"
                    ),
                ),
            ],
            options={
                "verbose_name": "plafond",
                "verbose_name_plural": "plafonds",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("rate_bp__lte", 10000)), name="ceiling_rate"),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[(models.F("line"), "="), (models.F("rule"), "="), ("during", "&&")],
                        name="ceiling_one_at_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Convention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("siret", models.CharField(max_length=14)),
                ("months", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("prepared", "Préparée"), ("signed", "Signée"), ("closed", "Soldée")],
                        default="prepared",
                        max_length=10,
                    ),
                ),
                ("prepared_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(null=True)),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "share",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="convention", to="funding.grantshare"
                    ),
                ),
            ],
            options={
                "verbose_name": "convention",
                "verbose_name_plural": "conventions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("siret__regex", "^[0-9]{14}$")), name="convention_siret"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at__isnull", True), ("state", "prepared")),
                            models.Q(models.Q(("state", "prepared"), _negated=True), ("signed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="convention_signed_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("iban", models.CharField(max_length=34)),
                ("holder", models.CharField(max_length=160)),
                ("explanation", models.CharField(blank=True, default="", max_length=500)),
                ("proposed_at", models.DateTimeField()),
                ("validated_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "validated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="accounts", to="funding.convention"
                    ),
                ),
            ],
            options={
                "verbose_name": "compte bancaire",
                "verbose_name_plural": "comptes bancaires",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("validated_by", models.F("proposed_by")), _negated=True),
                        name="iban_four_eyes",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at__isnull", True), ("validated_at__isnull", False)),
                        fields=("convention",),
                        name="iban_current_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at__isnull", True), ("validated_at__isnull", True)),
                        fields=("convention",),
                        name="iban_waiting_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("advance", "Avance"), ("interim", "Acompte"), ("balance", "Solde")], max_length=8
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("cents", models.BigIntegerField()),
                ("year", models.PositiveSmallIntegerField()),
                ("evidence", models.CharField(max_length=300, verbose_name="justification")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Prévu"),
                            ("certified", "Service fait certifié"),
                            ("ordered", "Ordonnancé"),
                            ("paid", "Payé"),
                            ("cancelled", "Annulé"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("planned_at", models.DateTimeField()),
                ("certified_at", models.DateTimeField(null=True)),
                ("ordered_at", models.DateTimeField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funding.bankaccount",
                    ),
                ),
                (
                    "certified_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="instalments", to="funding.convention"
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "paid_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "versement",
                "verbose_name_plural": "versements",
                "indexes": [models.Index(fields=["state", "year"], name="instalment_state_year")],
                "constraints": [
                    models.UniqueConstraint(fields=("convention", "number"), name="instalment_number"),
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="instalment_cents"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("certified_by", models.F("ordered_by")), _negated=True),
                            models.Q(("certified_by", models.F("paid_by")), _negated=True),
                            models.Q(("ordered_by", models.F("paid_by")), _negated=True),
                        ),
                        name="instalment_three_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("planned", "cancelled")),
                            models.Q(("certified_at__isnull", False), ("certified_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="instalment_certified",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("planned", "certified", "cancelled")),
                            models.Q(
                                ("account__isnull", False), ("ordered_at__isnull", False), ("ordered_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="instalment_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "paid"), _negated=True),
                            models.Q(("paid_at__isnull", False), ("paid_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="instalment_paid",
                    ),
                ],
            },
        ),
    ]
