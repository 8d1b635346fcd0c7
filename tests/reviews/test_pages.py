"""Pages of the evaluation: what each person sees, what a recusal shuts, the same page after a swap, literal query counts."""

import re
import sys

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from reviews import actions
from reviews.models import Assignment, Opinion, RankingLine, Review, Score, Session
from tests.tabs import sent

from . import world as made
from .world import COMMENT, NOTHING, NUMBERS, opened, reviewed, reviewed_by_two


def text(answer):
    return answer.content.decode()


def grid_data(value="7"):
    return {f"value_{n}": value for n in NUMBERS} | {f"comment_{n}": COMMENT for n in NUMBERS}


def test_the_expert_s_way(small, at):
    dossier, claire = small.dossiers[0], small.claire
    assignment = actions.assign(dossier, claire, by=small.driss)
    mine = text(at(claire, reverse("reviews:my_files")))
    assert "Entrepôt 0" in mine and "Déclarer mes intérêts" in mine
    read, declare = (reverse(f"reviews:{name}", args=[assignment.pk]) for name in ("read", "declare"))
    assert at(claire, read).headers["Location"] == declare
    page = text(at(claire, declare))
    assert "Entrepôt 0" in page and "CH partenaire" in page and "Relier des hôpitaux" not in page
    assert at(claire, declare, {"conflict": "no", "statement": NOTHING}).status_code == 422
    answer = at(claire, declare, {"conflict": "no", "statement": NOTHING, "confidentiality": "on"})
    assert answer.headers["Location"] == read
    page = text(at(claire, read))
    assert (
        "Relier des hôpitaux" in page
        and "Dépenses d" in page
        and "Critère 12" in page
        and "Note éliminatoire en dessous de 3" in page
    )
    save, lock = (reverse(f"reviews:{name}", args=[assignment.pk]) for name in ("save", "lock"))
    wrong = at(claire, save, grid_data("12"))
    assert (
        wrong.status_code == 422 and "Donnez une note entière de 0 à 10." in text(wrong) and 'value="12"' in text(wrong)
    )
    assert not Score.objects.exists()
    assert at(claire, save, grid_data("") | {"value_12": "9"}).headers["Location"] == read
    assert at(claire, lock).status_code == 200
    assert "Donnez la note du critère 1." in text(at(claire, lock, {}))
    assert at(claire, save, grid_data() | {"then": "lock"}).headers["Location"] == lock
    assert "70,00" in text(at(claire, lock))
    assert at(claire, lock, {}).headers["Location"] == reverse("reviews:my_files")
    assert "Verrouillée" in text(at(claire, read))
    assert at(claire, save, grid_data("3")).status_code == 422
    assert set(Score.objects.values_list("value", flat=True)) == {7}


def test_13_6_a_stale_tab_of_the_grid_erases_nothing(small, at):
    """Fourteen marks given in one tab; the other, opened before, saves one comment."""
    claire, review = small.claire, opened(small, small.dossiers[0], small.claire).review
    read, save = (reverse(f"reviews:{name}", args=[review.assignment_id]) for name in ("read", "save"))
    stale = at(claire, read).context["form"]
    assert at(claire, save, sent(at(claire, read).context["form"], **grid_data("7"))).status_code == 302
    assert at(claire, save, sent(stale, comment_2="Un mot.")).status_code == 422  # that comment has changed too
    assert at(claire, save, sent(at(claire, read).context["form"], value_1="5")).status_code == 302
    marks = dict(review.scores.order_by("criterion__number").values_list("criterion__number", "value"))
    assert marks == dict.fromkeys(NUMBERS, 7) | {1: 5}
    answer = at(claire, save, sent(stale, value_1="9"))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["value_1"])
    assert '<blockquote data-met="value_1">5</blockquote>' in text(answer) and 'value="9"' in text(answer)
    again = answer.context["form"].data
    assert at(claire, save, again).status_code == 302
    assert review.scores.get(criterion__number=1).value == 9
    assert review.scores.filter(value=7, comment=COMMENT).count() == len(NUMBERS) - 1
    assert at(claire, save, sent(stale, value_1="3", keep="value_1")).status_code == 302
    assert review.scores.get(criterion__number=1).value == 9


ROUTES = ("read", "declare", "save", "sync", "lock", "recuse")


def test_a_recusal_shuts_every_byte(small, at):
    assignment = opened(small, small.dossiers[0], small.claire)
    file = small.dossiers[0].version.files.get(code="presentation")
    urls = [reverse(f"reviews:{name}", args=[assignment.pk]) for name in ROUTES]
    urls.append(reverse("reviews:score_history", args=[assignment.pk, 1]))
    urls.append(reverse("reviews:piece", args=[assignment.pk, file.pk]))
    assert at(small.claire, urls[-1]).status_code == 200
    recuse = reverse("reviews:recuse", args=[assignment.pk])
    assert at(small.claire, recuse, {"reason": ""}).status_code == 422
    assert at(small.claire, recuse, {"cause": "conflict", "reason": "Indisponible."}).status_code == 302
    for url in urls:
        nowhere = url.replace(f"/{assignment.pk}/", "/999999/")
        assert nowhere != url
        for data in (None, {}):
            shut, absent = at(small.claire, url, data), at(small.claire, nowhere, data)
            assert shut.status_code in (404, 405)
            assert (shut.status_code, shut.content) == (absent.status_code, absent.content), url
        assert at(small.claire, url, {} if url.endswith(("enregistrer/", "echange/")) else None).status_code == 404
    assert small.dossiers[0].reference not in text(at(small.claire, reverse("reviews:my_files")))
    assert not type(small.dossiers[0]).objects.visible_to(small.claire).exists()


def test_a_suspension_shuts_them_too(small, at):
    assignment = opened(small, small.dossiers[0], small.claire)
    from directory import actions as directory

    directory.affiliate(small.claire, small.partner, kind="employee", by=None)
    actions.suspend_linked()
    assert at(small.claire, reverse("reviews:read", args=[assignment.pk])).status_code == 404


def test_another_expert_and_the_hospitals_find_nothing(small, at):
    assignment = opened(small, small.dossiers[0], small.claire)
    file = small.dossiers[0].version.files.get(code="presentation")
    for person in (small.chloe, small.alice, small.sophie, small.zoe):
        assert at(person, reverse("reviews:read", args=[assignment.pk])).status_code == 404
        assert at(person, reverse("reviews:piece", args=[assignment.pk, file.pk])).status_code == 404
    assert at(small.driss, reverse("reviews:read", args=[assignment.pk])).status_code == 403


def test_the_receipt_is_no_piece(small, at):
    assignment = opened(small, small.dossiers[0], small.claire)
    assert at(small.claire, reverse("reviews:piece", args=[assignment.pk, 999_999])).status_code == 404


def test_the_officer_sees_the_fact_and_cannot_choose(small, at):
    from directory import actions as directory

    directory.affiliate(small.claire, small.hospitals[0], kind="employee", by=None)
    url = reverse("reviews:assignments", args=[small.dossiers[0].reference])
    page = text(at(small.driss, url))
    assert "même employeur : CHU 0" in page
    box = re.search(rf'<input[^>]*\svalue="{small.claire.pk}"[^>]*>', page)
    assert box and "disabled" in box[0]
    data = {"expert": small.claire.pk, "due_on": "2022-12-01"}
    forced = at(small.driss, url, data)
    assert forced.status_code == 422 and "Conflit d’intérêts" in text(forced)
    assert at(small.driss, url, data | {"due_on": "2022-11-01", "expert": small.chloe.pk}).status_code == 422
    assert at(small.driss, url, data | {"expert": small.chloe.pk}).status_code == 302
    assert Assignment.objects.get().expert == small.chloe
    assert at(small.victor, url).status_code == 200
    assert at(small.victor, url, data).status_code == 403
    for person in (small.alice, small.claire, small.emma, small.dora):
        assert at(person, url).status_code in (403, 404)


def test_experts_are_offered_by_pages_and_looked_for(small, at):
    """Thirty are two pages; whoever was chosen stays chosen, wherever the page is."""
    many = [made.person(f"expert{n:02}", role="expert") for n in range(30)]
    url = reverse("reviews:assignments", args=[small.dossiers[0].reference])

    def offered(answer):
        return {int(pk) for pk in re.findall(r'name="expert"[^>]*value="(\d+)"', text(answer))}

    first, second = offered(at(small.driss, url)), offered(at(small.driss, f"{url}?page=2"))
    assert len(first) == 25 and not first & second
    assert first | second >= {one.pk for one in many}
    one = many[7]
    assert offered(at(small.driss, f"{url}?q={one.full_name}")) == {one.pk}
    assert offered(at(small.driss, f"{url}?q=personne-ne-s-appelle-ainsi")) == set()
    late = {"expert": min(second), "due_on": "2022-11-01"}
    refused = at(small.driss, url, late)
    assert refused.status_code == 422 and min(second) in offered(refused)
    assert at(small.driss, f"{url}?page=2", late | {"due_on": "2022-12-01"}).status_code == 302
    assert Assignment.objects.get().expert_id == min(second)


def test_matrix(world, at):
    reviewed(world, world.dossiers[0], world.claire, 7)
    opened(world, world.dossiers[0], world.chloe)
    page = text(at(world.driss, reverse("reviews:matrix") + "?releve=1"))
    assert "Claire Essai" in page and "Faite" in page and "1 / 2" in page
    assert at(world.claire, reverse("reviews:matrix")).status_code == 403


def test_a_matrix_is_as_wide_as_people_read_and_finds_whom_one_looks_for(world, at, monkeypatch):
    for name, most in (("MOST", 1), ("ROOM", 1)):
        monkeypatch.setattr(sys.modules["reviews.views.matrix"], name, most)
    for dossier, experts in zip(world.dossiers, ((world.claire, world.chloe), (world.claire,)), strict=False):
        for expert in experts:
            opened(world, dossier, expert)
    url = reverse("reviews:matrix") + "?releve=1"

    def shown(more: str = "") -> tuple[list[str], list[str]]:
        """The people at the head of columns, then those who stand at the end of a row."""
        page = at(world.driss, url + more).context
        return [one["person"].full_name for one in page["columns"]], [
            told["name"] for line in page["lines"] for told in line["others"]
        ]

    assert shown() == (["Claire Essai"], ["Chloe Essai"])  # who is met most
    assert "Chloe Essai, Ouverte" in text(at(world.driss, url))
    assert shown("&personne=chlo") == (["Chloe Essai"], ["Claire Essai", "Claire Essai"])
    found = at(world.driss, f"{url}&q={world.dossiers[1].acronym.lower()}")
    assert [line["dossier"].pk for line in found.context["lines"]] == [world.dossiers[1].pk]
    assert "Aucun dossier ne correspond." in text(at(world.driss, f"{url}&q=personne"))


def test_the_jury_s_way(world, at):
    url = reverse("reviews:session", args=[1])
    assert at(world.jean, reverse("reviews:sessions")).status_code == 200
    before = text(at(world.jean, url))
    assert "Dossiers sous le quorum" in before
    refused = at(world.jean, reverse("reviews:open_session", args=[1]), {})
    assert refused.status_code == 409 and "quorum" in text(refused)
    reviewed_by_two(world)
    assert "Ouvrir la session" in text(at(world.jean, url))
    assert at(world.driss, reverse("reviews:open_session", args=[1]), {}).status_code == 403
    assert at(world.jean, reverse("reviews:open_session", args=[1]), {}).status_code == 302
    page = text(at(world.jean, url))
    assert "80,00" in page and "Clore la session" in page
    assert "Clore la session" not in text(at(world.driss, url))
    assert at(world.dora, url).status_code == 404
    assert at(world.jean, reverse("reviews:rank", args=[1]), {}).status_code == 302
    session = Session.objects.get()
    first, second, third = session.lines.for_list()
    sheets = {line.pk: reverse("reviews:line", args=[1, line.application.reference]) for line in (first, second, third)}
    shown = text(at(world.jean, sheets[first.pk]))
    assert "Claire Essai" in shown and "exactement 80/1" in shown
    assert at(world.driss, sheets[first.pk]).status_code == 200
    assert at(world.driss, sheets[first.pk], {"list": "main"}).status_code == 403
    unready = text(at(world.jean, reverse("reviews:close", args=[1])))
    assert "3 dossiers n’ont pas encore de liste" in unready and f'href="{url}?pile=a-classer"' in unready
    assert "button-main" not in unready
    for line, chosen in ((first, "not_selected"), (second, "main")):
        answer = at(world.jean, sheets[line.pk], {"list": chosen, "reason": ""})
    assert answer.status_code == 422 and "serait écarté sans motif" in text(answer)
    assert at(world.jean, sheets[first.pk], {"list": "not_selected", "reason": "Hors du champ."}).status_code == 302
    for line in (second, third):
        assert at(world.jean, sheets[line.pk], {"list": "main"}).status_code == 302
    close = reverse("reviews:close", args=[1])
    assert "button-main" in text(at(world.jean, close)) and "pas encore" not in text(at(world.jean, close))
    assert at(world.jean, close, {"minutes": ""}).status_code == 422
    assert at(world.jean, close, {"minutes": "Relevé."}).status_code == 302
    for person in (world.jean, world.driss, world.dora, world.aude):
        assert "Hors du champ." in text(at(person, url))
        assert "Hors du champ." in text(at(person, reverse("reviews:print_ranking", args=[1])))
    assert "Claire" not in text(at(world.dora, sheets[first.pk]))
    for person in (world.alice, world.sophie, world.claire, world.nadia, world.emma, world.adam):
        assert at(person, url).status_code == 403
    assert at(world.jean, reverse("reviews:session", args=[7])).status_code == 404


def test_16_the_cumulated_aid_of_a_sheet_is_that_of_the_table(world, at):
    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    lines = list(session.lines.for_list())
    down = [sum(line.requested_cents for line in lines[: n + 1]) for n in range(len(lines))]
    table = at(world.jean, reverse("reviews:session", args=[1])).context["lines"]
    assert [row.reach.cents for row in table] == down and len(down) == 3
    sheets = [
        at(world.jean, reverse("reviews:line", args=[1, line.application.reference])).context["reach"] for line in lines
    ]
    assert [row.cents for row in sheets] == down


def test_16_a_refused_list_is_not_shown_as_chosen(world, at):
    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    first, second, _third = session.lines.for_list()
    actions.set_list(second, "main", "", by=world.jean)
    url = reverse("reviews:line", args=[1, first.application.reference])
    answer = at(world.jean, url, {"list": "not_selected", "reason": ""})
    assert answer.status_code == 422 and answer.context["line"].list == ""
    head = answer.content.decode().split("<dl")[0]
    assert "Non retenu" not in head


def test_16_a_closed_session_is_said_closed(world, at):
    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    for line in session.lines.for_list():
        actions.set_list(line, "main", "", by=world.jean)
    session.refresh_from_db()
    actions.close_session(session, "Relevé.", by=world.jean)
    page = text(at(world.jean, reverse("reviews:sessions")))
    assert "Close" in page and "Fermer" not in page


def test_16_a_compulsory_mark_is_not_said_optional(small, at):
    assignment = opened(small, small.dossiers[0], small.claire)
    page = text(at(small.claire, reverse("reviews:read", args=[assignment.pk])))
    assert page.count("(facultatif)") == 2  # the notes to the jury and to oneself


def test_16_one_mark_and_one_report_are_in_the_singular(small, at):
    dossier = small.dossiers[0]
    opened(small, dossier, small.chloe)
    reviewed(small, dossier, small.claire, 7)
    page = text(at(small.driss, reverse("reviews:assignments", args=[dossier.reference])))
    assert "1 évaluation verrouillée, quorum 2" in page
    assert "Experts d’EDS0" in page
    mine = small.chloe.assignments.get()
    read = reverse("reviews:read", args=[mine.pk])

    def shown():
        rail = text(at(small.chloe, read)).split('class="rail-total"')[1].split("<ol")[0].partition(">")[2]
        return " ".join(strip_tags(rail).split())

    assert shown() == "Total pondéré : 0,00 / 100 · 0 note sur 4 Il manque : 4 notes"
    actions.save_review(mine.review, {"value_1": 5}, by=small.chloe)
    assert "1 note sur 4" in shown()
    actions.save_review(mine.review, {"value_2": 2}, by=small.chloe)
    assert shown().endswith("2 notes sur 4 Il manque : 2 notes, 2 commentaires Sous le seuil : critère 2")


def test_a_session_that_cannot_be_closed_keeps_what_was_typed(world, at):
    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    for line in session.lines.for_list():
        actions.set_list(line, "main", "", by=world.jean)
    reviewed(world, world.dossiers[1], world.paul, 10)
    kept = at(world.jean, reverse("reviews:close", args=[1]), {"minutes": "Relevé long."})
    assert kept.status_code == 422 and "recalculez-le" in text(kept) and "Relevé long." in text(kept)


def test_vote_page(world, at, monkeypatch):
    from reviews import ranking

    from .test_jury import same_aid

    monkeypatch.setattr(ranking, "gains", lambda wave, keys: dict.fromkeys(keys, 0))
    monkeypatch.setattr(ranking, "entries", same_aid(ranking.entries))
    reviewed_by_two(world, (7, 7, 9))
    session = actions.open_session(world.wave, by=world.jean)
    a, b = session.lines.for_list().filter(rank=2)
    url = reverse("reviews:vote", args=[1, 2])
    assert "égalité\u00a0: à voter" in text(at(world.jean, reverse("reviews:session", args=[1])))
    assert at(world.jean, reverse("reviews:vote", args=[1, 1])).status_code == 404
    same = {f"place_{a.pk}": 1, f"place_{b.pk}": 1, "reason": "Territoire."}
    assert "une place différente" in text(at(world.jean, url, same))
    assert at(world.jean, url, same | {f"place_{a.pk}": 2}).status_code == 302
    assert list(RankingLine.objects.order_by("rank").values_list("pk", flat=True))[1:] == [b.pk, a.pk]


def test_hdh(small, at):
    url = reverse("reviews:opinion", args=[small.dossiers[0].reference])
    assert "À rendre" in text(at(small.nadia, reverse("reviews:opinions")))
    page = text(at(small.nadia, url))
    assert "Note indicative, de 0 à 10" in page
    assert "Séjours" in page and "Relier des hôpitaux" not in page
    assert at(small.nadia, url, {"text": ""}).status_code == 422
    assert "de 0 à 10" in text(at(small.nadia, url, {"text": "Avis.", "value": "11"}))
    assert at(small.nadia, url, {"text": "Avis sur les données.", "value": "8"}).status_code == 302
    assert Opinion.objects.get().value == 8
    for person in (small.jean, small.driss, small.aude):
        assert "Avis sur les données." in text(at(person, url))
        assert at(person, url, {"text": "Autre."}).status_code == 403
    for person in (small.claire, small.alice, small.dora, small.adam):
        assert at(person, url).status_code in (403, 404)


def test_api(world, at):
    url = "/api/v1/ranking/"
    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    assert at(world.jean, url).json()["results"] == []
    for line in session.lines.for_list():
        actions.set_list(line, "main", by=world.jean)
    actions.close_session(session, "Relevé.", by=world.jean)
    for person in (world.jean, world.driss, world.victor, world.dora, world.aude):
        rows = at(person, url + "?wave=1&list=main&ordering=rank").json()["results"]
        assert [(row["rank"], row["score"], row["application"]) for row in rows] == [
            (1, "80.00", world.dossiers[0].reference),
            (2, "70.00", world.dossiers[2].reference),
            (3, "60.00", world.dossiers[1].reference),
        ]
    assert at(world.jean, url + "?list=reserve").json()["results"] == []
    for person in (world.claire, world.alice, world.nadia, world.emma, world.adam):
        assert at(person, url).status_code == 403


# ── literal query counts ─────────────────────────────────────────────────────────────────────────────────────────────
def multiply(superuser, first, more):
    """Copies of a dossier with its assignments, reports and rank, loaded past the walls: only their number matters."""
    superuser.execute("SET session_replication_role = replica")
    base = superuser.execute("SELECT max(id) FROM applications_application").fetchone()[0]
    copies = (
        ("applications_application", "t.id = {first}", "'reference', 'EDSH-9-' || ({base} + n)"),
        (
            "reviews_assignment",
            "t.application_id = {first}",
            "'application_id', {base} + n, 'id', t.id + 1000 * ({base} + n)",
        ),
        (
            "reviews_review",
            "t.assignment_id IN (SELECT id FROM reviews_assignment WHERE application_id = {first})",
            "'id', t.id + 1000 * ({base} + n), 'assignment_id', t.assignment_id + 1000 * ({base} + n)",
        ),
        ("reviews_rankingline", "t.application_id = {first}", "'application_id', {base} + n, 'rank', {base} + n"),
    )
    for table, where, changed in copies:
        own = "'id', {base} + n, " if "'id'" not in changed else ""
        superuser.execute(
            (
                f"INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object({own}{changed}))).*"
                f" FROM {table} t, generate_series(1, {more}) n WHERE {where}"
            ).format(first=first.pk, base=base)
        )


COUNTS = {
    "my_files": ("claire", (), 9),  # what waits for a signature, a calibration; what is read is written
    "matrix": ("driss", (), 9),
    "session": ("jean", (1,), 12),  # one says whether the ranking is out of date
    "sessions": ("jean", (), 5),
    "opinions": ("nadia", (), 5),
    "print_ranking": ("jean", (1,), 10),
}


def test_query_counts_are_the_same_literals(committed, set_clock, superuser, client, settings):
    settings.CHROME = "tests.reviews.world.bare"  # the header's own queries are another room's
    world = made.build(set_clock, 1)
    for expert in (world.claire, world.chloe):
        reviewed(world, world.dossiers[0], expert, 7)
    actions.open_session(world.wave, by=world.jean)
    found = {}
    for total, more in ((1, 0), (3, 2), (300, 297)):
        if more:
            multiply(superuser, world.dossiers[0], more)
        assert Review.objects.count() == 2 * total and RankingLine.objects.count() == total
        found[total] = {
            name: queries(client, getattr(world, who), reverse(f"reviews:{name}", args=args))
            for name, (who, args, _count) in COUNTS.items()
        }
    literal = {name: count for name, (_who, _args, count) in COUNTS.items()}
    assert found == {1: literal, 3: literal, 300: literal}


def queries(client, person, url):
    """SQL of one GET by a person already signed in, transaction control apart."""
    client.force_login(person, backend="directory.backends.EmailBackend")
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(url)
    assert answer.status_code == 200 and len(answer.content) < (400_000 if "classement" in url else 100_000)
    control = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")
    return sum(not query["sql"].startswith(control) for query in seen)
