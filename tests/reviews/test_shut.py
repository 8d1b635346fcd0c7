"""A dossier that is shut to an expert (15, Shows 3), or withheld from who instructs, sits or presides (15, §8): no byte of it by any
address, and every try in the access log."""

import pytest
from django.urls import reverse

from directory import actions as directory
from edsh_portal.models import AccessLog, Act
from reviews import actions, permissions
from reviews.models import Assignment, Session, Summons
from tests.access import routes
from tests.crossing import only
from tests.database import by_hand
from tests.decisions.world import deliberated, proposed
from tests.roles import take
from tests.test_budgets import CHANGING

from .test_hearings import frame, sent, solved
from .world import COMMENT, opened, person, place, reviewed, reviewed_by_two

SAID = (b"EDSH-1-0001", "Entrepôt 0".encode(), "Relier des hôpitaux".encode(), COMMENT.encode())


def strong(world, expert):
    directory.affiliate(expert, world.partner, kind="employee", by=None)
    actions.suspend_linked()


def unruled(world, expert):
    actions.declare_tie(expert, kind="advice", body=world.partner.name, by=expert)
    actions.suspend_linked()


def recusal(world, expert):
    actions.recuse(Assignment.objects.get(expert=expert), "Un proche y travaille.", by=expert)


def declined(world, expert):
    actions.recuse(Assignment.objects.get(expert=expert), "", cause="load", by=expert)


def without_role(world, expert):
    """Before the reaction has run: the role alone is gone."""
    take(expert, "expert")


SITUATIONS = {
    strong: "suspended",
    unruled: "waiting",
    recusal: "recused",
    declined: "declined",
    without_role: "declared",
}


@pytest.fixture
def things(small):
    """What the addresses of the first dossier are made of; claire has read it, and locked her report unless she may decline."""
    version = small.dossiers[0].version
    file = version.files.exclude(code="receipt").order_by("pk").first()
    return {
        "dossier": small.dossiers[0].reference,
        "wave": 1,
        "wave_pk": small.wave.pk,
        "version": version.number,
        "version_file": file.pk,
        "read_file": file.pk,
        "question": "ambition",
        "ending": "csv",
        "rank": 1,
        "call": small.call.slug,
        "piece": small.dossiers[0].pieces.order_by("pk").first().pk,
        "member": small.dossiers[0].memberships.get(role="coordinator").pk,
        "person": small.claire.pk,
    }


# To sign is to open; what an open page asks by itself every few seconds is not written again, the page was.
BESIDE = ("admin:", "demo:", "directory:sign_out", "reviews:undertaking", "applications:sync", "applications:checklist")


def addresses(things):
    """Every address of the portal that these things make."""
    for route, wanted in routes.parameters().items():
        try:
            path = routes.path(route, wanted, things)
        except KeyError:
            continue  # of another dossier's money, or of the preparation
        if not route.startswith(BESIDE):
            yield route, path


@pytest.mark.parametrize("situation", only((strong, unruled), SITUATIONS), ids=lambda function: function.__name__)
def test_15_3_no_byte_by_any_address_and_each_try_is_logged(small, things, client, situation):
    claire = small.claire
    if situation is declined:  # not once it is locked
        assignment = opened(small, small.dossiers[0], claire)
    else:
        assignment = reviewed(small, small.dossiers[0], claire, 7)
    things["assignment"] = assignment.pk
    client.force_login(claire, backend="directory.backends.EmailBackend")
    assert SAID[1] in client.get(reverse("reviews:read", args=[assignment.pk])).content  # hers until then
    situation(small, claire)
    assert Assignment.objects.get().state == SITUATIONS[situation]
    client.force_login(claire, backend="directory.backends.EmailBackend")
    _tried(client, claire, things)


def test_15_3_an_unsigned_undertaking_shows_nothing_either(small, things, client):
    lea = person("lea", role="expert")
    things["assignment"] = actions.assign(small.dossiers[0], lea, by=small.driss).pk
    client.force_login(lea, backend="directory.backends.EmailBackend")
    _tried(client, lea, things)
    assert "Lire et signer" in client.get(reverse("reviews:my_files")).content.decode()
    actions.sign_undertaking(lea, small.wave, by=lea)
    assert SAID[1] in client.get(reverse("reviews:my_files")).content


def _tried(client, who, things):
    before = AccessLog.objects.count()
    tried, shown = [], []
    for route, path in addresses(things):
        for answer in (client.get(path), client.post(path, {"reason": "Essai."})):
            body = b"".join(answer) if answer.streaming else answer.content
            shown += [(route, answer.status_code, said) for said in SAID if said in body]
            if answer.status_code in (403, 404):
                tried.append((path, answer.status_code))
    assert shown == []
    logged = AccessLog.objects.filter(user=who).order_by("pk").values_list("path", "status")[before:]
    missing = set(tried) - set(logged)
    assert missing == set() and len(tried) > 60


# ── who instructs, sits or presides (R50) ────────────────────────────────────────────────────────────────────────────
# What the first dossier is, in any page: its reference, its words, its score and its reports, what it asks for.
OWN = (
    *(
        b"EDSH-1-0001",
        "Entrepôt 0".encode(),
        b"EDS0",
        b"80,00",
        b"80.00",
        b"1 000 000,00",
        b'"requested_cents":100000000',
    ),
    *("1\u00a0000\u00a0000,00".encode(), "1\u202f000\u202f000,00".encode()),
)
EMPLOYED, RECUSED, WEAK = "employed", "recused", "weak"


def tie(world, who, how):
    """A link that is found at once: no reaction has run."""
    if how == EMPLOYED:
        sister = place(201, "CH voisin", ght="GHT-P")  # of the partner of the first dossier, and candidate to nothing
        directory.affiliate(who, sister, kind="employee", by=None)
    elif how == RECUSED:
        session = Session.objects.get()
        actions.come(session, by=who)
        actions.withdraw(session, "Un proche y travaille.", by=who)
    else:
        ended = directory.affiliate(who, world.partner, kind="employee", by=None)
        directory.end_affiliation(ended, by=None)


def everything(world):
    """What the addresses of the first dossier, of its wave and of its jury are made of."""
    dossier = world.dossiers[0]
    file = dossier.version.files.exclude(code="receipt").order_by("pk").first()
    things = {
        "dossier": dossier.reference,
        "wave": 1,
        "wave_pk": world.wave.pk,
        "version": dossier.version.number,
        "version_file": file.pk,
        "read_file": file.pk,
        "question": "ambition",
        "ending": "csv",
        "rank": 1,
        "call": world.call.slug,
        "piece": dossier.pieces.order_by("pk").first().pk,
        "member": dossier.memberships.get(role="coordinator").pk,
        "person": world.claire.pk,
        "assignment": Assignment.objects.filter(application=dossier).first().pk,
    }
    waiting, heard = (
        Act.objects.filter(kind="decision.approve").first(),
        Summons.objects.filter(application=dossier).first(),
    )
    return things | ({"act": waiting.pk} if waiting else {}) | ({"summons": heard.pk} if heard else {})


def all_of(client, things):
    """{(route, method): what it answers}; searches and lists are asked for the dossier by its name too."""
    for route, path in addresses(things):
        if route in ("reviews:room", "reviews:close", "reviews:rank", "reviews:open_session", "demo"):
            yield route, client.get(path)
            continue
        for answer in (
            client.get(path),
            client.get(path, {"q": "H-1-0001", "search": "H-1-0001"}),
            client.post(path, {"reason": "Essai."}),
        ):
            yield route, answer


# Who sits and who instructs, each by a link; the other pairs are `bin/prove shut`.
@pytest.mark.parametrize(("role", "how"), [("jury_chair", RECUSED), ("instructor", WEAK)])
def test_15_8_who_is_tied_reads_no_byte_of_it(world, client, role, how):
    tied_reads_nothing(world, client, role, how)


def tied_reads_nothing(world, client, role, how):
    who, session = _before_the_jury(world, role)
    things = everything(world)
    client.force_login(who, backend="directory.backends.EmailBackend")
    room = reverse("reviews:room", args=[1])
    page = room if role == "expert" else reverse("reviews:session", args=[1])
    assert OWN[0] in client.get(page).content
    tie(world, who, how)
    client.force_login(who, backend="directory.backends.EmailBackend")
    assert "\n".join(told(client, things)) == ""
    assert "déport" in client.get(page).content.decode()
    assert b"EDSH-1-0002" in client.get(page).content or role == "expert"
    for act in ("move", "vote", "close"):
        body = client.post(
            room, {"act": act, "text": "Retenir.", "voice": "for"}, headers={"accept": "application/json"}
        ).content
        assert not [said for said in OWN if said in body]


def told(client, things):
    return sorted(
        {f"{route}: {said!r}" for route, answer in all_of(client, things) for said in OWN if said in whole(answer)}
    )


def whole(answer):
    return b"".join(answer) if answer.streaming else answer.content


def _before_the_jury(world, role):
    """The first dossier is on the table, a motion on it, and who is to be tied reads it all."""
    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    who = person("autre", role=role)
    if role in ("expert", "jury_chair"):
        actions.seat(session, who, by=world.jean)
    line = session.lines.get(application=world.dossiers[0])
    line.session = session
    actions.lay(line, by=world.jean)
    actions.put_to_vote(session, "Retenir EDSH-1-0001.", 90_000_000, by=world.jean)
    sent(world, solved(world, actions.frame_hearings(session, frame(seats=1), by=world.driss)))
    return who, session


@pytest.mark.parametrize("role", only(["validator"], ["jury_chair", "instructor", "validator"]))
def test_15_8_nor_after_the_closing_by_lists_exports_acts_or_programs(world, client, role):
    deliberated(world)
    proposed(world)
    who = person("autre", role=role)
    things = everything(world)
    client.force_login(who, backend="directory.backends.EmailBackend")
    api = "/api/v1/ranking"
    assert OWN[0] in client.get(api).content
    tie(world, who, EMPLOYED)
    assert "\n".join(told(client, things)) == ""
    assert client.get(api).json()["results"] == []  # the ranks of the others would tell its own


def test_15_8_what_the_tied_read_does_not_depend_on_what_they_do_not(world, client):
    """Nothing is found by difference: the pages are the same whatever the list, the score and the amount of what is withheld."""
    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    tie(world, world.jean, EMPLOYED)
    client.force_login(world.jean, backend="directory.backends.EmailBackend")

    def pages():
        names = ("reviews:session", "reviews:print_ranking", "reviews:agreement", "reviews:close", "dashboards:home")
        paths = [reverse(name, args=[1] if name.startswith("reviews") else []) for name in names]
        lines = [reverse("reviews:line", args=[1, world.dossiers[place].reference]) for place in (1, 2)]
        return [CHANGING.sub("", client.get(path).content.decode()) for path in (*paths, *lines)]

    before = pages()
    assert "Rang" in before[0] and before[0].count('data-label="Score"') == 2
    for wanted in (
        "list = 'main'",
        "list = 'reserve'",
        "rank = 3, score_num = 1",
        "requested_cents = 7",
        "decided_by = 'aid'",
    ):
        with by_hand() as cursor:
            cursor.execute(f"UPDATE reviews_rankingline SET {wanted} WHERE application_id = %s", [world.dossiers[0].pk])
        assert pages() == before, wanted
    assert session.lines.count() == 3


def test_15_8_who_is_not_tied_reads_all(world, client):
    """The others' pages are as they were: totals, ranks and scores of every dossier."""
    reviewed_by_two(world)
    actions.open_session(world.wave, by=world.jean)
    tie(world, world.driss, EMPLOYED)
    client.force_login(world.jean, backend="directory.backends.EmailBackend")
    page = client.get(reverse("reviews:session", args=[1])).content.decode()
    assert page.count('data-label="Score"') == 3 and "déport" not in page


def test_15_8_a_mail_domain_withholds_where_the_call_looks_at_it(world):
    """What ties by address alone is looked up from the end of it: the domain itself, one above, one below; not one that everyone uses."""
    writer = directory.create_user(email="ecrit@chu-essai.test", full_name="Qui écrit", by=None)
    directory.affiliate(writer, world.hospitals[0], kind="writer", by=None)
    expected = {
        "x@chu-essai.test": 1,
        "x@labo.chu-essai.test": 1,
        "x@essai.test": 0,
        "x@free.fr": 0,
        "y@test.invalid": 0,
    }
    for address, shut in expected.items():
        who = directory.create_user(email=address, full_name="Qui préside", by=None)
        assert len(permissions.tied(who, [d.pk for d in world.dossiers])) == shut, address
