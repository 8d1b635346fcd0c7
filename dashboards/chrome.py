"""What the header of every page shows of the domain: the call, its wave, the search box, the menu of the person."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from edsh_portal import clock
from edsh_portal.access import FINANCE, OFFICERS, STAFF, roles
from reviews.models import SEES_CLOSED_SESSION

from . import figures

# label, URL name, roles that see it ("" = anyone signed in without a role: the hospitals)
MENU = (
    (_("Mon accueil"), "dashboards:home", ("*",)),
    (_("Dossiers"), "dashboards:register", (*STAFF, "hdh")),
    (_("Instruction"), "casework:admissibilities", OFFICERS),
    (_("Experts"), "reviews:matrix", OFFICERS),
    (_("Mes expertises"), "reviews:my_files", ("expert",)),
    (_("Suivi"), "reviews:follow", ("jury_chair", "auditor")),
    (_("Retours"), "reviews:feedbacks", ("jury_chair", *OFFICERS, "auditor")),
    (_("Jury"), "reviews:sessions", SEES_CLOSED_SESSION),
    (_("Critère 12"), "reviews:opinions", ("hdh",)),
    (_("Programmation"), "decisions:proposals", OFFICERS),
    (_("Décisions"), "decisions:batch", (*OFFICERS, "direction", "auditor")),
    (
        _("Actes à deux"),
        "dashboards:acts",
        (*OFFICERS, *FINANCE, "jury_chair", "direction", "administrator", "auditor"),
    ),
    (_("Enveloppe"), "funding:envelope", (*FINANCE, *OFFICERS, "direction", "auditor")),
    (_("Prévisions"), "funding:forecast", (*FINANCE, "direction", "auditor")),
    (_("Paiements"), "funding:payments", (*FINANCE, "direction", "auditor")),
    (_("Conventions"), "funding:conventions", FINANCE),
    (_("Comptes"), "funding:accounts", (*FINANCE, "auditor")),
    (_("Journal"), "funding:journal", (*FINANCE, "auditor")),
    (_("Tableau de bord"), "dashboards:dashboard", (*OFFICERS, "direction", "jury_chair", "auditor", *FINANCE)),
    (_("Personnes"), "directory:people", ("administrator",)),
    (_("Établissements"), "directory:establishments", STAFF),
    (_("Réglages"), "calls:call_settings", ("administrator", "instructor", "auditor")),
    (_("Faits"), "dashboards:events", ("auditor",)),
    (_("Consultations"), "dashboards:reads", ("auditor",)),
    (_("Boîtes"), "dashboards:boxes", ("auditor",)),
    (_("Vérification"), "dashboards:verification", (*FINANCE, "administrator", "auditor")),
    (_("Tâches"), "dashboards:jobs", ("administrator", "auditor", *OFFICERS)),
)


def chrome(request: HttpRequest) -> dict[str, Any]:
    call = figures.current_call(request)
    frame: dict[str, Any] = {"call": call, "nav": [], "search_url": ""}
    if call is not None:
        frame["wave"] = figures.next_wave(call, getattr(request, "now", None) or clock.now())
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return frame
    held = roles(user)
    here = request.resolver_match.view_name if request.resolver_match else ""
    frame["nav"] = [
        {"label": gettext(label), "url": reverse(name), "current": name == here}
        for label, name, names in MENU
        if "*" in names or not held.isdisjoint(names)
    ]
    if not held.isdisjoint(STAFF):
        frame["search_url"] = reverse("dashboards:search")
    return frame
