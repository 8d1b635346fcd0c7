"""The evaluation in full: experts and their links, drafts of allocation, texts of a mark, panel, discussions, the jury’s room
and its minutes, calibration, hearings, what comes back to the applicant."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0003_section_owner"),
        ("calls", "0002_evaluation"),
        ("directory", "0003_mail_domain"),
        ("edsh_portal", "0001_initial"),
        ("reviews", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("k", models.PositiveSmallIntegerField(verbose_name="experts par dossier")),
                ("round", models.PositiveIntegerField(default=0)),
                ("solving", models.BooleanField(default=False)),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("answer", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "projet de répartition",
                "verbose_name_plural": "projets de répartition",
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("came_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "présence au jury",
                "verbose_name_plural": "présences au jury",
            },
        ),
        migrations.CreateModel(
            name="Ballot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "voice",
                    models.CharField(
                        choices=[("for", "Pour"), ("against", "Contre"), ("abstain", "Abstention")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "voix au jury",
                "verbose_name_plural": "voix au jury",
            },
        ),
        migrations.CreateModel(
            name="Consensus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField()),
                ("text", models.TextField(verbose_name="synthèse")),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "rapport de consensus",
                "verbose_name_plural": "rapports de consensus",
            },
        ),
        migrations.CreateModel(
            name="ConsensusMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.PositiveSmallIntegerField()),
            ],
            options={
                "verbose_name": "note de consensus",
                "verbose_name_plural": "notes de consensus",
            },
        ),
        migrations.CreateModel(
            name="Discussion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField()),
                ("found", models.CharField(max_length=80)),
                ("designated_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "discussion",
                "verbose_name_plural": "discussions",
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "totals",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), size=None),
                ),
                ("laid_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "dossier en délibération",
                "verbose_name_plural": "dossiers en délibération",
            },
        ),
        migrations.CreateModel(
            name="JuryNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
            ],
            options={
                "verbose_name": "note au jury",
                "verbose_name_plural": "notes au jury",
            },
        ),
        migrations.CreateModel(
            name="Motion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=400, verbose_name="proposition")),
                ("cents", models.BigIntegerField(null=True, verbose_name="montant proposé")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Vote ouvert"), ("carried", "Adoptée"), ("rejected", "Rejetée")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("moved_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("seated", models.PositiveSmallIntegerField(null=True)),
                ("present", models.PositiveSmallIntegerField(null=True)),
                ("by_casting", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "proposition au jury",
                "verbose_name_plural": "propositions au jury",
            },
        ),
        migrations.CreateModel(
            name="Need",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "skills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "compétences demandées",
                "verbose_name_plural": "compétences demandées",
            },
        ),
        migrations.CreateModel(
            name="Panel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("seed", models.PositiveIntegerField()),
                ("inputs_sha256", models.CharField(max_length=64)),
                ("envelope_cents", models.BigIntegerField()),
                ("figures", models.JSONField()),
            ],
            options={
                "verbose_name": "classement attendu",
                "verbose_name_plural": "classements attendus",
            },
        ),
        migrations.CreateModel(
            name="Placement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("locked", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "place d’un projet de répartition",
                "verbose_name_plural": "places d’un projet de répartition",
            },
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agrees", models.BooleanField()),
                ("reason", models.TextField(blank=True, verbose_name="motif du désaccord")),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "position sur le consensus",
                "verbose_name_plural": "positions sur le consensus",
            },
        ),
        migrations.CreateModel(
            name="PrivateNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True)),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "note privée d’un expert",
                "verbose_name_plural": "notes privées des experts",
            },
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "skills",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
                ("capacity", models.PositiveSmallIntegerField(verbose_name="dossiers au plus par relève")),
                ("available_from", models.DateField(null=True, verbose_name="disponible à partir du")),
                ("available_until", models.DateField(null=True, verbose_name="disponible jusqu’au")),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=5), size=None),
                ),
                (
                    "civility",
                    models.CharField(
                        blank=True,
                        choices=[("woman", "Madame"), ("man", "Monsieur")],
                        max_length=5,
                        verbose_name="civilité",
                    ),
                ),
                ("written_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "profil d’expertise",
                "verbose_name_plural": "profils d’expertise",
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(verbose_name="message")),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "message de discussion",
                "verbose_name_plural": "messages de discussion",
            },
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=400), size=None),
                ),
                ("facts", models.TextField(verbose_name="faits relevés")),
                ("allowed", models.BooleanField(verbose_name="admise à évaluer")),
                ("reason", models.TextField(verbose_name="motif")),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "arbitrage d’un lien d’intérêts",
                "verbose_name_plural": "arbitrages de liens d’intérêts",
            },
        ),
        migrations.CreateModel(
            name="ScoreVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("aside", models.BooleanField(default=False)),
                ("read_version", models.PositiveIntegerField(default=0)),
                ("save_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "version d’une note",
                "verbose_name_plural": "versions des notes",
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("named_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "siège du jury",
                "verbose_name_plural": "sièges du jury",
            },
        ),
        migrations.CreateModel(
            name="Tie",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("employer", "Emploi"),
                            ("research", "Collaboration scientifique ou industrielle"),
                            ("advice", "Conseil ou expertise rémunérés"),
                            ("board", "Mandat ou fonction dans une instance"),
                            ("money", "Intérêt financier"),
                            ("family", "Proche qui y travaille"),
                            ("other", "Autre lien"),
                        ],
                        max_length=8,
                        verbose_name="nature du lien",
                    ),
                ),
                ("body", models.CharField(max_length=200, verbose_name="organisme")),
                ("siren", models.CharField(blank=True, max_length=9, verbose_name="SIREN")),
                ("since_on", models.DateField(null=True, verbose_name="depuis le")),
                ("until_on", models.DateField(null=True, verbose_name="jusqu’au")),
                ("declared_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "lien d’intérêts déclaré",
                "verbose_name_plural": "liens d’intérêts déclarés",
            },
        ),
        migrations.CreateModel(
            name="Undertaking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(verbose_name="engagement")),
                ("signed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "engagement d’expertise",
                "verbose_name_plural": "engagements d’expertise",
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.CharField(blank=True, max_length=400, verbose_name="fait relevé")),
                ("reason", models.TextField(blank=True, verbose_name="motif")),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "déport en séance",
                "verbose_name_plural": "déports en séance",
            },
        ),
        migrations.RemoveConstraint(
            model_name="assignment",
            name="assignment_live_once",
        ),
        migrations.RemoveConstraint(
            model_name="assignment",
            name="assignment_ended_at",
        ),
        migrations.AddField(
            model_name="assignment",
            name="cause",
            field=models.CharField(
                blank=True,
                choices=[
                    ("conflict", "J’ai un lien d’intérêts"),
                    ("load", "J’ai trop de dossiers, ou pas le temps"),
                    ("field", "Ce n’est pas mon domaine"),
                    ("other", "Une autre raison"),
                ],
                max_length=8,
                verbose_name="cause du refus",
            ),
        ),
        migrations.AddField(
            model_name="assignment",
            name="suggested",
            field=models.CharField(blank=True, max_length=160, verbose_name="personne suggérée"),
        ),
        migrations.AddField(
            model_name="assignment",
            name="waiting_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="rankingline",
            name="reserve_order",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="rankingline",
            name="reserve_reason",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="rankingline",
            name="sites",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=3), null=True, size=None
            ),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "À arbitrer"),
                    ("assigned", "À déclarer"),
                    ("declared", "Ouverte"),
                    ("recused", "Déport"),
                    ("suspended", "Suspendue"),
                    ("declined", "Déclinée"),
                ],
                default="assigned",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["waiting_at"], name="assignment_to_rule"
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("assigned", "declared", "waiting"))),
                fields=("application", "expert"),
                name="assignment_live_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ("assigned", "declared", "waiting"))),
                    models.Q(
                        models.Q(("state__in", ("assigned", "declared", "waiting")), _negated=True),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="assignment_ended_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fact__gt", ""), ("state", "waiting"), ("waiting_at__isnull", False)),
                    models.Q(
                        models.Q(("state", "waiting"), _negated=True),
                        models.Q(("waiting_at__isnull", True), ("state", "suspended"), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="assignment_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cause__in", ("load", "field")), ("state", "declined")),
                    models.Q(("cause", "other"), ("reason__gt", ""), ("state", "declined")),
                    models.Q(models.Q(("state", "declined"), _negated=True), ("cause__in", ("", "conflict"))),
                    _connector="OR",
                ),
                name="assignment_declined_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="rankingline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reserve_order__isnull", True),
                    models.Q(("list", "reserve"), ("reserve_reason__gt", "")),
                    _connector="OR",
                ),
                name="ranking_reserve_reasoned",
            ),
        ),
        migrations.AddField(
            model_name="allocation",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="allocation",
            name="wave",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="allocations", to="calls.wave"
            ),
        ),
        migrations.AddField(
            model_name="consensus",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.assignment"
            ),
        ),
        migrations.AddField(
            model_name="consensusmark",
            name="consensus",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="reviews.consensus"
            ),
        ),
        migrations.AddField(
            model_name="consensusmark",
            name="criterion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.criterion"
            ),
        ),
        migrations.AddField(
            model_name="discussion",
            name="application",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="discussion", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="discussion",
            name="rapporteur",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.assignment"
            ),
        ),
        migrations.AddField(
            model_name="consensus",
            name="discussion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="reviews.discussion"
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="items", to="reviews.session"
            ),
        ),
        migrations.AddField(
            model_name="jurynote",
            name="review",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="jury_note", to="reviews.review"
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="item",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="motions", to="reviews.item"
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="moved_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="motions", to="reviews.session"
            ),
        ),
        migrations.AddField(
            model_name="ballot",
            name="motion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="ballots", to="reviews.motion"
            ),
        ),
        migrations.AddField(
            model_name="need",
            name="application",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="need", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="need",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="panel",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="panels", to="reviews.session"
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="allocation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="placements", to="reviews.allocation"
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="placements", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="expert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="placements", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="position",
            name="assignment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.assignment"
            ),
        ),
        migrations.AddField(
            model_name="position",
            name="consensus",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="positions", to="reviews.consensus"
            ),
        ),
        migrations.AddField(
            model_name="privatenote",
            name="review",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="private_note", to="reviews.review"
            ),
        ),
        migrations.AddField(
            model_name="profile",
            name="expert",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="profile", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="assignment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviews.assignment"
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="discussion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="remarks", to="reviews.discussion"
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rulings", to="applications.application"
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ruling",
            name="expert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rulings", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="scoreversion",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="texts", to="reviews.review"
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="named_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="seats", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="reviews.session"
            ),
        ),
        migrations.AddField(
            model_name="ballot",
            name="seat",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="ballots", to="reviews.seat"
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="seat",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="attendances", to="reviews.seat"
            ),
        ),
        migrations.AddField(
            model_name="tie",
            name="expert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="ties", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="undertaking",
            name="expert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="undertakings", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="undertaking",
            name="wave",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="undertakings", to="calls.wave"
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="withdrawals", to="reviews.item"
            ),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="seat",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="withdrawals", to="reviews.seat"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sent_at", None)), fields=("wave",), name="allocation_one_draft"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(condition=models.Q(("k__gte", 1), ("k__lte", 9)), name="allocation_k"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(condition=models.Q(("progress__lte", 100)), name="allocation_progress"),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("sent_at", None), ("solving", False), _connector="OR"), name="allocation_sent_whole"
            ),
        ),
        migrations.AddConstraint(
            model_name="consensusmark",
            constraint=models.UniqueConstraint(fields=("consensus", "criterion"), name="consensus_mark_once"),
        ),
        migrations.AddConstraint(
            model_name="discussion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("designated_at__isnull", True), ("rapporteur__isnull", True)),
                    models.Q(("designated_at__isnull", False), ("rapporteur__isnull", False)),
                    _connector="OR",
                ),
                name="discussion_rapporteur",
            ),
        ),
        migrations.AddConstraint(
            model_name="discussion",
            constraint=models.CheckConstraint(condition=models.Q(("found__gt", "")), name="discussion_found"),
        ),
        migrations.AddConstraint(
            model_name="consensus",
            constraint=models.UniqueConstraint(fields=("discussion", "version"), name="consensus_version"),
        ),
        migrations.AddConstraint(
            model_name="consensus",
            constraint=models.CheckConstraint(condition=models.Q(("text__gt", "")), name="consensus_text"),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(
                condition=models.Q(("taken_at__isnull", True)), fields=("session",), name="item_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken_at__isnull", True), ("taken_at__gte", models.F("laid_at")), _connector="OR"),
                name="item_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="jurynote",
            constraint=models.CheckConstraint(condition=models.Q(("text__gt", "")), name="jury_note_text"),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("session",), name="motion_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cents__isnull", True), models.Q(("cents__gte", 0), ("item__isnull", False)), _connector="OR"
                ),
                name="motion_cents",
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", True),
                        ("present__isnull", True),
                        ("seated__isnull", True),
                        ("state", "open"),
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("present__isnull", False),
                        ("present__lte", models.F("seated")),
                        ("seated__isnull", False),
                        ("state__in", ("carried", "rejected")),
                    ),
                    _connector="OR",
                ),
                name="motion_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(condition=models.Q(("envelope_cents__gte", 0)), name="panel_envelope"),
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(
                condition=models.Q(("inputs_sha256__regex", "^[0-9a-f]{64}$")), name="panel_inputs"
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.UniqueConstraint(
                fields=("allocation", "application", "expert"), name="allocation_placement_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.UniqueConstraint(fields=("consensus", "assignment"), name="position_once"),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.CheckConstraint(
                condition=models.Q(("agrees", True), ("reason__gt", ""), _connector="OR"), name="position_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="privatenote",
            constraint=models.CheckConstraint(condition=models.Q(("version__gte", 1)), name="private_note_version"),
        ),
        migrations.AddConstraint(
            model_name="profile",
            constraint=models.CheckConstraint(
                condition=models.Q(("capacity__gte", 1), ("capacity__lte", 60)), name="profile_capacity"
            ),
        ),
        migrations.AddConstraint(
            model_name="profile",
            constraint=models.CheckConstraint(condition=models.Q(("skills__len__gte", 1)), name="profile_skills"),
        ),
        migrations.AddConstraint(
            model_name="profile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("available_from__isnull", True),
                    ("available_until__isnull", True),
                    ("available_until__gte", models.F("available_from")),
                    _connector="OR",
                ),
                name="profile_availability",
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=models.CheckConstraint(condition=models.Q(("text__gt", "")), name="remark_text"),
        ),
        migrations.AddIndex(
            model_name="ruling",
            index=models.Index(fields=["expert", "application"], name="ruling_pair"),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="ruling_reason"),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(condition=models.Q(("facts__gt", "")), name="ruling_facts"),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.CheckConstraint(
                condition=models.Q(("expert", models.F("by")), _negated=True), name="ruling_by_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="scoreversion",
            constraint=models.UniqueConstraint(fields=("review", "key", "version"), name="score_version"),
        ),
        migrations.AddConstraint(
            model_name="scoreversion",
            constraint=models.UniqueConstraint(fields=("review", "save_id"), name="score_save_once"),
        ),
        migrations.AddConstraint(
            model_name="scoreversion",
            constraint=models.CheckConstraint(condition=models.Q(("version__gte", 1)), name="score_version_least"),
        ),
        migrations.AddConstraint(
            model_name="scoreversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("read_version__lt", models.F("version"))), name="score_read_before"
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(fields=("session", "person"), name="seat_once"),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.UniqueConstraint(fields=("motion", "seat"), name="ballot_once"),
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.CheckConstraint(
                condition=models.Q(("voice__in", ("for", "against", "abstain"))), name="ballot_voice"
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at__isnull", True)), fields=("seat",), name="attendance_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(("left_at__isnull", True), ("left_at__gte", models.F("came_at")), _connector="OR"),
                name="attendance_order",
            ),
        ),
        migrations.AddIndex(
            model_name="tie",
            index=models.Index(condition=models.Q(("withdrawn_at", None)), fields=["expert"], name="tie_standing"),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.CheckConstraint(condition=models.Q(("body__gt", "")), name="tie_body"),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(("siren", ""), ("siren__regex", "^[0-9]{9}$"), _connector="OR"), name="tie_siren"
            ),
        ),
        migrations.AddConstraint(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("since_on__isnull", True),
                    ("until_on__isnull", True),
                    ("until_on__gte", models.F("since_on")),
                    _connector="OR",
                ),
                name="tie_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="undertaking",
            constraint=models.UniqueConstraint(fields=("expert", "wave"), name="undertaking_once"),
        ),
        migrations.AddConstraint(
            model_name="undertaking",
            constraint=models.CheckConstraint(condition=models.Q(("text__gt", "")), name="undertaking_text"),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.UniqueConstraint(fields=("item", "seat"), name="withdrawal_once"),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("fact__gt", ""), ("reason__gt", ""), _connector="OR"), name="withdrawal_why"
            ),
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "En rédaction"), ("proposed", "À approuver"), ("approved", "Approuvé")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("begun_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("content", models.JSONField(null=True)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="applications.application",
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "begun_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="edsh_portal.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "retour au candidat",
                "verbose_name_plural": "retours aux candidats",
            },
        ),
        migrations.CreateModel(
            name="FeedbackText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                (
                    "flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                ("save_id", models.UUIDField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "feedback",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="texts", to="reviews.feedback"
                    ),
                ),
            ],
            options={
                "verbose_name": "version d’un retour",
                "verbose_name_plural": "versions des retours",
            },
        ),
        migrations.CreateModel(
            name="Harmless",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("flag", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=400, verbose_name="raison")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "feedback",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="harmless", to="reviews.feedback"
                    ),
                ),
            ],
            options={
                "verbose_name": "mention sans risque",
                "verbose_name_plural": "mentions sans risque",
            },
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        ("content__isnull", False),
                        ("state", "approved"),
                    ),
                    models.Q(
                        models.Q(("state", "approved"), _negated=True),
                        ("approved_at__isnull", True),
                        ("approved_by__isnull", True),
                        ("content__isnull", True),
                        ("document__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="feedback_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedbacktext",
            constraint=models.UniqueConstraint(fields=("feedback", "number", "version"), name="feedback_text_version"),
        ),
        migrations.AddConstraint(
            model_name="feedbacktext",
            constraint=models.UniqueConstraint(fields=("feedback", "save_id"), name="feedback_text_save_once"),
        ),
        migrations.AddConstraint(
            model_name="feedbacktext",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="feedback_text_version_least"
            ),
        ),
        migrations.AddConstraint(
            model_name="harmless",
            constraint=models.UniqueConstraint(fields=("feedback", "number", "flag"), name="harmless_once"),
        ),
        migrations.AddConstraint(
            model_name="harmless",
            constraint=models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="harmless_reason"),
        ),
        migrations.AddField(
            model_name="discussion",
            name="reopened_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="reopened_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Calibration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "En préparation"), ("open", "Ouvert"), ("closed", "Clos")],
                        default="draft",
                        max_length=6,
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="titre du dossier fictif")),
                ("written_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "wave",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="calibration", to="calls.wave"
                    ),
                ),
            ],
            options={
                "verbose_name": "étalonnage",
                "verbose_name_plural": "étalonnages",
            },
        ),
        migrations.CreateModel(
            name="CalibrationReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given_at", models.DateTimeField()),
                (
                    "calibration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="reviews.calibration"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "notes d’étalonnage d’un expert",
                "verbose_name_plural": "notes d’étalonnage des experts",
            },
        ),
        migrations.CreateModel(
            name="CalibrationMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.PositiveSmallIntegerField()),
                ("comment", models.TextField(blank=True)),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.criterion"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="reviews.calibrationreport",
                    ),
                ),
            ],
            options={
                "verbose_name": "note d’étalonnage",
                "verbose_name_plural": "notes d’étalonnage",
            },
        ),
        migrations.CreateModel(
            name="CalibrationText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True)),
                (
                    "calibration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="texts", to="reviews.calibration"
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.criterion"
                    ),
                ),
            ],
            options={
                "verbose_name": "texte d’un dossier fictif",
                "verbose_name_plural": "textes d’un dossier fictif",
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.PositiveSmallIntegerField()),
                ("value", models.PositiveSmallIntegerField()),
                ("reason", models.TextField(blank=True, verbose_name="motif du changement")),
                ("at", models.DateTimeField()),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.criterion"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="confirmations", to="reviews.review"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.version"
                    ),
                ),
            ],
            options={
                "verbose_name": "confirmation d’une note",
                "verbose_name_plural": "confirmations de notes",
            },
        ),
        migrations.CreateModel(
            name="FurtherExpert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "met",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=160), blank=True, size=None
                    ),
                ),
                ("load", models.PositiveSmallIntegerField()),
                ("capacity", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposition en attente"),
                            ("accepted", "Dossier confié"),
                            ("dismissed", "Écartée"),
                        ],
                        default="proposed",
                        max_length=9,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, verbose_name="motif du refus")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "discussion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="further", to="reviews.discussion"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "expert supplémentaire",
                "verbose_name_plural": "experts supplémentaires",
            },
        ),
        migrations.CreateModel(
            name="Reopening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("locked_at", models.DateTimeField()),
                ("scores", models.JSONField()),
                ("jury_note", models.TextField(blank=True)),
                ("reason", models.TextField(verbose_name="motif de la réouverture")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reopenings", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "réouverture d’une évaluation",
                "verbose_name_plural": "réouvertures d’évaluations",
            },
        ),
        migrations.CreateModel(
            name="ReportReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                ("days", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="reviews.assignment"
                    ),
                ),
            ],
            options={
                "verbose_name": "rappel d’une évaluation",
                "verbose_name_plural": "rappels d’évaluations",
            },
        ),
        migrations.AddConstraint(
            model_name="calibration",
            constraint=models.CheckConstraint(condition=models.Q(("title__gt", "")), name="calibration_title"),
        ),
        migrations.AddConstraint(
            model_name="calibration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("opened_at__isnull", True), ("state", "draft")),
                    models.Q(("closed_at__isnull", True), ("opened_at__isnull", False), ("state", "open")),
                    models.Q(("closed_at__isnull", False), ("opened_at__isnull", False), ("state", "closed")),
                    _connector="OR",
                ),
                name="calibration_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="calibrationreport",
            constraint=models.UniqueConstraint(fields=("calibration", "expert"), name="calibration_report_once"),
        ),
        migrations.AddConstraint(
            model_name="calibrationmark",
            constraint=models.UniqueConstraint(fields=("report", "criterion"), name="calibration_mark_once"),
        ),
        migrations.AddConstraint(
            model_name="calibrationtext",
            constraint=models.UniqueConstraint(fields=("calibration", "criterion"), name="calibration_text_once"),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.UniqueConstraint(fields=("review", "criterion", "version"), name="confirmation_once"),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(("value", models.F("before")), ("reason__gt", ""), _connector="OR"),
                name="confirmation_reasoned",
            ),
        ),
        migrations.AddConstraint(
            model_name="furtherexpert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("answered_by__isnull", True), ("state", "proposed")),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        ("state__in", ("accepted", "dismissed")),
                    ),
                    _connector="OR",
                ),
                name="further_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="furtherexpert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dismissed"), _negated=True), ("reason__gt", ""), _connector="OR"
                ),
                name="further_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="reopening",
            constraint=models.UniqueConstraint(fields=("review", "locked_at"), name="reopening_once"),
        ),
        migrations.AddConstraint(
            model_name="reopening",
            constraint=models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="reopening_reason"),
        ),
        migrations.AddConstraint(
            model_name="reopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("at__gte", models.F("locked_at"))), name="reopening_after"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportreminder",
            constraint=models.UniqueConstraint(fields=("assignment", "due_at", "days"), name="report_reminder_once"),
        ),
        migrations.AddConstraint(
            model_name="reportreminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("days", 0), _negated=True), name="report_reminder_days"
            ),
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seats", models.PositiveSmallIntegerField(verbose_name="membres du jury à chaque audition")),
                ("people", models.PositiveSmallIntegerField(verbose_name="personnes au plus pour chaque dossier")),
                ("note", models.TextField(blank=True, verbose_name="consignes aux personnes entendues")),
                ("round", models.PositiveIntegerField(default=0)),
                ("solving", models.BooleanField(default=False)),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("answer", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="schedule", to="reviews.session"
                    ),
                ),
            ],
            options={
                "verbose_name": "programme d’auditions",
                "verbose_name_plural": "programmes d’auditions",
            },
        ),
        migrations.CreateModel(
            name="Hearing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("locked", models.BooleanField(default=False)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hearings",
                        to="applications.application",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hearings", to="reviews.schedule"
                    ),
                ),
            ],
            options={
                "verbose_name": "audition",
                "verbose_name_plural": "auditions",
            },
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slots", to="reviews.schedule"
                    ),
                ),
            ],
            options={
                "verbose_name": "créneau d’audition",
                "verbose_name_plural": "créneaux d’audition",
            },
        ),
        migrations.CreateModel(
            name="Sitting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "hearing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sittings", to="reviews.hearing"
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sittings", to="reviews.seat"
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sittings", to="reviews.slot"
                    ),
                ),
            ],
            options={
                "verbose_name": "membre à une audition",
                "verbose_name_plural": "membres aux auditions",
            },
        ),
        migrations.AddField(
            model_name="hearing",
            name="slot",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="hearings", to="reviews.slot"
            ),
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="absences", to="reviews.seat"
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="absences", to="reviews.slot"
                    ),
                ),
            ],
            options={
                "verbose_name": "absence d’un membre du jury",
                "verbose_name_plural": "absences de membres du jury",
            },
        ),
        migrations.CreateModel(
            name="Summons",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.PositiveSmallIntegerField()),
                ("cancelled", models.BooleanField(default=False)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("venue", models.CharField(max_length=120)),
                ("link", models.URLField(blank=True, max_length=400)),
                ("people", models.PositiveSmallIntegerField()),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="summonses",
                        to="applications.application",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="summonses", to="reviews.schedule"
                    ),
                ),
            ],
            options={
                "verbose_name": "convocation à une audition",
                "verbose_name_plural": "convocations aux auditions",
            },
        ),
        migrations.CreateModel(
            name="Summoned",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(choices=[("team", "Équipe du dossier"), ("jury", "Membre du jury")], max_length=4),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="summoned",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "summons",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="summoned", to="reviews.summons"
                    ),
                ),
            ],
            options={
                "verbose_name": "personne convoquée",
                "verbose_name_plural": "personnes convoquées",
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.PositiveSmallIntegerField()),
                ("after", models.PositiveSmallIntegerField()),
                ("reason", models.TextField(verbose_name="motif")),
                ("at", models.DateTimeField()),
                (
                    "score",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="reviews.score"
                    ),
                ),
                (
                    "summons",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="reviews.summons"
                    ),
                ),
            ],
            options={
                "verbose_name": "note revue après audition",
                "verbose_name_plural": "notes revues après audition",
            },
        ),
        migrations.CreateModel(
            name="Venue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="salle")),
                ("link", models.URLField(blank=True, max_length=400, verbose_name="lien de visioconférence")),
                ("order", models.PositiveSmallIntegerField()),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="venues", to="reviews.schedule"
                    ),
                ),
            ],
            options={
                "verbose_name": "salle d’audition",
                "verbose_name_plural": "salles d’audition",
            },
        ),
        migrations.AddField(
            model_name="hearing",
            name="venue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="hearings", to="reviews.venue"
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("people__gte", 1), ("seats__gte", 1)), name="schedule_least"
            ),
        ),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(condition=models.Q(("progress__lte", 100)), name="schedule_progress"),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="slot_dates"
            ),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (models.F("schedule"), "="),
                    (
                        models.Func(
                            "starts_at",
                            "ends_at",
                            django.contrib.postgres.fields.ranges.RangeBoundary(),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="slot_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitting",
            constraint=models.UniqueConstraint(fields=("slot", "seat"), name="sitting_once"),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.UniqueConstraint(fields=("slot", "seat"), name="absence_once"),
        ),
        migrations.AddConstraint(
            model_name="summons",
            constraint=models.UniqueConstraint(fields=("application", "sequence"), name="summons_sequence"),
        ),
        migrations.AddConstraint(
            model_name="summons",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="summons_dates"
            ),
        ),
        migrations.AddConstraint(
            model_name="summons",
            constraint=models.CheckConstraint(condition=models.Q(("people__gte", 1)), name="summons_people"),
        ),
        migrations.AddConstraint(
            model_name="summoned",
            constraint=models.UniqueConstraint(fields=("summons", "person"), name="summoned_once"),
        ),
        migrations.AddConstraint(
            model_name="summoned",
            constraint=models.CheckConstraint(condition=models.Q(("side__in", ("team", "jury"))), name="summoned_side"),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(("before", models.F("after")), _negated=True), name="revision_changes"
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="revision_reason"),
        ),
        migrations.AddConstraint(
            model_name="venue",
            constraint=models.UniqueConstraint(fields=("schedule", "name"), name="venue_once"),
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.UniqueConstraint(fields=("schedule", "application"), name="hearing_once"),
        ),
        migrations.AddConstraint(
            model_name="hearing",
            constraint=models.UniqueConstraint(fields=("slot", "venue"), name="hearing_alone"),
        ),
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
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="edsh_portal.document",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signed_minutes", to="reviews.session"
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reopenings", to="reviews.session"
                    ),
                ),
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
