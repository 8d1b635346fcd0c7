"""What a person without a session asks by letter: a new password, an account. The secret is in the letter alone: we keep its SHA-256,
which letter_seal() alone writes (actor.sql)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from edsh_portal.access import has_role
from edsh_portal.workflow import STATES

from .people import Affiliation, Invitation, User


class Asked(models.Model):
    """One stream for what comes from public pages: no import of the register makes a visitor wait."""

    token_sha256 = models.CharField(max_length=64, unique=True, null=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def event_stream(self) -> str:
        return "accounts"


class PasswordReset(Asked):
    """A password was said to be forgotten. `user` is empty when no open account bears the address, which is kept nowhere: the same row
    is written, so that nothing in the answer tells who exists."""

    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(null=True)

    grants = ("SELECT", "INSERT", "UPDATE (used_at)")
    grants_worker = ("SELECT", "DELETE")  # the clock forgets those that are over
    grants_owner = ("UPDATE (token_sha256)",)  # letter_seal() alone
    frozen_when = {"used_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("mot de passe oublié"), _("mots de passe oubliés")
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(user__isnull=False), name="password_reset_of_somebody"
            ),
        ]


class AccountRequestQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "AccountRequestQuerySet":
        """Those whose address is proved: all for who instructs and the auditor; for who represents an establishment, its own."""
        proved = self.exclude(state=AccountRequest.State.ASKED)
        if has_role(user, "instructor", "auditor"):
            return proved
        return proved.filter(
            establishment__affiliations__in=Affiliation.objects.reached().filter(user=user.pk, kind="signatory")
        )

    def for_list(self) -> "AccountRequestQuerySet":
        """Those to examine first, the oldest on top."""
        return self.select_related("establishment", "asked_by").order_by(
            F("decided_at").desc(nulls_first=True), "proved_at", "pk"
        )


class AccountRequest(Asked):
    """Somebody of an establishment asks for an account, or is named by who coordinates a dossier; their address is proved by a letter,
    then whoever represents the establishment, or the service that instructs, accepts or refuses. `kind` is what they say they will do."""

    class State(models.TextChoices):
        ASKED = "asked", _("Adresse à confirmer")
        PROVED = "proved", _("À examiner")
        ACCEPTED = "accepted", _("Acceptée")
        REFUSED = "refused", _("Refusée")

    KINDS = (
        ("writer", _("Rédiger : préparer et compléter le dossier")),
        ("signatory", _("Représenter l’établissement : déposer et donner mandat en son nom")),
    )

    email = models.EmailField()
    full_name = models.CharField(max_length=120)
    function = models.CharField(max_length=120)
    establishment = models.ForeignKey("directory.Establishment", models.PROTECT, related_name="account_requests")
    kind = models.CharField(max_length=10, choices=KINDS)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    proved_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    invitation = models.OneToOneField(Invitation, models.PROTECT, null=True, related_name="request")

    objects = AccountRequestQuerySet.as_manager()
    grants = (
        "SELECT",
        "INSERT",
        "UPDATE (full_name, function, kind, expires_at, state, proved_at, decided_at, decided_by_id, reason, invitation_id)",
    )
    grants_worker = ("SELECT", "DELETE")  # the clock forgets those whose address nobody proved
    grants_owner = ("UPDATE (token_sha256)",)  # letter_seal() alone
    frozen_when = {"proved_at": ("full_name", "function", "kind"), "decided_at": ("*",)}
    sealed = ("*", "-token_sha256", "-expires_at")
    sealed_if = "state <> 'asked'"

    class Meta:
        verbose_name, verbose_name_plural = _("demande de compte"), _("demandes de compte")
        constraints = [
            models.UniqueConstraint(
                fields=["email", "establishment"], condition=Q(decided_at__isnull=True), name="account_request_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=("writer", "signatory")), name="account_request_kind"),
            models.CheckConstraint(
                condition=Q(state="asked", proved_at__isnull=True, decided_at__isnull=True, decided_by__isnull=True)
                | Q(state="proved", proved_at__isnull=False, decided_at__isnull=True, decided_by__isnull=True)
                | Q(state__in=("accepted", "refused"), proved_at__isnull=False)
                & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="account_request_state",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", invitation__isnull=False)
                | (~Q(state="accepted") & Q(invitation__isnull=True)),
                name="account_request_invited",
            ),
            models.CheckConstraint(
                condition=Q(state="refused", reason__gt="") | (~Q(state="refused") & Q(reason="")),
                name="account_request_reason",
            ),
        ]


STATES["accountrequest"] = {
    "asked": (_("Adresse à confirmer"), "waiting"),
    "proved": (_("À examiner"), "todo"),
    "accepted": (_("Acceptée"), "ok"),
    "refused": (_("Refusée"), "danger"),
}
