"""Who carries a dossier together: members (coordinator and project partners) and associated partners."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import BooleanField, Q, Value
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase

from edsh_portal.access import roles

from .dossier import Application

# Whether its establishment has left the consortium since, of a row that names it with its dossier: a room above knows of it
# (funding/models/consortium.py), the dossier never changes.
LEFT: list[Callable[[], Any]] = []


def left() -> Any:
    return LEFT[0]() if LEFT else Value(False, BooleanField())


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, user) -> "MembershipQuerySet":
        """Those of the dossiers this person sees, and the invitations made to the establishments this person writes for."""
        signed = user.is_authenticated and user.is_active
        return self.seen_by(user.pk, roles(user)) if signed else self.none()

    def seen_by(self, person: int, held: frozenset[str]) -> "MembershipQuerySet":
        """The same of an active person, by all that it looks at: their key and the roles they hold."""
        mine = Q(establishment__group__user=person, state__in=("invited", "accepted"))
        mine &= ~Q(application__state="abandoned")
        return self.filter(mine | Q(application__in=Application.objects.seen_by(person, held).values("pk"))).distinct()

    def stand(self) -> "MembershipQuerySet":
        """Those that carry the dossier today: accepted, and whose establishment has not left since."""
        return self.filter(state="accepted").alias(left=left()).filter(left=False)

    def gone(self) -> "MembershipQuerySet":
        """Those whose establishment has left since."""
        return self.filter(state="accepted").alias(left=left()).filter(left=True)

    def live(self) -> "MembershipQuerySet":
        return self.filter(state__in=("invited", "accepted"))

    def shared_with(self, application: Application, establishments) -> "MembershipQuerySet":
        """What these establishments are members of beside this dossier, under another coordinator (R14 bis).

        Accepted memberships alone: inviting an establishment tells nothing of its other consortia.
        """
        beside = Application.objects.beside(application).exclude(coordinator=application.coordinator_id)
        return self.filter(
            state="accepted", establishment__in=establishments, application__in=beside.order_by().values("pk")
        ).order_by("establishment__name", "pk")


class Membership(models.Model):
    """An establishment of the consortium; the coordinator's own is accepted at birth."""

    class Role(models.TextChoices):
        COORDINATOR = "coordinator", _("Établissement coordinateur")
        PARTNER = "partner", _("Partenaire projet")

    class State(models.TextChoices):
        INVITED = "invited", _("Invité")
        ACCEPTED = "accepted", _("Accepté")
        DECLINED = "declined", _("Décliné")
        REMOVED = "removed", _("Retiré")

    # What queries put beside the columns: views/found.py, mandate.py.
    now: datetime
    known: int | None
    ceiling_bp: int | None
    mandate: dict[str, Any] | None

    application = models.ForeignKey(Application, models.PROTECT, related_name="memberships")
    establishment = models.ForeignKey("directory.Establishment", models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.INVITED)
    work = models.TextField(_("travaux sur l’entrepôt"), blank=True)  # R21: what a financed member builds
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("motif du retrait"), blank=True)

    sealed = ("*", "-work")
    objects = MembershipQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (role, state, work, answered_at, answered_by_id, reason)")

    class Meta:
        verbose_name, verbose_name_plural = _("membre d’un consortium"), _("membres des consortiums")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "establishment"],
                condition=Q(state__in=("invited", "accepted")),
                name="member_once",
            ),
            models.UniqueConstraint(
                fields=["application"], condition=Q(role="coordinator", state="accepted"), name="one_coordinator"
            ),
            models.CheckConstraint(
                condition=Q(state="invited", answered_at__isnull=True)
                | (~Q(state="invited") & Q(answered_at__isnull=False)),
                name="member_answered",
            ),
        ]

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"

    def __str__(self) -> str:
        return str(self.establishment)


class ApplicationGroupPermission(GroupObjectPermissionBase):
    """guardian's direct link establishment group → dossier; lives and dies with the membership that causes it."""

    content_object = models.ForeignKey(Application, models.CASCADE)
    group = models.ForeignKey(Group, models.CASCADE)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="links")

    grants = ("SELECT", "INSERT", "DELETE")

    class Meta(GroupObjectPermissionBase.Meta):
        verbose_name, verbose_name_plural = (
            _("accès d’un établissement à un dossier"),
            _("accès d’établissements à des dossiers"),
        )
        constraints = [
            models.UniqueConstraint(
                fields=["group", "permission", "content_object"], name="application_group_link_once"
            )
        ]


class AssociatedPartner(models.Model):
    """A body that works on the research projects without being a member (firm, university, GIP, association)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="associated")
    name = models.CharField(_("dénomination"), max_length=160)
    kind = models.CharField(_("nature"), max_length=10)  # Establishment.Kind
    siren = models.CharField(_("SIREN"), max_length=9, blank=True)
    establishment = models.ForeignKey(
        "directory.Establishment", models.PROTECT, null=True, blank=True, related_name="+"
    )

    grants = ("SELECT", "INSERT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("partenaire associé"), _("partenaires associés")
        constraints = [
            models.CheckConstraint(condition=Q(siren="") | Q(siren__regex=r"^[0-9]{9}$"), name="associated_siren_form")
        ]

    def __str__(self) -> str:
        return self.name
