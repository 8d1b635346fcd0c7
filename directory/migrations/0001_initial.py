"""People, establishments, sites and territories."""

import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import FirstMigration


class Migration(FirstMigration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        migrations.CreateModel(
            name="Region",
            fields=[
                ("code", models.CharField(max_length=2, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("ars", models.CharField(max_length=80)),
                ("svg_code", models.CharField(max_length=3)),
                ("overseas", models.BooleanField(default=False)),
            ],
            options={"verbose_name": "région", "verbose_name_plural": "régions"},
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="adresse électronique")),
                ("full_name", models.CharField(max_length=120, verbose_name="nom complet")),
                (
                    "language",
                    models.CharField(choices=[("fr", "Français"), ("en", "English")], default="fr", max_length=5),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("session_epoch", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "personne",
                "verbose_name_plural": "personnes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="user_email_lower",
                    ),
                    models.CheckConstraint(condition=models.Q(("is_superuser", False)), name="user_never_superuser"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Incompatible",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=20)),
                ("other", models.CharField(max_length=20)),
            ],
            options={
                "verbose_name": "rôle qui ne se cumule pas",
                "verbose_name_plural": "rôles qui ne se cumulent pas",
                "constraints": [models.UniqueConstraint(fields=("role", "other"), name="incompatible_once")],
            },
        ),
        migrations.CreateModel(
            name="Departement",
            fields=[
                ("code", models.CharField(max_length=3, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("population", models.PositiveIntegerField()),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="departements", to="directory.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "département",
                "verbose_name_plural": "départements",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("population__gt", 0)), name="departement_population")
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=80, verbose_name="usage")),
                ("key_sha256", models.CharField(max_length=64, unique=True)),
                ("scopes", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("use_count", models.PositiveBigIntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "jeton",
                "verbose_name_plural": "jetons",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RegisterImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64)),
                ("lines", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "lecture du fichier national",
                "verbose_name_plural": "lectures du fichier national",
            },
        ),
        migrations.CreateModel(
            name="Establishment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("finess", models.CharField(max_length=9, null=True, unique=True, verbose_name="FINESS EJ")),
                ("siret", models.CharField(blank=True, max_length=14, verbose_name="SIRET")),
                ("name", models.CharField(max_length=160, verbose_name="dénomination")),
                ("sort_key", models.CharField(editable=False, max_length=160)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("public", "Établissement de santé public"),
                            ("private", "Établissement de santé privé"),
                            ("gcs", "Groupement de coopération sanitaire (GCS)"),
                            ("gip", "Groupement d’intérêt public (GIP)"),
                            ("company", "Entreprise"),
                            ("research", "Université ou organisme de recherche"),
                            ("other", "Autre organisme"),
                        ],
                        max_length=10,
                    ),
                ),
                ("category", models.CharField(blank=True, max_length=20, verbose_name="catégorie")),
                ("ght_code", models.CharField(blank=True, db_index=True, max_length=12, verbose_name="GHT")),
                ("ght_name", models.CharField(blank=True, max_length=120, verbose_name="nom du GHT")),
                ("ght_support", models.BooleanField(default=False, verbose_name="établissement support du GHT")),
                ("activity", models.PositiveIntegerField(default=0, verbose_name="activité combinée déclarée")),
                ("activity_year", models.PositiveSmallIntegerField(null=True, verbose_name="année de l’activité")),
                ("fictitious", models.BooleanField(default=False, verbose_name="identifiant fictif")),
                ("from_finess", models.BooleanField(default=False)),
                (
                    "departement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="establishments",
                        to="directory.departement",
                    ),
                ),
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="establishment", to="auth.group"
                    ),
                ),
            ],
            options={
                "verbose_name": "établissement",
                "verbose_name_plural": "établissements",
                "indexes": [
                    models.Index(fields=["sort_key"], name="establishment_sort"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["sort_key"], opclasses=["gin_trgm_ops"], name="establishment_words"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fictitious", True),
                            models.Q(("finess__isnull", False), models.Q(("finess__startswith", "99"), _negated=True)),
                            models.Q(("finess__isnull", True), models.Q(("siret__startswith", "000"), _negated=True)),
                            _connector="OR",
                        ),
                        name="establishment_fictitious_said",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finess__isnull", True), ("finess__regex", "^([0-9]{2}|2[AB])[0-9]{7}$"), _connector="OR"
                        ),
                        name="establishment_finess_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("siret", ""), ("siret__regex", "^[0-9]{14}$"), _connector="OR"),
                        name="establishment_siret_form",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("siret", ""), _negated=True),
                        fields=("siret",),
                        name="establishment_siret_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ght_support", False), models.Q(("ght_code", ""), _negated=True), _connector="OR"
                        ),
                        name="establishment_support_of_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ght_support", True)),
                        fields=("ght_code",),
                        name="establishment_one_support_a_ght",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Affiliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("writer", "Rédaction"),
                            ("signatory", "Représentation légale"),
                            ("employee", "Emploi"),
                        ],
                        max_length=10,
                    ),
                ),
                ("since_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="affiliations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="affiliations",
                        to="directory.establishment",
                    ),
                ),
            ],
            options={
                "verbose_name": "rattachement",
                "verbose_name_plural": "rattachements",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("user", "establishment", "kind"),
                        name="affiliation_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True), ("ended_at__gte", models.F("since_at")), _connector="OR"
                        ),
                        name="affiliation_dates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GcsMembership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "gcs",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gcs_members",
                        to="directory.establishment",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gcs_memberships",
                        to="directory.establishment",
                    ),
                ),
            ],
            options={
                "verbose_name": "membre d’un GCS",
                "verbose_name_plural": "membres de GCS",
                "constraints": [
                    models.UniqueConstraint(fields=("gcs", "member"), name="gcs_member_once"),
                    models.CheckConstraint(
                        condition=models.Q(("gcs", models.F("member")), _negated=True), name="gcs_not_itself"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254)),
                ("full_name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("writer", "Rédaction"),
                            ("signatory", "Représentation légale"),
                            ("employee", "Emploi"),
                        ],
                        max_length=10,
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=20)),
                ("token_sha256", models.CharField(max_length=64, null=True, unique=True)),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="directory.establishment",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True)),
                            models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="invitation_accepted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("establishment__isnull", True), ("kind", "")),
                            models.Q(("establishment__isnull", False), ("kind__gt", "")),
                            _connector="OR",
                        ),
                        name="invitation_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("finess_et", models.CharField(max_length=9, unique=True, verbose_name="FINESS du site")),
                ("name", models.CharField(max_length=160, verbose_name="dénomination")),
                ("category", models.CharField(max_length=20, verbose_name="catégorie")),
                ("postcode", models.CharField(blank=True, max_length=5, verbose_name="code postal")),
                ("town", models.CharField(blank=True, max_length=80, verbose_name="commune")),
                (
                    "departement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sites",
                        to="directory.departement",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sites", to="directory.establishment"
                    ),
                ),
                (
                    "read_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sites",
                        to="directory.registerimport",
                    ),
                ),
            ],
            options={
                "verbose_name": "site géographique",
                "verbose_name_plural": "sites géographiques",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("finess_et__regex", "^([0-9]{2}|2[AB])[0-9]{7}$")), name="site_finess_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("postcode", ""), ("postcode__regex", "^[0-9]{5}$"), _connector="OR"),
                        name="site_postcode",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Password",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("hash", models.CharField(max_length=128)),
            ],
            options={"verbose_name": "mot de passe", "verbose_name_plural": "mots de passe"},
        ),
        migrations.CreateModel(
            name="PasswordReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "lecture de mot de passe",
                "verbose_name_plural": "lectures de mots de passe",
                "indexes": [
                    models.Index(fields=["user", "at"], name="password_reading_user"),
                    models.Index(fields=["at"], name="password_reading_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PasswordReset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_sha256", models.CharField(max_length=64, null=True, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "mot de passe oublié",
                "verbose_name_plural": "mots de passe oubliés",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("used_at__isnull", True), ("user__isnull", False), _connector="OR"),
                        name="password_reset_of_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_sha256", models.CharField(max_length=64, null=True, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("email", models.EmailField(max_length=254)),
                ("full_name", models.CharField(max_length=120)),
                ("function", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("writer", "Rédiger : préparer et compléter le dossier"),
                            (
                                "signatory",
                                "Représenter l’établissement : déposer et donner mandat en son nom",
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Adresse à confirmer"),
                            ("proved", "À examiner"),
                            ("accepted", "Acceptée"),
                            ("refused", "Refusée"),
                        ],
                        max_length=10,
                    ),
                ),
                ("proved_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_requests",
                        to="directory.establishment",
                    ),
                ),
                (
                    "invitation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="request",
                        to="directory.invitation",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande de compte",
                "verbose_name_plural": "demandes de compte",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at__isnull", True)),
                        fields=("email", "establishment"),
                        name="account_request_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("writer", "signatory"))), name="account_request_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("proved_at__isnull", True),
                                ("state", "asked"),
                            ),
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("proved_at__isnull", False),
                                ("state", "proved"),
                            ),
                            models.Q(
                                ("proved_at__isnull", False),
                                ("state__in", ("accepted", "refused")),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="account_request_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("invitation__isnull", False), ("state", "accepted")),
                            models.Q(models.Q(("state", "accepted"), _negated=True), ("invitation__isnull", True)),
                            _connector="OR",
                        ),
                        name="account_request_invited",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason__gt", ""), ("state", "refused")),
                            models.Q(models.Q(("state", "refused"), _negated=True), ("reason", "")),
                            _connector="OR",
                        ),
                        name="account_request_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("name", "Dénomination"),
                            ("kind", "Nature"),
                            ("category", "Catégorie"),
                            ("siret", "SIRET"),
                            ("departement_id", "Département"),
                        ],
                        max_length=14,
                    ),
                ),
                ("before", models.CharField(blank=True, max_length=160)),
                ("after", models.CharField(blank=True, max_length=160)),
                ("reason", models.TextField(verbose_name="motif")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="directory.establishment",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction",
                "verbose_name_plural": "corrections",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("field__in", ("name", "kind", "category", "siret", "departement_id"))),
                        name="correction_field",
                    ),
                    models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="correction_reasoned"),
                    models.CheckConstraint(
                        condition=models.Q(("before", models.F("after")), _negated=True), name="correction_changes"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("field", "name"), _negated=True), ("after__gt", ""), _connector="OR"
                        ),
                        name="correction_named",
                    ),
                ],
            },
        ),
    ]
