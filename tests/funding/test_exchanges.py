"""What is exchanged with the State's tools: batches, their return, the bank, HAPI; matched to the cent, or left over."""

import csv
import hashlib
import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from edsh_portal.intake import separated
from edsh_portal.models import Event
from funding import actions, returned
from funding.exchange.layout import END, SENT
from funding.models import Batch, ImportLine, Posting
from tests.database import by_hand
from tests.funding.test_actions import consistent, refused
from tests.pressed import browser

RETURN = ["Référence portail", "N° EJ", "N° DP", "N° tiers", "Statut", "Montant (€)", "Date"]
BANK = ["Référence", "Montant (€)", "Statut", "Date", "Motif"]
HAPI = ["SIRET", "NUM_NOTIFICATION", "MONTANT_NOTIFIE", "NOM_ARS"]


def euros(cents):
    return f"{cents // 100},{cents % 100:02d}"


def written(head, rows, *, end=True):
    at = head.index("Montant (€)") if end else 0
    file = io.StringIO(newline="")
    total = sum(round(float(row[at].replace(",", ".")) * 100) for row in rows) if end else 0
    csv.writer(file, delimiter=";").writerows([head, *rows, *([[END, len(rows), euros(total)]] if end else [])])
    return file.getvalue().encode()


def handed(money, content, kind="return", announced=None, by=None):
    return actions.read_import(
        kind, content=content, name="retour.csv", book=separated.read(content), announced=announced, by=by or money.cast.olivier
    )  # fmt: skip


def applied(money, head, rows, kind="return", announced=None):
    made = handed(money, written(head, rows, end=announced is None), kind, announced)
    return actions.apply_import(made, by=money.cast.farid)


def counts(file):
    return file.new_count, file.same_count, file.left_count


class World:
    """Two conventions; the advance of the first is ordered."""

    def __init__(self, money, line="FR2030"):
        self.money = money
        self.first, self.second = money.contracted(line=line)
        self.advance = money.plan(self.first, 100_000_00)
        actions.certify(self.advance, by=money.cast.emma)
        actions.order(self.advance, by=money.cast.olivier)
        self.by = money.cast.olivier

    def sent(self):
        return [actions.send_batch(kind, by=self.by) for kind in ("engagements", "payments")]

    def engaged(self, ej="210", of=None, **cells):
        of = of or self.first
        told = {"reference": f"E-{of.share_id}", "tiers": of.siret, "cents": of.share.cents} | cells
        return [told["reference"], ej, "", told["tiers"], "engagé", euros(told["cents"]), ""]

    def paid(self, status="payé", ej="210", dp="DP1", day="2023-05-12", **cells):
        told = {"reference": f"P-{self.advance.pk}", "tiers": self.first.siret, "cents": self.advance.cents} | cells
        return [told["reference"], ej, dp, told["tiers"], status, euros(told["cents"]), day]

    @property
    def stands(self):
        (of,) = returned.instalments(type(self.advance).objects.filter(pk=self.advance.pk))
        return of


@pytest.fixture
def world(money):
    return World(money)


def left(file):
    return [(line.reference, line.reason) for line in file.lines.filter(outcome="left").order_by("number")]


# ── sent ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_10_a_batch_holds_what_was_in_none_and_is_given_again_as_it_was(world):
    engagements, payments = world.sent()
    shares = [world.first.share_id, world.second.share_id]
    assert list(engagements.lines.order_by("pk").values_list("share", flat=True)) == shares
    assert [line.instalment_id for line in payments.lines.all()] == [world.advance.pk]
    for batch in (engagements, payments):
        answer = browser(world.by).get(f"/finances/echanges/lots/{batch.pk}/lot.csv")
        assert hashlib.sha256(answer.content).hexdigest() == batch.sha256
        rows = [*csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")]
        assert rows[0] == SENT[batch.kind].head
        assert rows[-1][:3] == [END, str(len(rows) - 2), euros(sum(batch.lines.values_list("cents", flat=True)))]
        assert {len(row) for row in rows} == {len(rows[0])}
    refused("R87", actions.send_batch, "payments", by=world.by)
    with pytest.raises(PermissionDenied):
        actions.send_batch("payments", by=world.money.cast.emma)


def test_a_cancelled_batch_frees_its_lines_until_something_comes_back(world):
    engagements, payments = world.sent()
    refused("W02", actions.cancel_batch, payments, reason=" ", by=world.by)
    actions.cancel_batch(payments, reason="Fichier perdu", by=world.by)
    refused("R87", actions.cancel_batch, payments, reason="Encore", by=world.by)
    again = actions.send_batch("payments", by=world.by)
    assert (again.number, again.sha256) == (2, payments.sha256)
    applied(world.money, RETURN, [world.engaged()])
    refused("R87", actions.cancel_batch, engagements, reason="Trop tard", by=world.by)


def test_nobody_puts_a_payment_in_two_batches(world):
    payments = world.sent()[1]
    line = payments.lines.get()
    with pytest.raises(DatabaseError, match="batch_line_instalment_once"), transaction.atomic(), by_hand():
        other = Batch.objects.create(
            kind="payments", number=9, sha256="0" * 64, sent_by=world.by, sent_at=payments.sent_at
        )
        other.lines.create(instalment=line.instalment, cents=1, cells=[])
    with pytest.raises(DatabaseError, match="EP032|with its batch"), transaction.atomic(), by_hand():
        payments.lines.update(cancelled_at=payments.sent_at)


# ── read back ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_10_what_was_sent_comes_back_and_is_matched_twice_without_effect(world):
    """Export, return of a simulated tool, import, matched; the same file, then the same lines in another file: nothing."""
    world.sent()
    before = Posting.objects.count()
    content = written(RETURN, [world.engaged(), world.engaged("211", world.second), world.paid("enregistré", day=""), ])  # fmt: skip
    file = handed(world.money, content)
    assert [one.verdict.outcome for one in returned.plan(file)] == ["new", "new", "new"]
    assert ImportLine.objects.count() == 0
    actions.apply_import(file, by=world.by)
    assert counts(type(file).objects.get()) == (3, 0, 0)
    assert (world.stands.ej, world.stands.dp, world.stands.status) == ("210", "DP1", "registered")
    events = Event.objects.count()
    assert handed(world.money, content) == file
    refused("R87", actions.apply_import, file, by=world.by)
    assert (Event.objects.count(), ImportLine.objects.count()) == (events, 3)
    assert counts(applied(world.money, RETURN, [world.engaged(), world.paid()])) == (1, 1, 0)
    assert (world.stands.status, world.stands.on) == ("paid", date(2023, 5, 12))
    world.advance.refresh_from_db()
    assert (world.advance.state, Posting.objects.count()) == ("ordered", before)  # the accountant alone pays
    assert consistent()


def test_10_a_wrong_line_stops_the_whole_file(world):
    world.sent()
    bad = world.paid()
    bad[6] = ""
    file = handed(world.money, written(RETURN, [world.engaged(), bad]))
    refused("R87", actions.apply_import, file, by=world.by)
    assert ImportLine.objects.count() == 0
    with pytest.raises(PermissionDenied):
        actions.apply_import(file, by=world.money.cast.aude)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"cents": 100_000_01}, "amount"),
        ({"cents": 99_999_99}, "amount"),
        ({"tiers": "26972074400011"}, "tiers"),
        ({"reference": "P-999999"}, "unknown"),
        ({"reference": "DP1"}, "unknown"),
        ({"ej": "999"}, "ej"),
        ({"dp": ""}, "no_dp"),
        ({"status": "engagé"}, "status"),
    ],
)
def test_10_what_does_not_match_to_the_cent_is_left_over(world, cells, reason):
    world.sent()
    file = applied(world.money, RETURN, [world.engaged(), world.paid(**cells)])
    assert (counts(file), left(file)) == ((1, 0, 1), [(world.paid(**cells)[0], reason)])


def test_engagement_service_fait_and_payment_come_in_this_order(world):
    file = applied(world.money, RETURN, [world.engaged()])
    assert left(file) == [(f"E-{world.first.share_id}", "not_sent")]
    world.sent()
    assert left(applied(world.money, RETURN, [world.paid()])) == [(f"P-{world.advance.pk}", "no_engagement")]
    rows = [world.engaged("300"), world.engaged("300", world.second)]
    assert left(applied(world.money, RETURN, rows)) == [(f"E-{world.second.share_id}", "ej_taken")]
    assert left(applied(world.money, RETURN, [world.engaged("301")])) == [(f"E-{world.first.share_id}", "ej")]
    assert counts(applied(world.money, RETURN, [world.paid(ej="300")])) == (1, 0, 0)
    assert left(applied(world.money, RETURN, [world.paid(ej="300", dp="DP2")])) == [(f"P-{world.advance.pk}", "dp")]
    assert left(applied(world.money, RETURN, [world.paid(ej="300", day="2023-05-13")])) == [
        (f"P-{world.advance.pk}", "paid")
    ]


def test_nobody_writes_a_match_that_the_money_contradicts(world):
    world.sent()
    file = applied(world.money, RETURN, [world.engaged(), world.paid(cents=1)])
    line = file.lines.get(outcome="left")
    with pytest.raises(DatabaseError, match="not the amount of ours"), transaction.atomic(), by_hand():
        ImportLine.objects.filter(pk=line.pk).update(
            outcome="by_hand", instalment=world.advance, explanation="x", settled_by=world.by, settled_at=file.read_at
        )
    with pytest.raises(DatabaseError, match="its file is applied"), transaction.atomic(), by_hand():
        file.lines.create(number=9, reference="x", cents=1, outcome="left", reason="amount")


# ── left over ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_line_left_over_is_closed_or_matched_by_hand_with_the_same_amount(world):
    world.sent()
    file = applied(
        world.money, RETURN, [world.engaged(), world.paid(reference="P-12345"), world.paid(reference="P-9", cents=5)]
    )
    wrong, other = file.lines.filter(outcome="left").order_by("number")
    assert [one.reference for one in returned.candidates(wrong)] == [f"P-{world.advance.pk}"]
    assert returned.candidates(other) == []
    refused("W02", actions.settle_line, other, explanation="", by=world.by)
    refused("R87", actions.settle_line, other, reference=f"P-{world.advance.pk}", explanation="Forcer", by=world.by)
    actions.settle_line(other, explanation="Versement d’un autre appel", by=world.by)
    refused("R87", actions.settle_line, other, explanation="Encore", by=world.by)
    actions.settle_line(wrong, reference=f"P-{world.advance.pk}", explanation="Référence mal recopiée", by=world.by)
    assert (world.stands.dp, world.stands.status) == ("DP1", "paid")
    assert ImportLine.objects.leftover().count() == 0


# ── bank, HAPI ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_10_the_bank_says_what_was_executed_and_rejected(world):
    world.sent()
    early = applied(world.money, BANK, [[f"P-{world.advance.pk}", "100000,00", "exécuté", "13/05/2023", ""]], "bank")
    assert left(early) == [(f"P-{world.advance.pk}", "no_dp")]
    applied(world.money, RETURN, [world.engaged(), world.paid()])
    row = ["DP1", "100000,00", "rejeté", "14/05/2023", "IBAN clos"]
    assert counts(applied(world.money, BANK, [row], "bank")) == (1, 0, 0)
    assert counts(applied(world.money, [*BANK, "Banque"], [[*row, "x"]], "bank")) == (0, 1, 0)
    assert left(applied(world.money, BANK, [["DP1", "100000,01", "exécuté", "15/05/2023", ""]], "bank")) == [
        ("DP1", "amount")
    ]
    assert world.stands.banked == ("rejected", date(2023, 5, 14))
    page = browser(world.by).get(f"/finances/paiements/{world.advance.pk}/").content.decode()
    assert "rejetée le 14/05/2023" in page and "EJ 210 · DP DP1 · payée le 12/05/2023" in page
    assert "L’État indique ce versement comme payé" not in page  # the bank has rejected it since


def test_10_hapi_is_compared_by_beneficiary(money):
    world = World(money, "ONDAM")
    rennes, brest, stranger = world.first, world.second, "26972074400011"
    rows = [
        [rennes.siret, "N1", f"{rennes.share.cents // 100}.00", "ARS"],
        [rennes.siret, "N2", "-10.50", "ARS"],
        [stranger, "N3", "7", "ARS"],
    ]
    file = applied(money, HAPI, rows, "hapi", announced=3)
    assert (counts(file), left(file)) == ((2, 0, 1), [("N3", "payee")])
    found = [
        (row["siret"], row["engaged"], row["paid"], row["notified"], row["difference"])
        for row in returned.reconciled(file)
    ]
    assert sorted(found) == sorted([
        (rennes.siret, 600_000_00, 0, 600_000_00 - 10_50, -10_50), (brest.siret, 400_000_00, 0, 0, -400_000_00),
        (stranger, 0, 0, 7_00, 7_00),
    ])  # fmt: skip
    page = " ".join(browser(money.cast.aude).get("/finances/echanges/hapi/").content.decode().split())
    for said in ("de moins", "Absent du fichier HAPI", "Inconnu du portail", "de plus"):
        assert said in page
