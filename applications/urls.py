"""Pages of applications: the hospitals' room, then the State's."""

from django.urls import path, re_path

from .views import (
    admissibility,
    budget,
    call,
    complements,
    consortium,
    content,
    deposit,
    dossier,
    messages,
    pieces,
    prorogation,
    register,
)

app_name = "applications"

DOSSIER = "dossiers/<slug:reference>/"
hospital = [
    path("dossiers/nouveau/", dossier.create, name="create"),
    path(DOSSIER, dossier.dossier, name="dossier"),
    path(f"{DOSSIER}identite/", content.identity, name="identity"),
    path(f"{DOSSIER}recit/", content.narrative, name="narrative"),
    path(f"{DOSSIER}recit/<slug:question>/", content.answer, name="answer"),
    path(f"{DOSSIER}projets/", content.projects, name="projects"),
    path(f"{DOSSIER}projets/ajouter/", content.project, name="add_project"),
    path(f"{DOSSIER}projets/<int:pk>/", content.project, name="project"),
    path(f"{DOSSIER}projets/<int:pk>/retirer/", content.remove_project, name="remove_project"),
    path(f"{DOSSIER}perimetres/", content.perimeters, name="perimeters"),
    path(f"{DOSSIER}perimetres/ajouter/", content.perimeter, name="add_perimeter"),
    path(f"{DOSSIER}perimetres/<int:pk>/", content.perimeter, name="perimeter"),
    path(f"{DOSSIER}perimetres/<int:pk>/retirer/", content.remove_perimeter, name="remove_perimeter"),
    path(f"{DOSSIER}consortium/", consortium.consortium, name="consortium"),
    path(f"{DOSSIER}consortium/inviter/<int:pk>/", consortium.invite_partner, name="invite_partner"),
    path(f"{DOSSIER}consortium/<int:pk>/", consortium.membership, name="membership"),
    path(f"{DOSSIER}consortium/<int:pk>/accepter/", consortium.accept_membership, name="accept_membership"),
    path(f"{DOSSIER}consortium/<int:pk>/decliner/", consortium.decline_membership, name="decline_membership"),
    path(f"{DOSSIER}consortium/<int:pk>/retirer/", consortium.remove_member, name="remove_member"),
    path(f"{DOSSIER}partenaires/ajouter/", consortium.add_associated, name="add_associated"),
    path(f"{DOSSIER}partenaires/<int:pk>/retirer/", consortium.remove_associated, name="remove_associated"),
    path(f"{DOSSIER}budget/", budget.budgets, name="budgets"),
    path(f"{DOSSIER}budget/<int:pk>/", budget.budget, name="budget"),
    path(f"{DOSSIER}budget/<int:pk>/travaux/", budget.work, name="work"),
    path(f"{DOSSIER}pieces/", pieces.pieces, name="pieces"),
    path(f"{DOSSIER}pieces/ajouter/<slug:code>/", pieces.add_piece, name="add_piece"),
    path(f"{DOSSIER}pieces/ajouter/<slug:code>/<int:member>/", pieces.add_piece, name="add_member_piece"),
    path(f"{DOSSIER}pieces/<int:pk>/", pieces.piece, name="piece"),
    path(f"{DOSSIER}pieces/<int:pk>/retirer/", pieces.remove_piece, name="remove_piece"),
    path(f"{DOSSIER}verification/", deposit.check, name="check"),
    path(f"{DOSSIER}depot/", deposit.submit, name="submit"),
    path(f"{DOSSIER}retrait/", deposit.withdraw, name="withdraw"),
    path(f"{DOSSIER}versions/<int:number>/", deposit.version, name="version"),
    path(f"{DOSSIER}versions/<int:number>/fichiers/<int:pk>/", deposit.version_file, name="version_file"),
    path(f"{DOSSIER}versions/<int:number>/differences/<int:other>/", complements.differences, name="differences"),
    path(f"{DOSSIER}complements/", complements.complements, name="complements"),
    path(f"{DOSSIER}complements/repondre/", complements.answer_complements, name="answer_complements"),
    path(f"{DOSSIER}messages/", messages.threads, name="threads"),
    path(f"{DOSSIER}messages/nouveau/", messages.open_thread, name="open_thread"),
    path(f"{DOSSIER}messages/<int:pk>/", messages.thread, name="thread"),
    path(f"{DOSSIER}messages/<int:pk>/lu/", messages.mark_read, name="mark_read"),
    path(f"{DOSSIER}messages/<int:pk>/clore/", messages.close_thread, name="close_thread"),
    path(f"{DOSSIER}messages/<int:pk>/fichiers/<int:file>/", messages.message_file, name="message_file"),
    path(f"{DOSSIER}prolongations/", prorogation.prorogations, name="prorogations"),
    path(f"{DOSSIER}versions/<int:number>/accuse/", deposit.receipt, name="receipt"),
    path(f"{DOSSIER}versions/<int:number>/accuse/etat/", deposit.receipt_state, name="receipt_state"),
]

SHEET = r"^instruction/(?P<reference>EDSH-[0-9]+-[0-9]+)/"  # no other word: /instruction/experts/ is another room's
SETTINGS = "appel/reglages/"
state = [
    path("dossiers/", register.register, name="register"),
    path("dossiers/liste.csv", register.register_csv, name="register_csv"),
    path("instruction/", admissibility.admissibilities, name="admissibilities"),
    re_path(f"{SHEET}$", admissibility.admissibility, name="admissibility"),
    re_path(f"{SHEET}valider/$", admissibility.validate_admissibility, name="validate_admissibility"),
    re_path(f"{SHEET}renvoyer/$", admissibility.return_admissibility, name="return_admissibility"),
    re_path(f"{SHEET}complements/$", complements.ask_complements, name="ask_complements"),
    re_path(f"{SHEET}complements/retirer/$", complements.withdraw_complements, name="withdraw_complements"),
    re_path(f"{SHEET}prolongation/$", prorogation.propose_prorogation, name="propose_prorogation"),
    re_path(f"{SHEET}prolongation/valider/$", prorogation.validate_prorogation, name="validate_prorogation"),
    re_path(f"{SHEET}prolongation/renvoyer/$", prorogation.return_prorogation, name="return_prorogation"),
    path("appel/nouveau/", call.new_call, name="new_call"),
    path(SETTINGS, call.call_settings, name="call_settings"),
    path(f"{SETTINGS}nouvelle-version/", call.new_settings, name="new_settings"),
    path(f"{SETTINGS}<int:version>/limites/", call.settings_bounds, name="settings_bounds"),
    re_path(
        r"^appel/reglages/(?P<version>[0-9]{1,4})/(?P<part>criteres|pieces|taux)/$",
        call.settings_part,
        name="settings_part",
    ),
    path("appel/releves/nouvelle/", call.new_wave, name="new_wave"),
    path("appel/publication/", call.publish_call, name="publish_call"),
    path("appel/cloture/", call.close_call, name="close_call"),
]

urlpatterns = [*hospital, *state]
