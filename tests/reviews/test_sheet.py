"""The grids of an expert in a spreadsheet: what comes back is what was changed in it, over what it was written from, or a sentence a cell."""

from decimal import Decimal
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from edsh_portal import sheets
from edsh_portal.events import Event
from edsh_portal.intake import workbook
from edsh_portal.sheets import Cell, Sheet, Table, Uncomputed, Workbook
from edsh_portal.writing import Save
from reviews import actions, sheet
from reviews.models import PrivateNote, ScoreVersion
from reviews.views.sheet import opened, reports
from tests.pages import tight

from .world import COMMENT, marks, reviewed
from .world import opened as declared

ENDINGS = sorted(sheets.WRITERS)
ROWS = {1: 6, 2: 7, 11: 8, 12: 9, "jury": 10, "private": 11}  # the grid of the world, then the notes
MARK, TEXT = 4, 5


@pytest.fixture
def draft(small):
    """claire's report on the first dossier: a mark, a comment, and a note to the jury."""
    review = declared(small, small.dossiers[0], small.claire).review
    typed = (("scores.1.value", "7"), ("scores.1.comment", "Clair,\nprécis."), ("notes.jury", "Rien à signaler."))
    actions.save_cells(review, [Save(key, text) for key, text in typed], by=small.claire)
    return review


def book_of(world, **told) -> Workbook:
    """What claire takes away, as the portal writes and reads it."""
    return workbook.read(sheets.write_xlsx(sheet.write(reports(opened(world.claire).filter(**told)))))


def changed(book: Workbook, cells=None, name="") -> Workbook:
    """Its first sheet with some cells typed over, or with another name."""
    first = book.tables[0]
    held = {place: value for place, value in (first.cells | (cells or {})).items() if value is not None}
    return Workbook((Table(name or first.name, held), *book.tables[1:]))


def saved(book: Workbook, ending="xlsx") -> bytes:
    """As a file."""

    def laid(table: Table) -> Sheet:
        height = max(row for row, _column in table.cells) + 1
        values = [[table.at(row, column) for column in range(8)] for row in range(height)]
        return Sheet(table.name, tuple(tuple(Cell(_number(value)) for value in row) for row in values))

    return sheets.WRITERS[ending][0]([laid(table) for table in book.tables])


def _number(value):
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == int(value) else sheets.Amount(int(value * 100))


def _words(answer) -> str:
    return unescape(tight(answer.content.decode())).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def send(client):
    """send(person, file, pk): the answer of the page that reads a sheet back, its text."""

    def sent(person, content, pk=None, name="grille.xlsx"):
        client.force_login(person, backend="directory.backends.EmailBackend")
        url = reverse("reviews:sheet_of", args=[pk]) if pk else reverse("reviews:sheets")
        answer = client.post(url, {"file": SimpleUploadedFile(name, content)})
        return answer, _words(answer)

    return sent


@pytest.fixture
def take(client):
    """Presses the button of the page that shows the changes."""

    def pressed(answer):
        return client.post(reverse("reviews:take_sheets"), {"changes": answer.context["take"]["changes"].value()})

    return pressed


def held(review, key):
    return review.texts.filter(key=key, aside=False).latest("version").text


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_sheet_comes_back_with_what_was_changed_in_it_alone(small, draft, client, send, take, ending):
    client.force_login(small.claire, backend="directory.backends.EmailBackend")
    given = client.get(reverse("reviews:sheet_file", args=[draft.assignment_id, ending]))
    book = workbook.read(b"".join(given))
    (table,) = book.tables
    assert table.name == small.dossiers[0].reference and table.text(0, 0) == sheet.MARK
    assert [table.at(ROWS[1], column) for column in (0, 1, 3, MARK, TEXT)] == [
        1, "Critère 1", "Repères.", Decimal(7), "Clair,\nprécis.",
    ]  # fmt: skip
    assert "éliminatoire en dessous de 3" in table.text(ROWS[2], 3).replace("\u00a0", " ")
    assert [one.changed for one in sheet.read(book)] == [{}]
    answer, page = send(small.claire, b"".join(given), draft.assignment_id)
    assert answer.status_code == 200 and "Rien à reprendre" in page

    edit = {(ROWS[1], MARK): Decimal(4), (ROWS[2], TEXT): "=Bien,\ntrès bien. ", (ROWS["private"], TEXT): "À revoir."}
    file = saved(changed(book, edit), ending)
    answer, page = send(small.claire, file, draft.assignment_id)
    assert answer.status_code == 200 and "3 cases du tableur changent votre grille" in page and "E7" in page
    assert ScoreVersion.objects.count() == 3 and not PrivateNote.objects.exists()  # shown, not written
    assert take(answer).status_code == 302
    kept = [held(draft, key) for key in ("scores.1.value", "scores.2.comment", "scores.1.comment", "notes.jury")]
    assert kept == ["4", "=Bien,\ntrès bien.", "Clair,\nprécis.", "Rien à signaler."]
    assert draft.scores.get(criterion__number=1).value == 4 and PrivateNote.objects.get().text == "À revoir."

    # the same file again, and the same button: nothing more
    rows, events = ScoreVersion.objects.count(), Event.objects.count()
    assert take(answer).status_code == 302
    again, page = send(small.claire, file, draft.assignment_id)
    assert "Rien à reprendre" in page and (ScoreVersion.objects.count(), Event.objects.count()) == (rows, events)


def test_what_was_typed_here_since_is_kept_beside(small, draft, send, take, client):
    book = book_of(small)
    since = (("scores.1.value", "9", 1), ("scores.1.comment", "Écrit en ligne.", 1), ("notes.private", "En ligne.", 0))
    actions.save_cells(draft, [Save(*one) for one in since], by=small.claire)
    edit = {(ROWS[1], MARK): Decimal(2), (ROWS["private"], TEXT): "Dans\n\nle train.", (ROWS[2], MARK): Decimal(3)}
    file = saved(changed(book, edit))
    answer, page = send(small.claire, file)
    assert "Modifié depuis" in page and "9" in page and "Les deux textes seront conservés" in page
    assert take(answer).url == reverse("reviews:read", args=[draft.assignment_id])
    draft.refresh_from_db()
    marks_now = {score.criterion.number: score.value for score in draft.scores.all()}
    assert marks_now == {1: 9, 2: 3}  # what was not changed in the sheet is left: the comment too
    assert held(draft, "scores.1.comment") == "Écrit en ligne."
    aside = draft.texts.get(aside=True)
    assert (aside.key, aside.text, aside.read_version) == ("scores.1.value", "2", 1)
    shown = client.get(reverse("reviews:read", args=[draft.assignment_id]))
    assert shown.content.decode().count('name="choice"') >= 2 and "deux textes attendent" in _words(shown)
    for _time in range(2):  # the same file is no other clash, and no other note
        take(answer)
        assert draft.texts.filter(aside=True).count() == 1
        assert PrivateNote.objects.get().text == "En ligne.\n\nDans\n\nle train."


def test_all_the_open_dossiers_of_a_wave_in_one_workbook(world, client, send, take):
    for dossier in world.dossiers[:2]:
        declared(world, dossier, world.claire)
    reviewed(world, world.dossiers[2], world.claire, 5)
    client.force_login(world.claire, backend="directory.backends.EmailBackend")
    given = client.get(reverse("reviews:sheets_file", args=[1, "xlsx"]))
    book = workbook.read(b"".join(given))
    assert book.names == [dossier.reference for dossier in world.dossiers[:2]]
    assert client.get(reverse("reviews:sheets_file", args=[2, "xlsx"])).status_code == 404
    assert client.get(reverse("reviews:sheets_file", args=[1, "csv"])).status_code == 404
    first, second = (
        changed(Workbook((table,)), {(ROWS[n], MARK): Decimal(5 + place) for n in (1, 2, 11, 12)}).tables[0]
        for place, table in enumerate(book.tables)
    )
    answer, page = send(world.claire, saved(Workbook((first, second))))
    assert "8 cases du tableur changent votre grille" in page
    assert take(answer).url == reverse("reviews:my_files")
    reviews = [dossier.assignments.get(expert=world.claire).review for dossier in world.dossiers[:2]]
    assert [{score.value for score in review.scores.all()} for review in reviews] == [{5}, {6}]

    # one of them is shut meanwhile: neither is written
    edits = [changed(Workbook((table,)), {(ROWS[1], TEXT): COMMENT}).tables[0] for table in (first, second)]
    answer, _page = send(world.claire, saved(Workbook(tuple(edits))))
    actions.recuse(reviews[1].assignment, cause="conflict", reason="Un lien.", by=world.claire)
    rows = ScoreVersion.objects.count()
    late = take(answer)
    assert late.status_code == 422 and "ne vous est plus ouvert" in _words(late)
    assert ScoreVersion.objects.count() == rows


def test_a_wrong_cell_is_told_with_its_address_and_nothing_is_written(small, draft, send):
    book, rows = book_of(small), ScoreVersion.objects.count()
    edit = {
        (ROWS[1], MARK): Decimal(11),
        (ROWS[2], MARK): "7",
        (ROWS[11], MARK): Decimal("6.5"),
        (ROWS[12], MARK): None,
        (ROWS[1], TEXT): "x" * 4001,
        (ROWS[2], TEXT): Decimal(12),
        (ROWS[12], 0): Decimal(99),
        (14, TEXT): "Une ligne à moi",
        (ROWS["jury"], 7): None,
        (ROWS["private"], 0): None,
    }
    wrong = changed(book, edit)
    wrong.tables[0].cells[ROWS[12], MARK] = Uncomputed("3+4")
    (filled,) = sheet.read(wrong)
    assert any("E10" in error and "=3+4" in error for error in filled.errors)
    wrong.tables[0].cells[ROWS[12], MARK] = Decimal(5)
    answer, page = send(small.claire, saved(wrong), draft.assignment_id)
    assert answer.status_code == 422
    name = small.dossiers[0].reference
    said = [
        f"Feuille « {name} », cellule E7 : Donnez une note entière de 0 à 10.",
        f"Feuille « {name} », cellule E8 : « 7 » est écrit comme un texte : tapez un nombre.",
        f"Feuille « {name} », cellule E9 : Donnez une note entière de 0 à 10.",
        f"Feuille « {name} », cellule F7 : « Commentaire » compte 4001 caractères : 4000 au plus.",
        f"Feuille « {name} », cellule F8 : « 12 » n’est pas un texte.",
        f"Feuille « {name} », cellule A10 : le critère 99 n’est pas dans la grille.",
        f"Feuille « {name} » : la ligne du critère 12 a disparu ; repartez du modèle.",
        f"Feuille « {name} », cellule A15 : cette ligne n’a pas de numéro de critère : remettez-le, ou videz la ligne.",
        f"Feuille « {name} », cellule H11 : le repère de cette ligne a disparu : repartez du modèle.",
        f"Feuille « {name} » : la ligne « Notes privées » a disparu ; repartez du modèle.",
    ]
    for sentence in said:
        assert sentence in page, sentence
    assert ScoreVersion.objects.count() == rows


def test_a_sheet_of_another_is_refused(world, send):
    own, other = (declared(world, dossier, world.claire) for dossier in world.dossiers[:2])
    theirs = declared(world, world.dossiers[0], world.chloe)
    book = book_of(world, pk=own.pk)
    stranger = workbook.read(sheets.write_xlsx(sheet.write(reports(opened(world.chloe)))))

    def refused(book, pk=own.pk):
        answer, page = send(world.claire, saved(book), pk)
        assert answer.status_code == 422
        return page

    assert "n’est pas celle d’un dossier qui vous est ouvert" in refused(stranger)
    assert "n’est pas celle d’un dossier qui vous est ouvert" in refused(changed(book, {(3, 1): Decimal(other.pk)}))
    assert "n’est pas celle d’un dossier qui vous est ouvert" in refused(
        changed(book, {(3, 1): Decimal(theirs.pk)}), None
    )
    assert "est celle d’un autre dossier" in refused(book, other.pk)
    assert "a changé de nom" in refused(changed(book, name="Mon avis"))
    twin = Workbook((*book.tables, Table("Copie", dict(book.tables[0].cells))))
    assert "sont du même dossier" in refused(twin)
    assert "n’est pas sur le modèle du portail" in refused(changed(book, {(0, 0): "Autre chose"}))
    assert "est masquée" in " ".join(
        sheet.read(Workbook((Table(**vars(book.tables[0]) | {"hidden": "hidden"}),)))[0].errors
    )
    for rubbish in (b"PK not a spreadsheet", saved(book)[:3000], b""):
        answer, page = send(world.claire, rubbish, own.pk)
        assert answer.status_code == 422 and "Traceback" not in page
    assert not ScoreVersion.objects.exists()


def test_a_locked_report_is_given_and_never_taken_back(small, draft, send, client):
    book = changed(book_of(small), {(ROWS[1], MARK): Decimal(1)})
    answer, _page = send(small.claire, saved(book))
    actions.save_review(draft, marks(5), by=small.claire)
    actions.lock_review(draft, by=small.claire)
    late = client.post(reverse("reviews:take_sheets"), {"changes": answer.context["take"]["changes"].value()})
    assert late.status_code == 422 and "verrouillée" in late.content.decode()
    answer, page = send(small.claire, saved(book), draft.assignment_id)
    assert answer.status_code == 422 and "l’évaluation est verrouillée, elle ne change plus" in page
    assert client.get(reverse("reviews:sheet_file", args=[draft.assignment_id, "ods"])).status_code == 200
    assert draft.scores.get(criterion__number=1).value == 5
    for nonsense in ("", "[]", '{"x": []}', '{"1": [["a"]]}', '{"1": [["scores.1.value", 5, 0]]}', "[" * 100_000):
        assert client.post(reverse("reviews:take_sheets"), {"changes": nonsense}).status_code == 422, nonsense[:40]
