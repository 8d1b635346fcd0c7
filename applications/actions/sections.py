"""Verbs of the sections: handed to a colleague or to a partner, and how far they are."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls.questions import QUESTIONS
from directory.models import Affiliation
from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import permissions
from ..models import Application, Membership, SectionOwner
from .locks import lock_for_edit, lock_section

SECTIONS = (
    "identity",
    *(f"answers.{question.slug}" for question in QUESTIONS),
    "projects",
    "perimeters",
    "packages",
    "mesh",
    "governance",
)


def _known(section: str) -> str:
    if section not in SECTIONS:
        raise Refused(_("Cette rubrique n’existe pas."), code="A02", field="section")
    return section


@transaction.atomic
def hand_section(
    application: Application,
    section: str,
    *,
    person: Any = None,
    membership: Membership | None = None,
    by: Any,
    at: datetime | None = None,
) -> SectionOwner:
    """Asks a colleague of the coordinator, or a partner of the consortium, to write a section; neither takes it back.

    A partner may then write that section, and no other of the coordinator's.
    """
    at = lock_for_edit(application, at, by)
    _known(section)
    if person is not None and not _colleague(application, person):
        raise Refused(_("Cette personne n’écrit pas pour l’établissement coordinateur."), code="A04", field="to")
    if (
        membership is not None
        and not application.memberships.filter(pk=membership.pk, role="partner", state="accepted").exists()
    ):
        raise Refused(_("Ce partenaire n’a pas accepté de participer au dossier."), code="A04", field="to")
    owner, _new = SectionOwner.objects.update_or_create(
        application=application,
        section=section,
        defaults={"person": person, "membership": membership, "by": by, "at": at},
    )
    record(
        "section.handed",
        application,
        by=by,
        at=at,
        section=section,
        person=person.pk if person else None,
        membership=membership.pk if membership else None,
    )
    return owner


def _colleague(application: Application, person: Any) -> bool:
    return Affiliation.objects.filter(
        user=person, establishment=application.coordinator_id, ended_at__isnull=True, kind__in=permissions.WRITES
    ).exists()


@transaction.atomic
def mark_section(
    application: Application, section: str, progress: str, *, by: Any, at: datetime | None = None
) -> SectionOwner:
    """Says how far a section is: what those who write it think of it, beside what the rules find."""
    at = lock_section(application, at, by, _known(section))
    if progress not in SectionOwner.Progress.values:
        raise Refused(_("Choisissez l’état de la rubrique."), code="A02", field="progress")
    owner, _new = SectionOwner.objects.update_or_create(
        application=application, section=section, defaults={"progress": progress, "by": by, "at": at}
    )
    record("section.marked", application, by=by, at=at, section=section, progress=progress)
    return owner
