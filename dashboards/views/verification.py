"""The verification of the night: what was checked, when, what differs, in words; codes stay behind « Détails »."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from edsh_portal import clock
from edsh_portal import verification as runs
from edsh_portal.access import role_required
from edsh_portal.models import Verification

from .. import permissions
from ..invariants import INVARIANTS

LAST = 14  # runs that the page recalls
# What each check of `verify` holds, beside the rules of the money.
CHECKS = {
    "acts": _("Chaque acte à deux a été proposé et approuvé par deux personnes."),
    "after_deposit": _("Les prorogations et compléments sont ceux des actes qui les ont décidés."),
    "awards": _("Les aides, leurs parts et leurs versements concordent avec le grand livre."),
    "chain": _("Le journal des événements est une chaîne sans trou ni retouche."),
    "clock": _("L’horloge du portail est celle de la machine."),
    "conflicts": _("Aucune personne en conflit d’intérêts n’expertise un dossier."),
    "decisions": _("Les décisions, leurs numéros, leurs fichiers et leurs notifications concordent."),
    "decisions.acts": _("Chaque décision vient d’un acte à deux, d’une personne habilitée à signer."),
    "departures": _("Les retraits et abandons de dossiers concordent avec leur état."),
    "documents": _("Chaque document est sur le disque, intact."),
    "hearings": _("Aucune personne liée à un dossier ne siège à son audition."),
    "ledger": _("Les comptes, les opérations et le journal du grand livre concordent."),
    "ledger.acts": _("Chaque crédit ouvert, réservé ou reversé vient d’un acte à deux."),
    "letters": _("Les mentions des lettres viennent d’un acte à deux."),
    "links": _("Chaque accès à un dossier a sa raison."),
    "openings": _("Les rubriques rouvertes sont celles des demandes en cours."),
    "owed": _("Les écritures des tâches du portail sont celles qu’elles annoncent."),
    "owner": _("Personne n’agit sous le compte technique de la base."),
    "ranking": _("Les notes et les rangs des sessions closes se recalculent à l’identique."),
    "receptions": _("Chaque version déposée a son accusé, son numéro et son auteur."),
    "roles": _("Chaque rôle vient d’un acte à deux."),
    "roots": _("Les empreintes signées du journal sont toutes présentes."),
    "schema": _("Les règles de la base de données sont toutes en place."),
    "seals": _("Chaque ligne qui engage est telle qu’elle a été scellée."),
    "states": _("L’état de chaque dossier vient d’un événement."),
}


@role_required(*permissions.SEES_VERIFICATION)
@require_safe
def verification(request: HttpRequest) -> HttpResponse:
    run, now = runs.last_whole(), clock.now()
    ended = Verification.objects.exclude(ended_at=None).order_by("-pk")
    found: dict[str, list[dict[str, str]]] = {}
    for step in run.steps.order_by("pk") if run else ():
        found.setdefault(step.name.partition(" ")[0], []).extend(step.findings)
    money = [_describe_check(name, of.says, found.get(name)) for name, of in INVARIANTS.items()]
    others = [
        _describe_check(name, CHECKS.get(name, name), findings)
        for name, findings in found.items()
        if name not in INVARIANTS
    ]
    context = {
        "run": run, "missed": runs.is_missed(run, now), "money": money, "others": others,
        "differs": [told for told in (*money, *others) if told["findings"]], "made": sum(told["made"] for told in (*money, *others)),
        "last": list(ended[:LAST]), "now": now,
    }  # fmt: skip
    return render(request, "dashboards/verification.html", context)


def _describe_check(name: str, says: Any, findings: list[dict[str, str]] | None) -> dict[str, Any]:
    """`made`: whether the last whole run made it; one that it did not make is new."""
    return {"name": name, "says": says, "findings": findings or [], "made": findings is not None}
