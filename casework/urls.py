"""Pages of what follows the deposit: the hospitals' side, then the State's."""

from django.urls import path, re_path

from .views import admissibility, complements, messages, prorogation

app_name = "casework"

DOSSIER = "dossiers/<slug:reference>/"
hospital = [
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
]

SHEET = r"^instruction/(?P<reference>EDSH-[0-9]+-[0-9]+)/"  # no other word: /instruction/experts/ is another room's
state = [
    path("instruction/questions/", messages.questions, name="questions"),
    path("instruction/", admissibility.admissibilities, name="admissibilities"),
    re_path(f"{SHEET}$", admissibility.admissibility, name="admissibility"),
    re_path(f"{SHEET}valider/$", admissibility.validate_admissibility, name="validate_admissibility"),
    re_path(f"{SHEET}renvoyer/$", admissibility.return_admissibility, name="return_admissibility"),
    re_path(f"{SHEET}complements/$", complements.ask_complements, name="ask_complements"),
    re_path(f"{SHEET}complements/retirer/$", complements.withdraw_complements, name="withdraw_complements"),
    re_path(f"{SHEET}prolongation/$", prorogation.propose_prorogation, name="propose_prorogation"),
    re_path(f"{SHEET}prolongation/valider/$", prorogation.validate_prorogation, name="validate_prorogation"),
    re_path(f"{SHEET}prolongation/renvoyer/$", prorogation.return_prorogation, name="return_prorogation"),
]

urlpatterns = [*hospital, *state]
