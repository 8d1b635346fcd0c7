"""Verbs of the expert about themselves: the profile, the links declared, the undertaking of a wave."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from stdnum.fr import siren as siren_number

from calls.models import Skill, Wave
from directory.identifiers import compact
from directory.models import User
from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused

from .. import permissions
from ..models import Profile, Tie, Undertaking

MOST_FILES = 60


def _lock(expert: Any, at: datetime | None, by: Any) -> datetime:
    """One expert writes one thing of theirs at a time."""
    User.objects.select_for_update(no_key=True).get(pk=expert.pk)
    if not permissions.can_write_profile(by, expert):
        raise PermissionDenied
    return instant(at, f"expert:{expert.pk}")


@transaction.atomic
def write_profile(
    expert: Any,
    *,
    skills: list[str],
    capacity: int,
    available_from: date | None = None,
    available_until: date | None = None,
    languages: list[str],
    civility: str = "",
    by: Any,
    at: datetime | None = None,
) -> Profile:
    """What the expert knows and may take on, from now on."""
    at = _lock(expert, at, by)
    typed = {
        "skills": sorted(set(skills)),
        "capacity": capacity,
        "available_from": available_from,
        "available_until": available_until,
        "languages": sorted(set(languages)),
        "civility": civility,
    }
    profile = Profile.objects.filter(expert=expert).first() or Profile(expert=expert, skills=[], languages=[])
    changed = [name for name, value in typed.items() if getattr(profile, name) != value]
    for name, value in typed.items():
        setattr(profile, name, value)
    _need_sound(profile)
    profile.written_at = at
    profile.save(update_fields=[*typed, "written_at"] if profile.pk else None)
    record("profile.written", profile, by=by, at=at, fields=changed)
    return profile


def _need_sound(profile: Profile) -> None:
    known = set(Skill.objects.values_list("code", flat=True))
    wrong = (
        ("skills", not profile.skills, _("Choisissez au moins une compétence.")),
        ("skills", not known.issuperset(profile.skills), _("Choisissez des compétences de la liste de l’appel.")),
        (
            "capacity",
            not 1 <= (profile.capacity or 0) <= MOST_FILES,
            _("Indiquez un nombre de dossiers, de 1 à %(most)s.") % {"most": MOST_FILES},
        ),
        ("languages", not profile.languages, _("Choisissez au moins une langue.")),
        (
            "available_until",
            bool(
                profile.available_from and profile.available_until and profile.available_until < profile.available_from
            ),
            _("La fin de votre disponibilité précède son début : corrigez l’une des deux dates."),
        ),
    )
    for field, is_wrong, sentence in wrong:
        if is_wrong:
            raise Refused(sentence, code="R57", field=field)


@transaction.atomic
def declare_tie(
    expert: Any,
    *,
    kind: str,
    body: str,
    siren: str = "",
    since_on: date | None = None,
    until_on: date | None = None,
    by: Any,
    at: datetime | None = None,
) -> Tie:
    """A link with a body, past or present; what it closes is looked for at once (reviews.suspend_linked)."""
    at = _lock(expert, at, by)
    siren, body = compact(siren), body.strip()
    if not body:
        raise Refused(_("Indiquez l’organisme."), code="R50", field="body")
    if siren and not siren_number.is_valid(siren):
        raise Refused(
            _("Ce SIREN n’est pas valable : neuf chiffres, dont une clé de contrôle."),
            code="R50",
            field="siren",
        )
    if since_on and until_on and until_on < since_on:
        raise Refused(
            _("La fin du lien précède son début : corrigez l’une des deux dates."), code="R50", field="until_on"
        )
    tie = Tie.objects.create(
        expert=expert, kind=kind, body=body, siren=siren, since_on=since_on, until_on=until_on, declared_at=at
    )
    record("tie.declared", tie, by=by, at=at, expert=expert.pk)
    return tie


@transaction.atomic
def withdraw_tie(tie: Tie, *, by: Any, at: datetime | None = None) -> None:
    """Declared by mistake, or said otherwise since. What it has closed stays closed until the chair rules."""
    at = _lock(tie.expert, at, by)
    tie.refresh_from_db()
    if tie.withdrawn_at is not None:
        raise Refused(_("Ce lien est déjà retiré."), code="W01")
    tie.withdrawn_at = at
    tie.save(update_fields=["withdrawn_at"])
    record("tie.withdrawn", tie, by=by, at=at, expert=tie.expert_id)


@transaction.atomic
def sign_undertaking(expert: Any, wave: Wave, *, by: Any, at: datetime | None = None) -> Undertaking:
    """The undertaking of a wave, in the words of its settings, once (R51): no dossier of the wave opens before."""
    at = _lock(expert, at, by)
    text = wave.settings.undertaking
    if not text:
        raise Refused(_("Cette relève ne demande pas d’engagement."), code="R51")
    if at < wave.opens_at:
        raise Refused(_("Cette relève n’est pas ouverte : son engagement peut encore changer."), code="R51")
    try:
        with transaction.atomic():
            signed = Undertaking.objects.create(expert=expert, wave=wave, text=text, signed_at=at)
    except IntegrityError as error:
        raise Refused(_("Vous avez déjà signé l’engagement de cette relève."), code="R51") from error
    record("undertaking.signed", signed, by=by, at=at, wave=wave.pk)
    return signed
