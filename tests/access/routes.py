"""The routes of the portal: their names, the parameters of each, what is posted to those that take a step."""

import json
from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse

REASON = "Motif écrit pour l’essai des accès, assez long pour être lu."
# What each parameter of a route is, among the things of a stand, when it is not the thing of its own name.
NAMES = {
    "applications": {"reference": "dossier"},
    "casework": {"reference": "dossier"},
    "reviews": {"reference": "dossier", "number": "wave", "pk": "assignment"},
    "decisions": {"reference": "dossier", "number": "decision"},
    "dashboards": {"reference": "dossier"},
    "directory": {"pk": "person"},
}
OWN = {
    "applications:answer": {"question": "question"},
    "applications:settle_clash": {"pk": "clash"},
    "applications:restore": {"version": "text_version"},
    "applications:project": {"pk": "project"},
    "applications:remove_project": {"pk": "project"},
    "applications:add_indicator": {"pk": "project"},
    "applications:indicator": {"pk": "project", "indicator": "indicator"},
    "applications:remove_indicator": {"pk": "project", "indicator": "indicator"},
    "applications:warehouse": {"pk": "warehouse"},
    "applications:remove_warehouse": {"pk": "warehouse"},
    "applications:socle": {"pk": "warehouse"},
    "applications:socle_file": {"pk": "warehouse"},
    "applications:fill_socle": {"pk": "warehouse"},
    "applications:matching": {"pk": "matching"},
    "applications:remove_matching": {"pk": "matching"},
    "applications:milestone": {"pk": "milestone"},
    "applications:remove_milestone": {"pk": "milestone"},
    "applications:deliverable": {"pk": "deliverable"},
    "applications:remove_deliverable": {"pk": "deliverable"},
    "applications:work_package": {"pk": "package"},
    "applications:remove_work_package": {"pk": "package"},
    "applications:perimeter": {"pk": "perimeter"},
    "applications:remove_perimeter": {"pk": "perimeter"},
    "applications:invite_partner": {"pk": "partner"},
    "applications:membership": {"pk": "member"},
    "applications:accept_membership": {"pk": "member"},
    "applications:decline_membership": {"pk": "member"},
    "applications:remove_member": {"pk": "member"},
    "applications:hand_over_coordination": {"pk": "member"},
    "applications:mandate": {"pk": "member"},
    "applications:withdraw_mandate": {"pk": "member"},
    "applications:delegations": {"pk": "establishment"},
    "applications:delegate_signature": {"pk": "establishment"},
    "applications:delegation_act": {"pk": "delegation"},
    "applications:revoke_delegation": {"pk": "delegation"},
    "applications:postpone_wave": {"number": "wave"},
    "applications:delay_wave": {"number": "wave"},
    "applications:remove_associated": {"pk": "associated"},
    "applications:budget": {"pk": "member"},
    "applications:budget_file": {"pk": "member", "ending": "ending"},
    "applications:fill_budget": {"pk": "member"},
    "applications:annex_file": {"ending": "ending"},
    "applications:work": {"pk": "member"},
    "applications:regime": {"pk": "member"},
    "applications:add_piece": {"code": "code"},
    "applications:add_member_piece": {"code": "member_code", "member": "member"},
    "applications:begin_upload": {"code": "code"},
    "applications:begin_member_upload": {"code": "member_code", "member": "member"},
    "applications:upload": {"pk": "upload"},
    "applications:piece": {"pk": "piece"},
    "applications:printout": {"pk": "printout"},
    "applications:printout_state": {"pk": "printout"},
    "applications:form_file": {"version": "settings"},
    "applications:remove_piece": {"pk": "piece"},
    "applications:version": {"number": "version"},
    "applications:version_file": {"number": "version", "pk": "version_file"},
    "applications:receipt": {"number": "version"},
    "applications:receipt_state": {"number": "version"},
    "casework:thread": {"pk": "thread"},
    "casework:mark_read": {"pk": "thread"},
    "casework:close_thread": {"pk": "thread"},
    "casework:message_file": {"pk": "thread", "file": "message_file"},
    "casework:differences": {"number": "version", "other": "version"},
    "calls:settings_bounds": {"version": "settings"},
    "calls:settings_part": {"version": "settings", "part": "part"},
    "decisions:propose_delegation_end": {"pk": "signature"},
    "decisions:open_recovery_procedure": {"pk": "convention"},
    "decisions:open_exclusion_procedure": {"pk": "amendment"},
    "decisions:procedure": {"pk": "procedure"},
    "decisions:procedure_file": {"pk": "procedure"},
    "decisions:notice": {"pk": "procedure"},
    "decisions:post_notice": {"pk": "procedure"},
    "decisions:observe": {"pk": "procedure"},
    "decisions:answer_procedure": {"pk": "procedure"},
    "decisions:drop_procedure": {"pk": "procedure"},
    "decisions:remedy": {"pk": "remedy"},
    "decisions:remedy_file": {"pk": "remedy"},
    "decisions:answer_remedy": {"pk": "remedy"},
    "decisions:end_remedy": {"pk": "remedy"},
    "decisions:remedies_file": {"ending": "ending"},
    "decisions:programme_wave": {"number": "wave"},
    "decisions:programme_advice": {"number": "wave"},
    "decisions:scenario": {"pk": "scenario"},
    "decisions:freeze_scenario": {"pk": "scenario"},
    "decisions:draw_dossier": {"pk": "scenario"},
    "decisions:compare_scenarios": {"pk": "scenario", "other": "other_scenario"},
    "decisions:call_reserve": {"reference": "second_reserve"},
    "reviews:vote": {"rank": "rank"},
    "reviews:minutes_file": {"version": "minutes"},
    "reviews:withdraw_tie": {"pk": "tie"},
    "reviews:position": {"version": "draft"},
    "reviews:allocation": {"pk": "allocation"},
    "reviews:stop_allocation": {"pk": "allocation"},
    "reviews:place": {"pk": "allocation"},
    "reviews:send_allocation": {"pk": "allocation"},
    "reviews:ask_allocation": {"number": "wave"},
    "reviews:hearing_sheet": {"pk": "summons"},
    "reviews:piece": {"file": "read_file"},
    "reviews:score_history": {"number": "criterion"},
    "reviews:workload_file": {"ending": "ending"},
    "reviews:confirm": {"number": "criterion"},
    "admin:app_list": {"app_label": "app_label"},
    "dashboards:retry": {"pk": "delivery"},
    "dashboards:box": {"pk": "box"},
    "dashboards:box_progress": {"pk": "box"},
    "dashboards:hand_box": {"pk": "box"},
    "dashboards:box_file": {"pk": "box"},
    "dashboards:act": {"pk": "act"},
    "dashboards:approve_act": {"pk": "act"},
    "dashboards:return_act": {"pk": "act"},
    "dashboards:take_back_act": {"pk": "act"},
    "directory:token": {"pk": "token"},
    "directory:revoke_token": {"pk": "token"},
    "directory:open_letter": {"letter": "letter", "token": "secret"},
    "directory:account_request": {"pk": "request"},
    "directory:accept_request": {"pk": "request"},
    "directory:refuse_request": {"pk": "request"},
    "directory:end_affiliation": {"pk": "affiliation"},
    "directory:renew_invitation": {"pk": "invitation"},
    "directory:establishment": {"pk": "establishment"},
    "directory:correct_establishment": {"pk": "establishment"},
    "directory:add_gcs_member": {"pk": "gcs"},
    "directory:invite_colleague": {"pk": "establishment"},
    "directory:revoke_role": {"role": "role"},
    "funding:closing": {"year": "fiscal_year"},
    "funding:closing_file": {"year": "fiscal_year", "ending": "ending"},
    "funding:close_year": {"year": "fiscal_year"},
    "funding:instalment": {"pk": "instalment"},
    "funding:certify": {"pk": "instalment"},
    "funding:order": {"pk": "instalment"},
    "funding:pay": {"pk": "instalment"},
    "funding:uncertify": {"pk": "instalment"},
    "funding:cancel_order": {"pk": "instalment"},
    "funding:cancel": {"pk": "instalment"},
    "funding:grant": {"pk": "grant"},
    "funding:prepare_convention": {"pk": "share"},
    "funding:convention": {"pk": "convention"},
    "funding:sign_convention": {"pk": "convention"},
    "funding:convention_file": {"pk": "convention"},
    "funding:hand_in_copy": {"pk": "convention"},
    "funding:copy_file": {"pk": "convention", "copy": "copy"},
    "funding:rework_convention": {"pk": "convention"},
    "funding:propose_signature": {"pk": "convention"},
    "funding:countersign_convention": {"pk": "convention"},
    "funding:file_agreement": {"pk": "grant"},
    "funding:declare_start": {"pk": "grant"},
    "funding:propose_extension": {"pk": "grant"},
    "funding:propose_lapse": {"pk": "grant"},
    "funding:ask_amendment": {"pk": "grant"},
    "funding:amendment": {"pk": "amendment"},
    "funding:amendment_file": {"pk": "amendment"},
    "funding:draft_amendment": {"pk": "amendment"},
    "funding:refuse_amendment": {"pk": "amendment"},
    "funding:sign_amendment": {"pk": "amendment", "convention": "convention"},
    "funding:propose_amendment": {"pk": "amendment"},
    "funding:sign_amendment_member": {"pk": "amendment", "establishment": "establishment"},
    "funding:meet_condition": {"pk": "condition"},
    "funding:agreement_file": {"pk": "agreement"},
    "funding:validate_agreement": {"pk": "agreement"},
    "funding:return_agreement": {"pk": "agreement"},
    "funding:propose_iban": {"pk": "convention"},
    "funding:validate_iban": {"pk": "convention", "account": "bank_account"},
    "funding:iban_file": {"pk": "convention", "account": "bank_account"},
    "funding:plan_instalment": {"pk": "convention"},
    "funding:recover": {"pk": "convention"},
    "funding:open_claim": {"pk": "convention"},
    "funding:claim": {"pk": "claim"},
    "funding:claim_lines": {"pk": "claim", "ending": "ending"},
    "funding:claim_file": {"pk": "claim", "number": "number"},
    "funding:add_line": {"pk": "claim"},
    "funding:remove_line": {"pk": "claim", "line": "claim_line"},
    "funding:check_line": {"pk": "claim", "line": "claim_line"},
    "funding:ask_certificate": {"pk": "claim"},
    "funding:certify_claim": {"pk": "claim"},
    "funding:return_claim": {"pk": "claim"},
    "funding:keep_others": {"pk": "claim"},
    "funding:accept_claim": {"pk": "claim"},
    "funding:send_batch": {"kind": "batch_kind"},
    "funding:batch": {"pk": "batch"},
    "funding:batch_file": {"pk": "batch", "ending": "ending"},
    "funding:cancel_batch": {"pk": "batch"},
    "funding:read_import": {"kind": "import_kind"},
    "funding:imported": {"pk": "import"},
    "funding:apply_import": {"pk": "import"},
    "funding:settle_line": {"pk": "leftover"},
    "funding:reverse_recovery": {"pk": "posting"},
    "funding:account": {"code": "account"},
    "funding:accounts_file": {"ending": "ending"},
    "funding:journal_file": {"ending": "ending"},
    "funding:posting": {"pk": "operation"},
    "funding:account_file": {"code": "account", "ending": "ending"},
    "funding:payments_file": {"ending": "ending"},
    "funding:forecast_file": {"ending": "ending"},
    "funding:forecast_rows_file": {"ending": "ending"},
    "dashboards:waves_file": {"ending": "ending"},
    "dashboards:funding_file": {"ending": "ending"},
    "dashboards:coverage_file": {"ending": "ending"},
    "dashboards:register_file": {"ending": "ending"},
    "demo:letter": {"pk": "mail"},
    "call-detail": {"slug": "call"},
    "wave-detail": {"pk": "wave_pk"},
    "application-detail": {"reference": "dossier"},
    "application-checks": {"reference": "dossier"},
    "application-budget": {"reference": "dossier"},
    "decision-detail": {"number": "decision"},
    "api-grants-detail": {"pk": "grant"},
    "api-instalments-detail": {"pk": "instalment"},
    "api-ledger-entries-detail": {"pk": "entry"},
    "api-ledger-balances-detail": {"pk": "account_pk"},
}


def patterns(resolver: Any = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(name with its namespace, pattern) of every route the portal answers at."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry, inner)
        else:
            yield f"{space}{entry.name}", entry


def parameters() -> dict[str, tuple[str, ...]]:
    """{route: names of its parameters}; a second route of the same name is called « name+its,parameters »."""
    found: dict[str, tuple[str, ...]] = {}
    for name, pattern in patterns():
        keys = tuple(pattern.pattern.converters or pattern.pattern.regex.groupindex)
        if pattern.name is None:  # no page: what the registers' site catches, an address that has moved
            continue
        if found.setdefault(name, keys) != keys:
            found[f"{name}+{','.join(keys)}"] = keys
    return found


def path(route: str, wanted: tuple[str, ...], things: dict[str, Any]) -> str:
    known = NAMES.get(route.partition(":")[0], {}) | OWN.get(route, {})
    return reverse(route.partition("+")[0], kwargs={name: things[known.get(name, name)] for name in wanted})


# Methods beside GET and POST that a route serves; its own tests try them.
SERVED = {"applications:upload": ("PATCH", "DELETE")}

# What names something that exists or not; the other parameters (a code of the call, a word of the grammar) are nobody's secret.
KEYS = ("reference", "number", "pk", "indicator", "member", "account", "rank", "row", "file", "token", "sha256")
TEXTS = {"reference": "EDSH-9-9999", "token": "jamais-ecrit", "sha256": "f" * 64}


def absent(route: str, wanted: tuple[str, ...], things: dict[str, Any]) -> str:
    """The address of what is not there: every key of it replaced by one that nothing has."""
    known = NAMES.get(route.partition(":")[0], {}) | OWN.get(route, {})
    kwargs = {}
    for name in wanted:
        thing = known.get(name, name)
        decision = thing == "decision"
        kwargs[name] = ("2099-9999" if decision else TEXTS.get(name, 987654)) if name in KEYS else things[thing]
    return reverse(route.partition("+")[0], kwargs=kwargs)


def pdf() -> SimpleUploadedFile:
    from demo.texts import page

    return SimpleUploadedFile("essai.pdf", page("Essai des accès"), content_type="application/pdf")


def of_dossiers(things: dict[str, Any]) -> dict[str, Any]:
    """{route: fields} of the first room."""
    reason = {"reason": REASON}
    return {
        "applications:create": {"coordinator": things.get("coordinator"), "wave": things.get("wave_pk"), "acronym": "SECOND"},
        "applications:identity": {"acronym": "VALMONT", "title": "Titre repris", "goal": "build"},
        "applications:answer": {"text": "Réponse reprise.", "reads": json.dumps({things["key"]: things["read"]})},
        "applications:settle_clash": {"choice": "theirs", "over": 1},
        "applications:mark_section": {"progress": "check"},
        "applications:hand_section": {"to": ""},
        "applications:add_project": {"title": "Projet ajouté"},
        "applications:project": {"title": "Projet repris", "theme": "Thème", "summary": "Résumé du projet repris."},
        "applications:add_work_package": {"title": "Lot ajouté"},
        "applications:work_package": {"title": "Lot repris"},
        "applications:add_perimeter": {"scope": "Donnée"},
        "applications:perimeter": dict.fromkeys(("scope", "depth", "refresh", "duration", "interest"), "Donnée"),
        "applications:add_indicator": {"label": "Indicateur ajouté"}, "applications:indicator": {"label": "Indicateur repris"},
        "applications:add_warehouse": {"name": "Entrepôt ajouté"}, "applications:warehouse": {"name": "Entrepôt repris"},
        "applications:function": {"local-reason": "Au plus près des données."},
        "applications:add_matching": {"kind": "cohort", "name": "Cohorte"}, "applications:matching": {"kind": "cohort", "name": "Cohorte"},
        "applications:governance": {"cse_exists": "yes"},
        "applications:add_milestone": {"title": "Jalon", "work_package": things.get("package", "")},
        "applications:milestone": {"title": "Jalon", "work_package": things.get("package", "")},
        "applications:add_deliverable": {"title": "Livrable", "work_package": things.get("package", "")},
        "applications:deliverable": {"title": "Livrable", "work_package": things.get("package", "")},
        "applications:add_associated": {"name": "Société d’essai", "kind": "company"},
        "applications:work": {"work": "Travaux repris."},
        "applications:regime": {"vat": "including", "regime": "outside"},
        "applications:budget": {"aid_cents": "0", "own_cents": "0", "public_cents": "0", "other_cents": "0"},
        "applications:mandate": things.get("pledge", {}), "applications:withdraw_mandate": reason, "applications:return_dossier": {"remarks": REASON},
        "applications:delegate_signature": {"delegate": things.get("delegate"), "first_on": things.get("today"), "last_on": things.get("last_day")},
        "applications:remove_member": reason, "applications:hand_over_coordination": reason,
        "applications:postpone_wave": reason | {"closes_at": "2099-01-01T12:00"}, "applications:delay_wave": reason | {"opens_at": "2098-01-01T12:00"}, "applications:withdraw": reason, "applications:reinstate": reason, "applications:abandon": reason, "casework:return_admissibility": reason,
        "casework:admissibility": {"verdict": "admissible", "rule": "", "evidence": ""},
        "casework:open_thread": {"subject": "Question", "text": REASON}, "casework:thread": {"text": REASON},
        "casework:mark_read": {"upto": things.get("message", 0)},
        "casework:ask_complements": {"keys": ["identity.months"], "message": REASON, "due_on": things.get("due_on", "")},
        "casework:propose_prorogation": {"decision_on": "2023-09-30", "reason": REASON},
        "casework:return_prorogation": reason,
    }  # fmt: skip


def of_other_rooms(things: dict[str, Any]) -> dict[str, Any]:
    reason = {"reason": REASON}
    return {
        "reviews:declare": {"conflict": "no", "statement": REASON, "confidentiality": "on"},
        "reviews:recuse": reason | {"cause": "conflict"}, "reviews:reopen": reason, "reviews:close": {"minutes": REASON}, "reviews:line": {"list": "main", "reason": REASON},
        "reviews:assignments": {"expert": things.get("fourth"), "due_on": things.get("due_on", "")},
        "reviews:profile": {"skills": ["recherche"], "capacity": "5", "languages": ["fr"]},
        "reviews:declare_tie": {"kind": "advice", "body": "Organisme d’essai"}, "reviews:rule": reason | {"allowed": "yes"},
        "reviews:ask_allocation": {"k": "2"}, "reviews:need": {"skills": ["recherche"]},
        "reviews:place": {"cell": things.get("cell", "")}, "reviews:send_allocation": {"due_on": things.get("due_on", "")},
        "reviews:opinion": {"value": "7", "text": REASON},
        "reviews:discussion": {"text": REASON}, "reviews:designate": {"rapporteur": things.get("assignment")},
        "reviews:consensus": {"text": REASON} | things.get("agreed", {}), "reviews:position": {"agrees": "no", "reason": REASON},
        "reviews:settle": {"choice": "mine", "over": 1}, "reviews:save": things.get("marks", {}), "reviews:vote": reason | things.get("places", {}),
        "reviews:reserve": reason | things.get("places", {}), "reviews:lists": things.get("lists", {}),
        "reviews:room": {"act": "come"}, "reviews:reopen_session": reason, "reviews:further": {"answer": "accept"},
        "reviews:confirm": {"choice": "keep", "shown": things.get("shown", 0)}, "reviews:calibrate": things.get("calibration", {}),
        "reviews:write_calibration": {"title": "Dossier fictif"},
        "reviews:move_hearing": {"cell": things.get("hearing_cell", "")},
        "reviews:hearing_frame": {"blocks": "13/12/2098 9:00-12:00", "minutes": "30", "venues": "Salle 1", "seats": "1", "people": "3"},
        "decisions:propose": {"motive": REASON, **things.get("amounts", {})},
        "decisions:programme_wave": {"name": "Scénario d’essai", "cut": "1"}, "decisions:scenario": {"comment": REASON},
        "decisions:freeze_scenario": {"motive": REASON}, "decisions:draw_dossier": {"aside": REASON}, "decisions:call_reserve": reason,
        "decisions:return_proposal": reason, "decisions:revoke": reason,
        "decisions:propose_delegation": {"holder": things.get("victor"), "quality": "sous-directeur", "source": "Arrêté d’essai", "first_on": "2098-01-01", "last_on": "2098-12-31"},
        "decisions:propose_delegation_end": reason,
        "decisions:release": {"decisions": things.get("sealed", [])}, "decisions:recall": reason,
        "decisions:planned": {"decisions": things.get("sealed", []), "due": "2098-01-01T12:00"},
        "decisions:approve_many": {"proposals": things.get("proposals", [])},
        "decisions:registered_letter": {"number": "1A 000 000 0000 0", "posted_on": things.get("today", "")},
        "decisions:post_notice": {"number": "1A 000 000 0000 2", "posted_on": things.get("today", "")},
        "decisions:open_revocation_procedure": {"ground": "conditions", "motives": REASON, "days": "15"},
        "decisions:open_exclusion_procedure": {"ground": "breach", "motives": REASON, "days": "15"},
        "decisions:open_recovery_procedure": {"ground": "term", "motives": REASON, "days": "15", "cents": "10,00"},
        "decisions:observe": {"observations": REASON}, "decisions:answer_procedure": {"answer": REASON}, "decisions:drop_procedure": reason,
        "decisions:lodge_remedy": {"kind": "gracious", "text": REASON}, "decisions:answer_remedy": {"outcome": "rejected", "motives": REASON},
        "decisions:register_remedy": {"kind": "gracious", "text": REASON, "received_on": things.get("today", ""), "author": "Conseil fictif"},
        "decisions:end_remedy": {"outcome": "withdrawn", "ended_on": things.get("today", ""), "motives": REASON},
        "dashboards:return_act": reason, "dashboards:take_back_act": reason,
        "directory:choose_mails": dict.fromkeys(("consortium", "progress", "messages", "signature", "reminders", "evaluation", "hearings", "acts"), "digest"),
        "directory:change_language": {"language": "en"}, "set_language": {"language": "en"},
        "directory:accept_request": {"kind": "writer"}, "directory:refuse_request": reason,
        "directory:revoke_token": {}, "directory:grant_role": {"role": "expert"},
    }  # fmt: skip


def of_money(things: dict[str, Any]) -> dict[str, Any]:
    reason = {"reason": REASON}
    return {
        "funding:prepare_convention": {"siret": things.get("siret", ""), "months": "36"},
        "funding:sign_convention": {"quality": "Directrice générale", "sha256": things.get("document_sha256", "")},
        "funding:hand_in_copy": {"quality": "Directrice générale"}, "funding:rework_convention": reason | {"months": "40"},
        "funding:file_agreement": {"signed_on": "2023-04-01"}, "funding:return_agreement": reason,
        "funding:declare_start": {"started_on": "2023-04-01"}, "funding:propose_lapse": reason,
        "funding:propose_extension": reason | {"until": "2025-12-31"},
        "funding:ask_amendment": reason | {"kind": "duration"}, "funding:draft_amendment": {"months": "40"}, "funding:refuse_amendment": reason,
        "funding:sign_amendment": {"quality": "Directrice générale", "sha256": things.get("amendment_sha256", "")},
        "funding:sign_amendment_member": {"quality": "Directrice générale", "sha256": things.get("amendment_sha256", "")},
        "funding:meet_condition": {"evidence": REASON}, "funding:pay_many": {"paid": things.get("instalment")},
        "funding:propose_iban": {"iban": things.get("iban", ""), "holder": "Titulaire fictif", "explanation": REASON},
        "funding:plan_instalment": {"kind": "advance", "cents": "1000,00", "year": "2023", "evidence": REASON},
        "funding:close_year": things.get("closing", {}),
        "funding:uncertify": reason, "funding:cancel_order": reason, "funding:cancel": reason,
        "funding:open_claim": {"starts_on": "2023-01-01", "ends_on": "2023-01-31", "forecast_cents": "1000,00"},
        "funding:add_line": {"category": things.get("category"), "label": REASON, "paid_on": "2023-01-15", "cents": "10,00",
                             "file": things.get("claim_file")},
        "funding:ask_certificate": {"accountant": things.get("accountant")}, "funding:certify_claim": {"quality": "Agent comptable"},
        "funding:check_line": {"eligible_cents": "900,00", "refusal": REASON, "evidence_seen": "on"}, "funding:return_claim": reason,
        "funding:cancel_batch": reason, "funding:settle_line": {"explanation": REASON},
        "funding:recover": {"cents": "10,00", "ground": "term"}, "funding:reverse_recovery": reason,
    }  # fmt: skip


def posted(route: str, things: dict[str, Any]) -> dict[str, Any]:
    """What a person who may would send; routes not named take no field, or are sent nothing and say what they lack."""
    said = of_dossiers(things) | of_other_rooms(things) | of_money(things)
    data = {name: value for name, value in said.get(route, {}).items() if value is not None}
    return (
        data | {"file": pdf()}
        if route
        in (
            "applications:add_piece",
            "applications:delegate_signature",
            "funding:propose_iban",
            "funding:hand_in_copy",
            "funding:file_agreement",
        )
        else data
    )
