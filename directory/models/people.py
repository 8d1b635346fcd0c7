"""People, where they work, how they sign in, and the tokens of programs that act for them."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now, Reverse
from django.utils.translation import gettext_lazy as _

from edsh_portal.access import ROLES, has_role
from edsh_portal.clock import PortalNow


class UserQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> "UserQuerySet":
        """Everyone for administrators and the auditor; for the others, themselves."""
        if has_role(user, "administrator", "auditor"):
            return self
        return self.filter(pk=user.pk)

    def for_list(self) -> "UserQuerySet":
        live = Affiliation.objects.filter(ended_at=None).select_related("establishment").order_by("pk")
        roles = Group.objects.filter(name__in=ROLES).order_by("name")
        return self.order_by("full_name", "pk").prefetch_related(
            models.Prefetch("groups", roles, to_attr="role_groups"),
            models.Prefetch("affiliations", live, to_attr="live_affiliations"),
        )

    def in_exception(self) -> "UserQuerySet":
        """Those who hold a role beside what it does not go with, and when the first of these ends."""
        held = RoleException.objects.filter(user=models.OuterRef("pk")).order_by("until_on")
        some = self.filter(pk__in=RoleException.objects.values("user"))  # few: everyone would be asked when theirs ends
        return some.annotate(exception_ends_on=models.Subquery(held.values("until_on")[:1]))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # a base made at run time
    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=email.strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail. Rights come from the groups of roles and of establishments, never from flags."""

    role_groups: list[Group]  # of for_list

    email = models.EmailField(_("adresse électronique"), unique=True)
    full_name = models.CharField(_("nom complet"), max_length=120)
    password = None  # type: ignore[assignment]  # no row that others read holds it: Password
    language = models.CharField(max_length=5, default="fr", choices=[("fr", "Français"), ("en", "English")])
    is_active = models.BooleanField(default=True)
    session_epoch = models.PositiveIntegerField(default=0)  # version of the credentials: +1 closes every open session
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]
    objects = UserManager()
    grants = ("SELECT", "INSERT", "UPDATE (last_login, language, is_active, session_epoch)")
    grants_worker = ("SELECT", "UPDATE (session_epoch)")  # a role whose exception is over closes the sessions
    sealed = ("email", "full_name", "is_active", "is_superuser", "created_at", "groups")

    class Meta:
        verbose_name, verbose_name_plural = _("personne"), _("personnes")
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower"),
            models.CheckConstraint(condition=Q(is_superuser=False), name="user_never_superuser"),  # roles are groups
        ]
        indexes = [  # who else has an address of this domain, or of one under it
            models.Index(
                OpClass(
                    Reverse(models.Func(models.F("email"), models.Value("@"), models.Value(2), function="split_part")),
                    name="text_pattern_ops",
                ),
                name="user_mail_domain",
            )
        ]

    @property
    def is_staff(self) -> bool:
        """Opens the read-only registers."""
        return has_role(self, "auditor", "administrator")

    @property
    def event_stream(self) -> str:
        return "directory"

    def get_session_auth_hash(self) -> str:
        """What a session was opened with; it is kept beside it (edsh_portal/sessions.py), and never leaves the database."""
        return str(self.session_epoch)

    def get_session_auth_fallback_hash(self):
        return iter(())

    def __str__(self) -> str:
        return self.full_name


class Password(models.Model):
    """The hash of a password, in a table that no login reads but through password_of() (actor.sql)."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    hash = models.CharField(max_length=128)

    grants = ()
    grants_owner = ("UPDATE (hash)",)  # password_set() alone

    class Meta:
        verbose_name, verbose_name_plural = _("mot de passe"), _("mots de passe")


class PasswordReading(models.Model):
    """That somebody's hash was read: to let them in, or by who should not."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=Now())

    grants = ()

    class Meta:
        verbose_name, verbose_name_plural = _("lecture de mot de passe"), _("lectures de mots de passe")
        indexes = [
            models.Index(fields=["user", "at"], name="password_reading_user"),
            models.Index(fields=["at"], name="password_reading_at"),
        ]


class Link(models.Model):
    """What the directory's own events are about: one stream for people, roles and establishments."""

    class Meta:
        abstract = True

    @property
    def event_stream(self) -> str:
        return "directory"


class Incompatible(models.Model):
    """A role and another, or « establishment », that nobody is at once; roles.sql fills it."""

    role = models.CharField(max_length=20)
    other = models.CharField(max_length=20)

    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("rôle qui ne se cumule pas"), _("rôles qui ne se cumulent pas")
        constraints = [models.UniqueConstraint(fields=["role", "other"], name="incompatible_once")]


class RoleException(models.Model):
    """A role held beside what it does not go with, until a day included, by its act of two. Ended with the role."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_exceptions")
    role = models.CharField(max_length=20)
    until_on = models.DateField()
    act = models.OneToOneField("edsh_portal.Act", models.PROTECT, related_name="+")

    grants = ("SELECT", "INSERT", "DELETE")
    grants_worker = ("SELECT", "DELETE")  # the clock ends it
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("exception de rôle"), _("exceptions de rôle")
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="role_exception_once")]


class AffiliationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "AffiliationQuerySet":
        return self if has_role(user, "administrator", "auditor") else self.filter(user_id=user.pk)

    def reached(self) -> "AffiliationQuerySet":
        """Those who read what is sent to an establishment: an open account that writes or signs for it today."""
        return self.filter(kind__in=("writer", "signatory"), ended_at=None, user__is_active=True)


class Affiliation(Link):
    """A person belongs to an establishment: as a writer, as its legal representative, or merely as an employee.

    Writers and signatories are in the establishment's group (they see its dossiers); an employee is not: the link
    tells an expert's employer.
    """

    class Kind(models.TextChoices):
        WRITER = "writer", _("Rédaction")
        SIGNATORY = "signatory", _("Représentation légale")
        EMPLOYEE = "employee", _("Emploi")

    user = models.ForeignKey(User, models.PROTECT, related_name="affiliations")
    establishment = models.ForeignKey("directory.Establishment", models.PROTECT, related_name="affiliations")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    since_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    sealed = ("*",)
    objects = AffiliationQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (ended_at)")
    frozen_when = {"ended_at": ()}

    class Meta:
        verbose_name, verbose_name_plural = _("rattachement"), _("rattachements")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "establishment", "kind"], condition=Q(ended_at__isnull=True), name="affiliation_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("since_at")), name="affiliation_dates"
            ),
        ]


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "InvitationQuerySet":
        """All for administrators and the auditor; for the others those they sent."""
        return self if has_role(user, "administrator", "auditor") else self.filter(invited_by_id=user.pk)

    def unanswered(self) -> "InvitationQuerySet":
        """Those that nobody has answered; the first to end, or to have ended, comes first."""
        return self.filter(accepted_at=None).select_related("establishment", "invited_by").order_by("expires_at", "pk")


class Invitation(Link):
    """An invitation by e-mail. The token is made when the letter is written and is only in it: we keep its SHA-256, which
    letter_seal() alone writes (actor.sql)."""

    email = models.EmailField()
    full_name = models.CharField(max_length=120)
    establishment = models.ForeignKey("directory.Establishment", models.PROTECT, null=True, related_name="invitations")
    kind = models.CharField(max_length=10, choices=Affiliation.Kind.choices, blank=True)
    role = models.CharField(max_length=20, blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True, null=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    sealed = ("*", "-token_sha256")
    objects = InvitationQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (invited_by_id, expires_at, accepted_at, accepted_by_id)")
    grants_owner = ("UPDATE (token_sha256)",)  # letter_seal() alone
    frozen_when = {"accepted_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("invitation"), _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted",
            ),
            models.CheckConstraint(
                condition=Q(establishment__isnull=True, kind="") | Q(establishment__isnull=False, kind__gt=""),
                name="invitation_kind",
            ),
        ]


class ApiTokenQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ApiTokenQuerySet":
        """Each person's own, and nobody else's."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def live(self) -> "ApiTokenQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=PortalNow())

    def used(self) -> int:
        return self.update(last_used_at=PortalNow(), use_count=models.F("use_count") + 1)


class ApiToken(Link):
    """A program's key, shown once: we keep its SHA-256, its scopes, its end and its last use."""

    SCOPES = {"read": _("Lecture des dossiers"), "dashboard": _("Tableaux de bord"), "ledger": _("Grand livre")}
    PREFIX = "edsh_"

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    label = models.CharField(_("usage"), max_length=80)
    key_sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    use_count = models.PositiveBigIntegerField(default=0)

    sealed = ("*", "-last_used_at", "-use_count")
    objects = ApiTokenQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (revoked_at, last_used_at, use_count)")
    frozen_when = {"revoked_at": ()}

    class Meta:
        verbose_name, verbose_name_plural = _("jeton"), _("jetons")
