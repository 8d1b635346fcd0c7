"""The motive of a refusal: drafted from the evaluation, and read before it is proposed, as its letter is sent to who was judged."""

import re

from django.utils.translation import gettext as _

from applications.models import Application
from edsh_portal.workflow import Refused, need_reason
from reviews.models import Assignment, Feedback
from reviews.traces import plain, words

LEAST_CHARACTERS, MOST_CHARACTERS = 20, 3000
ADDRESS = re.compile(r"\S+@\S+\.\w+")
CODE = re.compile(r"\b[HNPR]\d{2}\b")  # of a rule of the portal
REFERENCE = re.compile(r"\bEDSH-\d+-\d+\b")


def draft(application: Application, reason: str) -> str:
    """What the jury gave as its reason, then, criterion by criterion, what the approved feedback says: without a name, an employer or an
    address (docs/decisions/0054). To be edited."""
    held = Feedback.objects.filter(application=application, state=Feedback.State.APPROVED).first()
    parts = (
        [f"{one['title']} : {one['text'].strip()}" for one in held.content or [] if one["text"].strip()] if held else []
    )
    return "\n\n".join(filter(None, (reason.strip(), *parts)))[:MOST_CHARACTERS]


def need_clean(application: Application, motive: str, *, least: int = LEAST_CHARACTERS) -> None:
    """P24: too short to be a motive; P25: it names an expert, an address, a rule of the portal or another dossier."""
    motive = need_reason(motive, field="motive")
    if len(motive) < least:
        raise Refused(
            _("Développez ce motif : l’établissement doit comprendre pourquoi son dossier n’est pas retenu."),
            code="P24",
            field="motive",
        )
    if found := betrays(application, motive):
        raise Refused(
            _("Retirez « %(found)s » : le motif ne nomme aucun expert et ne porte ni adresse ni code interne.")
            % {"found": found},
            code="P25",
            field="motive",
        )


def betrays(application: Application, motive: str) -> str:
    """The first words of it that should not be read, "" for none. Of an expert of the dossier: their name, or their surname with a capital."""
    for pattern in (ADDRESS, CODE, REFERENCE):
        if said := next((one for one in pattern.findall(motive) if one != application.reference), ""):
            return str(said)
    text, capitals = f" {' '.join(plain(motive))} ", {word.plain for word in words(motive) if word.capital}
    experts = (
        Assignment.objects.filter(application=application).order_by("pk").values_list("expert__full_name", flat=True)
    )
    named = ((name, plain(name)) for name in experts)
    return next((name for name, said in named if f" {' '.join(said)} " in text or said[-1] in capitals), "")
