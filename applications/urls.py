"""Pages of applications: the hospitals' room, then the State's."""

from django.urls import path, re_path

from .views import (
    admissibility,
    budget,
    call,
    carry,
    consortium,
    content,
    deposit,
    dossier,
    eligibility,
    handover,
    pieces,
    postponement,
    register,
    upload,
    writing,
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
    path(f"{DOSSIER}coordination/", handover.handover, name="handover"),
    path(f"{DOSSIER}coordination/<int:pk>/", handover.hand_over, name="hand_over_coordination"),
    path(f"{DOSSIER}coordination/accepter/", handover.accept_handover, name="accept_handover"),
    path(f"{DOSSIER}coordination/decliner/", handover.decline_handover, name="decline_handover"),
    path(f"{DOSSIER}coordination/annuler/", handover.cancel_handover, name="cancel_handover"),
    path(f"{DOSSIER}reprise/", carry.carry_over, name="carry_over"),
    path(f"{DOSSIER}partenaires/ajouter/", consortium.add_associated, name="add_associated"),
    path(f"{DOSSIER}partenaires/<int:pk>/retirer/", consortium.remove_associated, name="remove_associated"),
    path(f"{DOSSIER}budget/", budget.budgets, name="budgets"),
    path(f"{DOSSIER}budget/<int:pk>/", budget.budget, name="budget"),
    path(f"{DOSSIER}budget/<int:pk>/travaux/", budget.work, name="work"),
    path(f"{DOSSIER}budget/<int:pk>/regime/", budget.regime, name="regime"),
    path(f"{DOSSIER}pieces/", pieces.pieces, name="pieces"),
    path(f"{DOSSIER}pieces/ajouter/<slug:code>/", pieces.add_piece, name="add_piece"),
    path(f"{DOSSIER}pieces/ajouter/<slug:code>/<int:member>/", pieces.add_piece, name="add_member_piece"),
    path(f"{DOSSIER}pieces/envoyer/<slug:code>/", upload.begin_upload, name="begin_upload"),
    path(f"{DOSSIER}pieces/envoyer/<slug:code>/<int:member>/", upload.begin_upload, name="begin_member_upload"),
    path(f"{DOSSIER}pieces/envois/<int:pk>/", upload.upload, name="upload"),
    path(f"{DOSSIER}pieces/<int:pk>/", pieces.piece, name="piece"),
    path(f"{DOSSIER}pieces/<int:pk>/retirer/", pieces.remove_piece, name="remove_piece"),
    path(f"{DOSSIER}a-faire/", dossier.checklist, name="checklist"),
    path(f"{DOSSIER}direct/", writing.sync, name="sync"),
    path(f"{DOSSIER}deux-textes/<int:pk>/", writing.settle_clash, name="settle_clash"),
    path(f"{DOSSIER}historique/<str:key>/", writing.history, name="history"),
    path(f"{DOSSIER}historique/<str:key>/<int:version>/", writing.restore, name="restore"),
    path(f"{DOSSIER}rubriques/", writing.sections, name="sections"),
    path(f"{DOSSIER}rubriques/<str:section>/etat/", writing.mark_section, name="mark_section"),
    path(f"{DOSSIER}rubriques/<str:section>/confier/", writing.hand_section, name="hand_section"),
    path(f"{DOSSIER}verification/", deposit.check, name="check"),
    path(f"{DOSSIER}depot/", deposit.submit, name="submit"),
    path(f"{DOSSIER}retrait/", deposit.withdraw, name="withdraw"),
    path(f"{DOSSIER}versions/<int:number>/", deposit.version, name="version"),
    path(f"{DOSSIER}versions/<int:number>/fichiers/<int:pk>/", deposit.version_file, name="version_file"),
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
    path("appel/releves/<int:number>/report/", postponement.postpone_wave, name="postpone_wave"),
    path("appel/releves/<int:number>/ouverture/", postponement.delay_wave, name="delay_wave"),
    path("appel/publication/", call.publish_call, name="publish_call"),
    path("appel/cloture/", call.close_call, name="close_call"),
]

public = [path("eligibilite/", eligibility.eligibility, name="eligibility")]

urlpatterns = [*hospital, *state, *public]
