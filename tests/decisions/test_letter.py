"""The sealed PDF of a decision: the five blocks of art. 8, remedies by place, the attached act, hostile words."""

import re
from copy import deepcopy

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from applications import rules
from applications.models import Version
from calls.models.letters import TERMS
from decisions import actions, award, letter, snapshot
from decisions.models import Decision
from directory.models import Departement, Region
from edsh_portal import documents, paper, pdf
from edsh_portal.models import Delivery
from funding.models import Ceiling
from tests import printed
from tests.reviews import world as evaluated

from . import world as made

pytestmark = pytest.mark.usefixtures("by_the_owner")  # the register is corrected by its owner

DEFAULTS = {name: default for name, (_label, default) in TERMS.items()}
TITLES = {
    "award": ["Objet et bénéficiaires", "Projet et dépense subventionnable", "Montant maximal et modalités de calcul",
              "Imputation et comptable assignataire", "Calendrier", "Versements et justificatifs", "Comptes rendus et contrôle",
              "Publicité", "Régime d’aide", "Reversement", "Publication des données essentielles", "Exécution",
              "Voies et délais de recours", "Annexe 1 : budget par membre, catégorie et année, en euros",
              "Annexe 2 : échéancier et justificatifs"],
    "refusal": ["Rejet de la demande", "Exécution", "Voies et délais de recours"],
    "ineligible": ["Rejet de la demande", "Exécution", "Voies et délais de recours"],
}  # fmt: skip


def words(told):
    with override("fr"):
        html = render_to_string(letter.template(told), {**letter.context(told), "title": letter.title(told)})
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", html.split("</style>")[1]))


def plain(text):
    return text.replace("\u00a0", " ")


def test_the_sealed_file_is_the_act(world):
    decision = made.approved(world)
    assert made.work() == []
    decision.refresh_from_db()
    content = documents.read(decision.document)
    assert pdf.check(content).valid
    assert pdf.attached_json(content) == decision.snapshot
    marks = printed.markers(content)
    assert (marks.pdfa, marks.pdfua, marks.lang, marks.title) == (
        "3A",
        "1",
        "fr",
        "Décision attributive de subvention n° 2022-0001",
    )
    assert {font.name for font in printed.fonts(content)} <= {
        "Source-Sans-3",
        "Source-Sans-3-Bold",
        "Source-Sans-3-Italic",
    }
    assert all(font.embedded for font in printed.fonts(content))
    assert (decision.document.sha256, decision.document.scan) == (decision.sha256, "issued")


def test_16_a_completed_version_is_not_dated_as_the_first(world):
    """Version 2 is not « reçue » on the day of version 1: the letter says when the dossier was received, and when completed."""
    told = made.approved(world).snapshot
    assert "completed_at" not in told["application"] and "complété" not in words(told)
    answered = Version(kind=Version.Kind.COMPLEMENT, submitted_at=evaluated.REVIEWING)
    completed = deepcopy(told)
    completed["application"] |= {"version": 2, **snapshot._completed(answered)}
    assert snapshot._completed(Version(kind=Version.Kind.DEPOSIT, submitted_at=evaluated.REVIEWING)) == {}
    assert re.search(
        r"version 2, reçu le mardi 20\W+septembre 2022 .* et complété le mercredi 2\W+novembre 2022", words(completed)
    )


def test_the_same_act_is_the_same_bytes(world):
    told = made.approved(world).snapshot
    again = Decision.objects.get().snapshot
    assert letter.lay_out(told) == letter.lay_out(again)


def test_an_award_holds_the_five_blocks(world):
    told = made.approved(world).snapshot
    assert snapshot.missing(told) == []
    html = render_to_string(letter.template(told), letter.context(told))
    assert [*map(plain, re.findall(r"<h2>([^<]+)</h2>", html))] == TITLES["award"]
    said = words(told)
    for fact in (
        "CHU 0",
        "CH partenaire",
        "800\u202f000,00\u00a0€",
        "1\u202f600\u202f000,00\u00a0€",
        "mardi 31\u00a0décembre 2024",
        "24 mois",
        "Avance, source France 2030",
        "25\u00a0%",
        "80\u00a0%",
        "reversement total ou partiel",
        "Victor Essai",
        "deux mois",
        letter.check_url(told),
    ):
        assert fact in said, fact


INELIGIBLE = {
    "verdict": "ineligible",
    "rule": "R12",
    "title": "Nombre de membres",
    "source": "Cahier des charges, critères d’éligibilité",
    "evidence": "Sept membres.",
}


@pytest.mark.parametrize("kind", ["refusal", "ineligible"])
def test_refusals_hold_their_grounds(world, kind):
    told = made.refused(world).snapshot | {"kind": kind}
    told["verdict"] = INELIGIBLE
    assert snapshot.missing(told) == []
    html = render_to_string(letter.template(told), letter.context(told))
    assert [*map(plain, re.findall(r"<h2>([^<]+)</h2>", html))] == TITLES[kind]
    quoted = "Nombre de membres (Cahier des charges, critères d’éligibilité)" in words(told)
    assert (quoted, "Le jury ne l’a pas retenu." in words(told)) == (kind == "ineligible", True)
    assert "R12" not in words(told)  # the number is the portal’s own: the institution reads the rule


EMPTIED = {
    "beneficiaries": [
        lambda t: t["beneficiaries"].clear(),
        lambda t: t["beneficiaries"][0].update(siret="", finess=""),
    ],
    "project": [lambda t: t["project"].update(expense_cents=0), lambda t: t["project"].update(goal="")],
    "amount": [lambda t: t["amount"].update(max_cents=1), lambda t: t["amount"].update(method="")],
    "calendar": [lambda t: t["calendar"].update(ends_on=None), lambda t: t["calendar"].update(starts_on=None)],
    "payment": [lambda t: t["payment"]["ceilings"].clear(), lambda t: t["payment"].update(recovery="")],
    "remedies": [lambda t: t["remedies"].update(court="")],
    "signatory": [lambda t: t["signatory"].update(name=""), lambda t: t["signatory"].update(quality="")],
    "parts": [lambda t: t["parts"][0].update(cents=1)],
}


@pytest.mark.parametrize("block", EMPTIED)
def test_an_empty_block_is_named(world, block):
    told = made.approved(world).snapshot
    for empty in EMPTIED[block]:
        copy = deepcopy(told)
        empty(copy)
        assert block in snapshot.missing(copy)


@pytest.mark.parametrize(
    ("kind", "block", "change"),
    [
        ("refusal", "motive", {"motive": " "}),
        ("ineligible", "verdict", {"verdict": {"rule": "R12", "evidence": ""}}),
        ("ineligible", "motive", {"motive": "", "verdict": {"rule": "R12", "evidence": "Fait."}}),
    ],
)
def test_a_refusal_without_ground_is_named(world, kind, block, change):
    assert block in snapshot.missing(made.refused(world).snapshot | {"kind": kind} | change)


def test_a_missing_block_parks_the_decision_by_name(world, monkeypatch):
    """No ceiling in force at the approval: the payment block would be empty, and the act is not issued."""
    monkeypatch.setattr(Ceiling, "objects", type("Empty", (), {"filter": lambda **_: Ceiling._default_manager.none()}))
    decision = made.approved(world)
    (parked,) = made.work()
    assert (parked.state, "payment" in parked.last_error) == ("blocked", True)
    decision.refresh_from_db()
    assert (decision.state, decision.document) == ("approved", None)


def test_a_document_that_cannot_be_laid_out_is_parked(world, monkeypatch):
    def bomb(*_args, **_details):
        raise pdf.RenderError("no layout after 20 s")

    made.approved(world)
    monkeypatch.setattr(pdf, "render", bomb)
    (parked,) = made.work()
    assert (parked.state, parked.last_error) == ("blocked", "no layout after 20 s")


def test_a_press_that_died_is_tried_again(world, monkeypatch):
    def dead(*_args, **_details):
        raise pdf.PressUnavailable("died")

    made.approved(world)
    monkeypatch.setattr(pdf, "render", dead)
    (waiting,) = made.work()
    assert (waiting.state, waiting.tries) == ("todo", 1)
    assert Delivery.objects.filter(state="blocked").count() == 0


@pytest.mark.parametrize(
    ("departement", "months"),
    [("35", 2), ("2A", 2), ("", 2), ("971", 3), ("976", 3), ("988", 3), ("99", 4), ("99109", 4)],
)
def test_remedies_follow_the_place(departement, months):
    with override("fr"):
        told = snapshot.remedies(departement, DEFAULTS)
    assert (told["months"], told["court"]) == (months, "recours contentieux devant le tribunal administratif de Paris")


@pytest.mark.parametrize(("months", "said"), [(2, "deux mois"), (3, "trois mois"), (4, "quatre mois")])
def test_the_letter_says_the_delay_of_the_place(world, months, said):
    told = made.refused(world).snapshot
    told["remedies"]["months"] = months
    assert f"dans un délai de {said} à compter" in words(told)


def test_an_overseas_applicant_has_one_more_month(world):
    Region.objects.create(code="01", name="Guadeloupe", ars="Guadeloupe", svg_code="971")
    Departement.objects.create(code="971", name="Guadeloupe", region_id="01", population=380_000)
    type(world.hospitals[1]).objects.filter(pk=world.hospitals[1].pk).update(departement="971")
    said = words(made.refused(world).snapshot)
    assert "trois mois" in said
    assert "outre-mer" in said


HOSTILE = '</p><script>alert(1)</script><img src="http://127.0.0.1:9/a"><link rel=attachment href="file:///etc/passwd">{{ told }}{% now "Y" %}'


def test_hostile_words_are_words(world):
    proposal = actions.propose_refusal(world.dossiers[1], HOSTILE, by=world.driss)
    decision = actions.approve(proposal, by=world.victor)
    assert made.work() == []
    decision.refresh_from_db()
    content = documents.read(decision.document)
    assert pdf.attached_json(content)["motive"] == HOSTILE
    assert b"root:x" not in content


def test_the_code_leads_to_the_check(world):
    told = made.approved(world).snapshot
    assert letter.check_url(told).endswith(f"/verifier/2022-0001/{snapshot.sha256(told)}/")
    assert paper.qr(letter.check_url(told)).startswith("data:image/svg+xml;base64,")


def test_end_of_works():
    assert [
        award.end(*given) for given in (("2023-01-01", 24), ("2023-01-31", 13), (None, 24), ("2023-01-01", None))
    ] == ["2024-12-31", "2024-02-28", None, None]
    assert [award.percent(bp) for bp in (2500, 1250, 5)] == ["25\u00a0%", "12,50\u00a0%", "0,05\u00a0%"]


# ── what is typed may be long, or of another alphabet ────────────────────────────────────────────────────────────────
LONG = "Hôpital" + "interdépartemental" * 5
ALPHABETS = {"grec": "Ωμέγα", "arabe": "مستشفى", "hébreu": "עברית", "cyrillique": "Здоровье", "pictogramme": "🏥✅"}


def hostile(told, name):
    copy = deepcopy(told)
    for one in (*copy["beneficiaries"], *copy["parts"], *copy["payment"]["schedule"], *copy["budget"]["members"]):
        one.update(name=name)
    for one in (*copy["beneficiaries"], *copy["imputations"], *copy["payment"]["schedule"]):
        one.update(line_label=name[:60])
    copy["applicant"]["name"] = copy["project"]["title"] = copy["application"]["acronym"] = copy["motive"] = name
    return copy


@pytest.mark.parametrize("name", [LONG, "X" * 400, "Établissement " * 20], ids=["80 letters", "400 letters", "words"])
def test_13_20_the_table_keeps_its_amounts_whatever_is_typed(world, name):
    told = hostile(made.approved(world).snapshot, name)
    content = letter.lay_out(told)
    shown, edge = list(printed.runs(content)), printed.width(content)
    assert [run for run in shown if run.left < 0 or run.right > edge] == []
    amounts = [f"{one['cents'] / 100:,.2f}".replace(",", "\u202f").replace(".", ",") for one in told["beneficiaries"]]
    found = [run for run in shown if run.text.rstrip("\u00a0€ ") in amounts]
    assert len(found) >= len(amounts) >= 2
    assert max(run.right for run in found) < edge - 22 / 25.4 * 72 + 1  # inside the margin of 22 mm
    for number in (f"SIRET {one['siret'][:3]}" for one in told["beneficiaries"] if one["siret"]):
        assert [run for run in shown if number in run.text.replace("\u00a0", " ").replace("\u202f", " ")]


@pytest.mark.parametrize("name", ALPHABETS)
def test_13_20_every_alphabet_is_drawn(world, name):
    content = letter.lay_out(hostile(made.approved(world).snapshot, ALPHABETS[name]))
    assert [run for run in printed.runs(content) if 0 in run.glyphs] == []  # glyph 0 is the empty box
    assert set(ALPHABETS[name]) <= set(printed.text(content))
    assert all(font.embedded for font in printed.fonts(content))
    assert printed.markers(content).pdfa == "3A"


def test_13_20_what_no_font_draws_is_named_by_its_number(world):
    """Refused when typed; a text from elsewhere says which character it was, never an empty box."""
    shown = printed.text(letter.lay_out(hostile(made.approved(world).snapshot, "CHU 東")))
    assert "CHU [U+6771]" in shown and "□" not in shown


def test_13_25_no_act_quotes_what_the_portal_assumed():
    assert rules.stated("R04") == ("Accord et mandat des membres", "")
    assert rules.stated("R12")[1] == "Cahier des charges, critères d’éligibilité"
