"""How amounts, instants, numbers, states and sentences are written, in French and in English."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import messages
import pytest
from django.apps import apps
from django.core.paginator import Paginator
from django.template import Context, engines
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import ngettext, override
from hypothesis import given
from hypothesis import strategies as st

from edsh_portal.events import REACTIONS
from edsh_portal.templatetags import figures, portal

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
CLOSES = datetime(2022, 10, 11, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def french():
    with translation.override("fr"):
        yield


def test_numbers():
    assert portal.money(123456789) == "1\u202f234\u202f567,89\u00a0€"
    assert portal.money(None) == ""
    assert portal.money(0) == "0,00\u00a0€"
    assert portal.cents_plain(123456789) == "1\u202f234\u202f567,89"
    assert portal.count(1234567) == "1\u202f234\u202f567"
    assert portal.percent(Decimal("89.7")) == "89,7\u00a0%"
    assert portal.percent(39) == "39,0\u00a0%"
    assert portal.decimal(7.456, 2) == "7,46"
    assert portal.file_size(1_234_567) == "1,2\u00a0Mo"
    assert portal.file_size(812) == "812\u00a0octets"
    assert portal.finess("350005179") == "350\u202f005\u202f179"
    assert portal.siret("26350005100017") == "263\u202f500\u202f051\u202f00017"


def test_english():
    with translation.override("en"):
        assert portal.money(-123456789) == "−€1,234,567.89"
        assert portal.cents_plain(123456789) == "1,234,567.89"
        assert portal.percent(89.7) == "89.7%"
        assert portal.paris_date(CLOSES) == "Tuesday 11\u00a0October 2022"
        assert portal.typo("a ? b") == "a ? b"


def test_instants_are_those_of_paris():
    assert portal.paris_instant(CLOSES) == "mardi 11\u00a0octobre 2022 à 12:00:00, heure de Paris"
    assert portal.paris_date(datetime(2022, 9, 30, 22, 30, tzinfo=UTC)) == "samedi 1er\u00a0octobre 2022"
    assert portal.paris_short(CLOSES) == "11/10/2022\u00a012:00"
    assert portal.paris_short(date(2023, 4, 12)) == "12/04/2023"
    shown = engines["django"].from_string("{{ at|paris_short }}{{ none|paris_short|default:'Jamais' }}")
    assert shown.render({"at": CLOSES, "none": None}) == '<span class="instant">11/10/2022\u00a012:00</span>Jamais'
    assert portal.paris_time(CLOSES) == "12:00:00"
    assert portal.paris_instant(None) == portal.paris_date(None) == ""


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=2, hours=1, minutes=59), "2\u00a0jours 1\u00a0h"),
        (timedelta(days=1), "1\u00a0jour"),
        (timedelta(hours=4, minutes=12), "4\u00a0h 12\u00a0min"),
        (timedelta(seconds=65), "1\u00a0min 5\u00a0s"),
        (timedelta(0), "clos"),
        (-timedelta(seconds=1), "clos"),
    ],
)
def test_duration_left(left, words):
    assert portal.duration_left(CLOSES, CLOSES - left) == words


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Pourquoi ?", "Pourquoi\u202f?"),
        ("Un ; deux", "Un\u202f; deux"),
        ("Reste : 1 234 567,89 €", "Reste\u00a0: 1\u202f234\u202f567,89\u00a0€"),
        ("« mot »", "«\u00a0mot\u00a0»"),
        ("«mot»", "«\u00a0mot»"),
        ("à 12:00:00", "à 12:00:00"),
        ("https://a.b/?c", "https://a.b/?c"),
        ("vague 1 200 dossiers", "vague 1\u202f200 dossiers"),
        ("décret n° 2018-514", "décret n°\u00a02018-514"),
    ],
)
def test_typo(typed, printed):
    assert portal.typo(typed) == printed
    assert portal.typo(printed) == printed


def test_an_address_breaks_before_its_at_alone():
    shown = engines["django"].from_string("{{ address|email }}")
    assert shown.render({"address": "a.b@edsh.example"}) == "a.b<wbr>@edsh.example"
    assert shown.render({"address": "<b>"}) == "&lt;b&gt;<wbr>"


ROW = {"name": "A : b", "note": "A : b", "who": "A : b", "by": "A : b", "act": "Lire", "url": "#"}
TASK = {"label": "A : b", "hint": "A : b", "missing": "A : b", "left": "A : b", "who": "A : b"}
ACT = SimpleNamespace(pk=1, state="proposed", reason="A : b")
FACTS = [{"label": "A : b", "before": "A : b", "after": "A : b"}]


@pytest.mark.parametrize(
    ("template", "context", "times"),
    [
        ("components/confirm.html", {"title": "A : b", "happens": "A : b", "whom": "A : b", "undo": "A : b"}, 4),
        ("components/task_list.html", {"sections": [{"tasks": [TASK]}]}, 5),
        ("components/timeline.html", {"entries": [{"title": "A : b", "detail": "A : b", "at": CLOSES}]}, 2),
        ("dashboards/_inbox.html", {"list": {"rows": [ROW], "count": 1, "hint": "A : b", "url": "#"}}, 6),
        ("dashboards/_act.html", {"of": {"says": "A : b", "act": ACT}}, 1),
        (
            "dashboards/act.html",
            {"says": "A : b", "facts": FACTS, "act": ACT},
            5,
        ),
    ],
)
def test_a_sentence_made_elsewhere_is_typeset_where_it_is_shown(template, context, times):
    shown = render_to_string(template, context)
    assert (shown.count("A : b"), shown.count("A\u00a0: b")) == (0, times)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", {0: "note", 1: "note", 1.5: "note", 2: "notes"}),
        ("en", {0: "notes", 1: "note", 1.5: "notes", 2: "notes"}),
    ],
)
def test_zero_is_singular_in_french(language, said):
    with override(language):
        assert {n: ngettext("note", "notes", n) for n in said} == said


def test_a_sentence_of_a_page_is_typeset_once_translated():
    def drawn(source: str, **more: object) -> str:
        return engines["django"].from_string(source).template.render(Context({"name": "« A »"}, **more))

    assert drawn('{% translate "Reste : 1 234,56 €" %}') == "Reste\u00a0: 1\u202f234,56\u00a0€"
    assert (
        drawn("{% blocktranslate %}Socle : {{ name }} ?{% endblocktranslate %}")
        == "Socle\u00a0: «\u00a0A\u00a0»\u202f?"
    )
    assert drawn('{% translate "Oui ?" as asked %}{{ asked }}') == "Oui\u202f?"
    assert drawn('{% translate "Oui ?" %}', autoescape=False) == "Oui ?"  # a mail in plain text
    again = [
        path for path in TEMPLATES.rglob("*.html") if re.search(r"load [^%]*i18n(?![^%]*portal)", path.read_text())
    ]
    assert again == []  # Django's own tags, loaded again, would be used instead


def test_a_per_cent_sign_is_extracted_as_it_is_looked_up(tmp_path, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text('{% translate "De 0 % à 100 %" %}')
    looked_up: list[str] = []
    monkeypatch.setattr("django.template.base.gettext_lazy", lambda text: looked_up.append(text) or text)
    assert engines["django"].from_string(page.read_text()).render() == "De 0\u00a0% à 100\u00a0%"
    assert [message.singular for message, _line in messages.in_template(page)] == looked_up


def test_states_have_a_shape_and_a_word(monkeypatch):
    monkeypatch.setitem(portal.STATES, "thing", {"draft": ("Brouillon", "doing"), "kept": ("Gardé", "info", "diamond")})
    drawn = portal.state("draft", "thing")
    assert "<svg" in drawn and "Brouillon" in drawn and "tag-doing" in drawn
    assert portal.SHAPES["diamond"] in portal.state("kept", "thing")
    thing = SimpleNamespace(state="draft", _meta=SimpleNamespace(model_name="thing"))
    assert portal.state(thing) == drawn
    assert "unknown" in portal.state("unknown", "thing")
    assert "&lt;b&gt;" in portal.tag("<b>")
    assert portal.state("") == portal.state(None) == ""


def test_the_state_of_one_noun_is_never_told_in_the_words_of_another():
    assert portal.state_entry("delivery", "done")[0] == "Terminée"  # and not « Complet », a section's
    assert portal.state_entry("session", "closed")[0] == "Close"  # and not « Fermer », a library's
    assert portal.state_entry("nothing", "done")[0] == portal.state_entry("", "done")[0] == "done"
    with translation.override("en"):
        assert portal.state_entry("session", "closed")[0] == "Closed"


def test_no_library_says_a_french_sentence_otherwise(monkeypatch):
    assert messages.said_otherwise() == []
    monkeypatch.setattr(messages, "extracted", lambda: {messages.Message(None, "Close", None): [("here.py", "1")]})
    assert [said.startswith("here.py:1") for said in messages.said_otherwise()] == [True]


def test_every_model_that_has_a_state_has_its_words():
    """Those of a page; what is drawn nowhere (a mail that leaves) has none."""
    nowhere = {"mail", "signaturerequest"}
    nouns = {
        model._meta.model_name
        for model in apps.get_models()
        if {field.name for field in model._meta.fields if field.choices} & {"state"}
    }
    assert nouns - nowhere - portal.STATES.keys() == set()
    told = {code for noun in nouns - nowhere for code in portal.STATES[noun]}
    assert "" not in told


def test_13_25_every_model_is_named_in_french_one_and_several():
    """« Admissibilitys » is the name that Django makes up."""
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in messages.ROOMS]
    written = {message.singular for message in messages.extracted()}
    made_up = [
        model._meta.label
        for model in ours
        if not {model._meta.verbose_name_raw, str(model._meta.verbose_name_plural)} <= written
    ]
    assert (len(ours) > 100, made_up) == (True, [])


def test_13_25_every_reaction_says_what_it_does():
    written = {message.singular for message in messages.extracted()}
    assert [name for name, reaction in REACTIONS.items() if str(reaction.says) not in written] == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("AMBRELLE", "d’AMBRELLE"),
        ("EDS0", "d’EDS0"),
        ("Élorn", "d’Élorn"),
        ("Brest", "de Brest"),
        ("Hôpital du Mans", "de l’Hôpital du Mans"),
        ("Ho\u0302pital du Mans", "de l’Ho\u0302pital du Mans"),
        ("CHU de Rennes", "du CHU de Rennes"),
        ("CH partenaire", "du CH partenaire"),
        ("CHAMBORD", "de CHAMBORD"),
        ("GHT Rance Émeraude", "du GHT Rance Émeraude"),
        ("GCS Esquirol", "du GCS Esquirol"),
        ("Centre Léon-Bérard", "du Centre Léon-Bérard"),
        ("Clinique du Parc", "de la Clinique du Parc"),
        ("AP-HP", "de l’AP-HP"),
        ("Institut Curie", "de l’Institut Curie"),
        ("Hospices civils de Lyon", "des Hospices civils de Lyon"),
        ("Hôpitaux universitaires de Strasbourg", "des Hôpitaux universitaires de Strasbourg"),
        ("« Iroise »", "d’« Iroise »"),
        ("", "de "),
    ],
)
def test_de_takes_the_article_of_the_name_or_elides(name, told):
    assert portal.de(name) == told
    with translation.override("en"):
        assert portal.de(name) == name


NAMES_OF_SOMEBODY = re.compile(r"\b(?:[Dd]e|[Qq]ue) %\((?:name|who|place|ref|other|own)\)s")


def test_no_sentence_puts_de_before_a_name_without_the_filter():
    assert [m.singular for m in messages.extracted() if NAMES_OF_SOMEBODY.search(m.singular)] == []


# A number that a setting or a constant fixes, never one (or where one would be refused), or a number that is not whole.
NEVER_ONE = (
    "%(count)s caractères : %(most)s au plus", "donnent %(n)s créneaux", "partir de %(n)s profils",
    "en %(most)s caractères", "à %(most)s caractères", "%(size)s caractères", "%(length)s caractères", "%(least)s caractères", "%(limit)s caractères",
    "%(most)s membres", "%(n)s membres", "%(most)s fichiers", "%(most)s pages", "%(most)s pièces", "%(most)s envois", "%(most)s lots", "%(max)s chiffres",
    "1 à %(days)s jours", "%(count)s millions", "%(n)s projets", "mois",
)  # fmt: skip
COUNTED = re.compile(
    r"%\((?:n|count|quorum|q|most|least|given|days|months|limit|number|shown|found|size|max|length)\)s[ \u00a0][^\W\d_]+[sx]\b"
)


def test_what_is_counted_has_its_singular():
    flat = [m.singular for m in messages.extracted() if m.plural is None]
    wrong = [text for text in flat if COUNTED.search(text) and not any(known in text for known in NEVER_ONE)]
    assert wrong + [text for text in flat if "(s)" in text] == []


def test_every_registered_state_has_a_known_tone():
    wrong = [
        (noun, code)
        for noun, table in portal.STATES.items()
        for code, entry in table.items()
        if entry[1] not in portal.SHAPE_OF_TONE or (len(entry) > 2 and entry[2] not in portal.SHAPES)
    ]
    assert wrong == []


def test_difference_escapes():
    assert portal.difference("deux hôpitaux", "quatre hôpitaux") == "<del>deux</del><ins>quatre</ins> hôpitaux"
    assert portal.difference("<b>", "") == "<del>&lt;b&gt;</del>"
    assert portal.difference(None, None) == ""


@given(*[st.lists(st.sampled_from(["un", "deux", "<b>", " ", "\n\n"]), max_size=12).map("".join)] * 2)
def test_a_difference_holds_both_texts_whole(before, after):
    shown = portal.difference(before, after)
    for text, other in ((before, "ins"), (after, "del")):
        assert (
            html.unescape(re.sub(r"</?(del|ins)>", "", re.sub(rf"<{other}>.*?</{other}>", "", shown, flags=re.S)))
            == text
        )
    assert ("<del>" in shown or "<ins>" in shown) == (before != after)


def test_what_begins_and_ends_two_texts_is_not_told_as_changed():
    assert portal.difference("un deux trois", "un neuf trois") == "un <del>deux</del><ins>neuf</ins> trois"
    assert portal.difference("un", "un deux") == "un<ins> </ins><ins>deux</ins>"
    assert portal.difference("un deux", "un\ndeux") == "un<del> </del><ins>\n</ins>deux"


def test_gauge_and_bars():
    gauge = figures.drawn_gauge([{"label": "Payé", "cents": 250}, {"label": "Réservé", "cents": 500}], 1000)
    assert [(part["x"], part["width"]) for part in gauge["parts"]] == [(0, 250), (250, 500)]
    assert gauge["left"] == 250
    assert gauge["says"].endswith("reste 2,50\u00a0€, 25,0\u00a0%")
    assert figures.drawn_gauge([], 0)["left_percent"] == 0
    bars = figures.drawn_bars([{"label": "a", "value": 4}, {"label": "b", "value": 1, "highlight": True}])
    assert [(bar["width"], bar["class"]) for bar in bars] == [(1000, "bar"), (250, "highlight")]
    assert figures.drawn_bars([]) == []


def test_page_numbers():
    pages = Paginator(range(500), 25)
    assert portal.page_numbers(pages.page(10)) == [1, 0, 8, 9, 10, 11, 12, 0, 20]
    assert portal.page_numbers(pages.page(1)) == [1, 2, 3, 0, 20]


def test_item():
    assert portal.item({"a": 1}, "a") == 1
    assert portal.item([], 3) == portal.item(None, "a") == ""
