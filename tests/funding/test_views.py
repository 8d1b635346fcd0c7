"""Pages of the money: what each shows, to whom, in how many queries; the CSV says what the page says, to the cent."""

import csv
import io
import re
from decimal import Decimal
from importlib import import_module

import lxml.html
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dashboards import figures
from edsh_portal import acts
from edsh_portal.intake import workbook
from funding import actions, ledger, panels
from funding.models import Account, Agreement, BankAccount, Convention, Instalment, Posting
from tests.applications.world import examined
from tests.funding.stage import iban, rib
from tests.heard import heard
from tests.tabs import sent


def get(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"funding:{name}", args=args), query)


def post(client, user, name, *args, **data):
    client.force_login(user)
    return client.post(reverse(f"funding:{name}", args=args), data)


def text(response):
    return response.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def rib_file():
    return SimpleUploadedFile("rib.pdf", rib()["content"], content_type="application/pdf")


def rows(response):
    body = response.content.decode()
    assert body.startswith("\ufeff")
    return list(csv.reader(io.StringIO(body[1:]), delimiter=";"))


def cents_of(written: str) -> int:
    return int(written.replace(",", ""))


def test_from_the_award_to_the_payment_in_a_browser_without_scripts(money, client):
    c = money.cast
    share = money.grant(brest=0).shares.get()
    assert "À préparer" in text(get(client, c.driss, "conventions"))
    assert share.establishment.siret in text(get(client, c.driss, "prepare_convention", share.pk))
    post(client, c.driss, "prepare_convention", share.pk, siret=share.establishment.siret, months=36)
    made = Convention.objects.get()
    post(client, c.driss, "propose_iban", made.pk, iban=iban(7), holder="CHU de Rennes", file=rib_file())
    assert examined() == [True]
    account = BankAccount.objects.get()
    shown = text(get(client, c.victor, "validate_iban", made.pk, account.pk))
    assert "Identique à l’établissement" in shown and reverse("funding:iban_file", args=[made.pk, account.pk]) in shown
    assert get(client, c.victor, "iban_file", made.pk, account.pk, ouvrir=1)["Content-Type"] == "application/pdf"
    assert get(client, c.dora, "iban_file", made.pk, account.pk).status_code == 403
    post(client, c.victor, "validate_iban", made.pk, account.pk)
    sha256 = money.sent(made).document.sha256
    shown = text(get(client, c.sophie, "sign_convention", made.pk))
    assert "600 000,00" in shown and sha256 in shown
    post(client, c.sophie, "sign_convention", made.pk, quality="Directrice générale", sha256=sha256)
    post(client, c.driss, "propose_signature", made.pk)
    assert "Directrice générale" in text(get(client, c.dora, "countersign_convention", made.pk))
    post(client, c.dora, "countersign_convention", made.pk)
    assert "Accord de consortium à déposer" in text(get(client, c.sophie, "convention", made.pk))
    post(client, c.alice, "file_agreement", share.grant_id, signed_on="2023-05-02", file=rib_file())
    assert examined() == [True]
    assert "À valider" in text(get(client, c.alice, "grant", share.grant_id))
    post(client, c.driss, "validate_agreement", Agreement.objects.get().pk)
    post(
        client,
        c.driss,
        "plan_instalment",
        made.pk,
        kind="advance",
        cents="150 000,00",
        year=2023,
        evidence="Notification",
    )
    instalment = Instalment.objects.get()
    for person, name in ((c.emma, "certify"), (c.olivier, "order"), (c.farid, "pay")):
        page = get(client, person, "payments")
        assert reverse(f"funding:{name}", args=[instalment.pk]) in text(page)
        assert "150 000,00 €" in text(get(client, person, name, instalment.pk))
        answer = post(client, person, name, instalment.pk)
        assert answer.status_code == 302, answer.content
    instalment.refresh_from_db()
    assert instalment.state == "paid"
    assert ledger.summary(share.line)["paid"] == 150_000_00
    assert "Écritures du grand livre" in text(get(client, c.aude, "instalment", instalment.pk))


def test_a_refusal_keeps_what_was_typed_beside_its_field(money, client):
    made = money.convention(money.grant(brest=0).shares.get())
    typed = {"kind": "advance", "cents": "150 000,01", "year": 2023, "evidence": "Notification"}
    answer = post(client, money.cast.driss, "plan_instalment", made.pk, **typed)
    assert answer.status_code == 422
    assert "0,01 €" in text(answer) and "150 000,01" in text(answer) and "Notification" in text(answer)
    assert answer.context["form"].errors["cents"]
    wrong = post(client, money.cast.driss, "propose_iban", made.pk, iban="FR76", holder="CHU", file=rib_file())
    assert wrong.status_code == 422 and wrong.context["form"].errors["iban"]


def test_going_back_asks_for_a_reason(money, client):
    first, _second = money.contracted()
    instalment, c = money.plan(first, 100), money.cast
    actions.certify(instalment, by=c.emma)
    assert post(client, c.emma, "uncertify", instalment.pk, reason=" ").status_code == 422
    assert post(client, c.emma, "uncertify", instalment.pk, reason="Pièce").status_code == 302
    actions.certify(instalment, by=c.emma)
    actions.order(instalment, by=c.olivier)
    assert post(client, c.farid, "cancel_order", instalment.pk, reason="RIB").status_code == 302
    assert post(client, c.olivier, "uncertify", instalment.pk, reason="Pièce").status_code == 302
    assert post(client, c.driss, "cancel", instalment.pk, reason="Doublon").status_code == 302
    instalment.refresh_from_db()
    assert instalment.state == "cancelled"


def test_filters_live_in_the_address_and_the_csv_says_the_same(money, client):
    convention = money.convention(money.grant(brest=0).shares.get())
    other = money.convention(money.grant(400, 0, line="ONDAM").shares.get())
    for cents in (100, 250):
        money.plan(convention, cents)
    money.plan(other, 7)
    money.pay(Instalment.objects.get(cents=250))
    expected = {
        (): 357, (("source", "ONDAM"),): 7, (("state", "paid"),): 250, (("state", "planned"), ("source", "FR2030")): 100,
        (("text", "rennes"),): 357, (("text", "nantes"),): 0, (("kind", "interim"),): 0, (("year", "2023"),): 357,
    }  # fmt: skip
    for query, cents in expected.items():
        page = get(client, money.cast.aude, "payments", **dict(query))
        assert page.context["total_cents"] == cents, query
        sheet = rows(get(client, money.cast.aude, "payments_file", "csv", **dict(query)))
        assert sum(int(row[8].replace(",", "")) for row in sheet[1:]) == cents, query
    shown = get(
        client, money.cast.aude, "payments", year="1999"
    )  # no year of the list: the page says so, the file is not sent
    assert shown.context["total_cents"] == 357 and "1999" in shown.content.decode()
    assert get(client, money.cast.aude, "payments_file", "csv", year="1999").status_code == 400
    paid = ledger.summary(money.lines["FR2030"])["paid"]
    assert paid == get(client, money.cast.aude, "payments", state="paid", source="FR2030").context["total_cents"]


def test_the_books_go_out_in_every_form_with_identifiers_as_texts(money, client):
    """D15: the SIRET of a beneficiary is a text, an amount a number of euros, in each format."""
    convention = money.convention(money.grant(brest=0).shares.get())
    money.plan(convention, 123_456)
    siret = rows(get(client, money.cast.aude, "payments_file", "csv"))[1][3]
    for ending in ("xlsx", "ods"):
        (table,) = workbook.read(get(client, money.cast.aude, "payments_file", ending).content).tables
        assert table.at(0, 3) == "SIRET" and table.at(1, 3) == convention.siret == siret
        assert table.at(1, 8) == Decimal("1234.56")
        account = Account.objects.get(family="ae.available", line=money.lines["FR2030"])
        (table,) = workbook.read(get(client, money.cast.aude, "account_file", account.code, ending).content).tables
        assert isinstance(table.at(1, 7), Decimal)
    assert get(client, money.cast.aude, "payments_file", "pdf").status_code == 404


def test_the_dashboard_s_files_speak_one_language_and_euros(money, client):
    """D15: no « opened_cents » in a person's file."""
    client.force_login(money.cast.dora)
    answer = client.get(reverse("dashboards:funding_file", args=["csv"]))
    head, *lines = rows(answer)
    assert head == [
        "source",
        "ouvert (€)",
        "décidé (€)",
        "engagé (€)",
        "conventionné (€)",
        "payé (€)",
        "disponible (€)",
    ]
    opened = {line.code: ledger.summary(line)["opened"] for line in money.lines.values()}
    assert {line[0]: int(line[1].replace(",", "")) for line in lines} == opened
    page = client.get(reverse("dashboards:dashboard")).content.decode()
    for name in ("waves", "funding", "coverage"):
        for ending in ("csv", "xlsx", "ods"):
            address = reverse(f"dashboards:{name}_file", args=[ending])
            assert f'href="{address}' in page and client.get(address).status_code == 200


def test_what_is_mine_to_do_comes_first(money, client):
    first, _second = money.contracted()
    money.plan(first, 1)
    ready = money.plan(first, 2)
    actions.certify(ready, by=money.cast.emma)
    shown = [row["instalment"].pk for row in get(client, money.cast.olivier, "payments").context["rows"]]
    assert shown[0] == ready.pk
    assert "À ordonnancer" in text(get(client, money.cast.olivier, "payments"))


def test_every_figure_of_the_envelope_opens_its_entries(money, client):
    money.pay(money.plan(money.contracted()[0], 150_000_00))
    page = get(client, money.cast.olivier, "envelope")
    assert "12 000 000,00" in text(page)
    links = {url.replace("&amp;", "&") for url in re.findall(r'href="(/finances/[^"]+)"', page.content.decode())}
    assert len(links) > 20
    for url in links:
        answer = client.get(url)
        assert answer.status_code == 200, url


def test_the_statement_of_an_account_adds_up(money, client):
    money.grant()
    account = Account.objects.get(code=f"ae.available:{money.lines['FR2030'].pk}")
    page = get(client, money.cast.aude, "account", account.code)
    shown = page.context["rows"]
    assert sum(row["cents"] for row in shown) == account.balance.cents == shown[0]["after"]
    assert "29 000 000,00 €" in text(page) and "sur proposition de Driss" in text(page)
    sheet = rows(get(client, money.cast.aude, "account_file", account.code, "csv"))
    assert [row[7] for row in sheet[1:]] == ["-1000000,00", "30000000,00"]
    assert (
        get(client, money.cast.aude, "accounts", family="ae.available", line=account.line_id)
        .context["page"]
        .paginator.count
        == 1
    )
    assert get(client, money.cast.aude, "accounts", line="x").status_code == 200


def test_the_envelope_is_opened_in_a_page(money, client):
    fr, ondam = money.lines["FR2030"].pk, money.lines["ONDAM"].pk
    page = get(client, money.cast.dora, "open_envelope")
    typed = {
        name: page.context["form"].get_initial_for_field(field, name)
        for name, field in page.context["form"].fields.items()
    }
    typed = {
        name: f"{value // 100},{value % 100:02d}" if isinstance(value, int) else "" for name, value in typed.items()
    }
    assert post(client, money.cast.dora, "open_envelope", **typed).status_code == 422
    typed |= {"act": "Avenant du 10/05/2023", f"ae_{fr}": "31 000 000,00"}
    refused = post(client, money.cast.dora, "open_envelope", **typed)
    assert refused.status_code == 422 and "doivent être égaux" in text(refused)
    assert post(client, money.cast.dora, "open_envelope", **(typed | {f"cp_{fr}_2026": "1 000 000"})).status_code == 302
    assert ledger.summary(money.lines["FR2030"])["opened"] == 30_000_000_00  # not before it is approved
    acts.take_back(acts.waiting("envelope.open", money.call), "La direction approuve.", by=money.cast.dora)
    typed |= {f"cp_{fr}_2026": "1 000 000"}
    assert post(client, money.cast.olivier, "open_envelope", **typed).status_code == 302
    acts.approve(acts.waiting("envelope.open", money.call), by=money.cast.dora)
    assert ledger.summary(money.lines["FR2030"])["opened"] == 31_000_000_00
    assert ledger.summary(money.lines["ONDAM"])["opened"] == 20_000_000_00
    assert get(client, money.cast.adam, "open_envelope").status_code == 403
    assert f"ae_{ondam}" in typed


def test_13_6_a_page_of_the_envelope_opened_before_another_version_keeps_what_that_one_says(money, client):
    fr, ondam = money.lines["FR2030"].pk, money.lines["ONDAM"].pk
    stale = get(client, money.cast.dora, "open_envelope").context["form"]

    def more(shown, line, act, by=100_000_000):
        name = f"cp_{line}_2026"
        cents = {field: (shown[field].initial or 0) + by for field in (f"ae_{line}", name)}
        return sent(shown, act=act, **{field: f"{value // 100},{value % 100:02d}" for field, value in cents.items()})

    def approved(typed):
        assert client.post(reverse("funding:open_envelope"), typed).status_code == 302
        acts.approve(acts.waiting("envelope.open", money.call), by=money.cast.dora)

    fresh = get(client, money.cast.olivier, "open_envelope").context["form"]
    approved(more(fresh, ondam, "Un"))
    approved(more(stale, fr, "Deux"))
    stands = {name: ledger.summary(money.lines[name])["opened"] for name in ("FR2030", "ONDAM")}
    assert stands == {"FR2030": 31_000_000_00, "ONDAM": 21_000_000_00}
    met = client.post(reverse("funding:open_envelope"), more(stale, ondam, "Trois", 300_000_000))
    assert met.status_code == 422 and sorted(met.context["form"].errors) == sorted((f"ae_{ondam}", f"cp_{ondam}_2026"))


def test_a_recovery_in_a_page(money, client):
    first, _second = money.contracted()
    money.pay(money.plan(first, 100))
    assert "Envisager un reversement" in text(get(client, money.cast.emma, "convention", first.pk))
    heard(first, ground="term", cents=60, by=money.cast.emma)
    typed = {"cents": "0,60", "ground": "term"}
    assert post(client, money.cast.olivier, "recover", first.pk, **typed).status_code == 403
    assert post(client, money.cast.emma, "recover", first.pk, **typed).status_code == 302
    acts.approve(acts.waiting("recovery.issue", first), by=money.cast.olivier)
    wrong = Posting.objects.get(kind="recover")
    assert "Contre-passer" in text(get(client, money.cast.farid, "convention", first.pk))
    assert "Contre-passer" in text(get(client, money.cast.farid, "reverse_recovery", wrong.pk))
    assert post(client, money.cast.farid, "reverse_recovery", wrong.pk, reason="").status_code == 422
    assert get(client, money.cast.driss, "reverse_recovery", wrong.pk).status_code == 403
    assert ledger.summary(first.share.line)["recovered"] == 60


def test_16_paid_is_one_figure_after_a_recovery(money, client):
    """What went out, claimed back or not, wherever « Payé » is written; what is claimed back is said apart."""
    first, _second = money.contracted()
    money.pay(money.plan(first, 100_00))
    money.recover(first.share, cents=60_00)
    c, paid = money.cast, 100_00
    money_of = figures.totals(figures.funding_by_source(money.call))
    client.force_login(c.dora)
    api = client.get("/api/v1/dashboard/funding/").json()
    home = text(client.get(reverse("dashboards:home")))
    csv_rows = rows(client.get(reverse("dashboards:funding_file", args=["csv"])))
    envelope = get(client, c.dora, "envelope").context["gauges"]
    told = {
        "figures": money_of["paid_cents"],
        "API": api["totals"]["paid_cents"],
        "CSV": sum(cents_of(row[csv_rows[0].index("payé (€)")]) for row in csv_rows[1:]),
        "envelope": sum(part["cents"] for of in envelope for part in of["parts"] if part["label"] == "Payé"),
        "envelope, by year": sum(year["paid"] for of in envelope for year in of["years"]),
        "grant": get(client, c.dora, "grant", first.share.grant_id).context["paid_cents"],
        "convention": get(client, c.dora, "convention", first.pk).context["paid_cents"],
        "conventions": get(client, c.dora, "conventions").context["page"][0].paid_cents,
        "payments": get(client, c.dora, "payments", state="paid").context["total_cents"],
    }
    assert told == dict.fromkeys(told, paid)
    assert "<dt>Payé</dt><dd>100,00 €" in home
    fr = next(of for of in envelope if of["line"].code == "FR2030")
    assert (fr["kept"], fr["recovered"]) == (40_00, 60_00)


def test_16_what_is_ordered_in_a_year_holds_what_is_paid_of_it(money, client):
    first, _second = money.contracted()
    money.pay(money.plan(first, 100_00))
    waiting = money.plan(first, 30_00)
    actions.certify(waiting, by=money.cast.emma)
    actions.order(waiting, by=money.cast.olivier)
    source = next(of for of in figures.funding_by_source(money.call) if of["code"] == "FR2030")
    year = next(of for of in source["years"] if of["year"] == 2023)
    assert (year["ordered_cents"], year["paid_cents"]) == (130_00, 100_00)
    client.force_login(money.cast.dora)
    assert "dont payé" in text(client.get(reverse("dashboards:dashboard")))


def test_a_member_sees_its_own_convention_and_no_other(money, client):
    first, second = money.contracted()
    c = money.cast
    assert get(client, c.sophie, "convention", first.pk).status_code == 200
    assert get(client, c.sophie, "convention", second.pk).status_code == 404
    assert get(client, c.paula, "convention", second.pk).status_code == 200
    assert [row.pk for row in get(client, c.paula, "conventions").context["page"]] == [second.pk]
    for name in ("zoe", "claire", "nadia", "adam"):
        assert get(client, getattr(c, name), "convention", first.pk).status_code == 404, name
        assert get(client, getattr(c, name), "grant", first.share.grant_id).status_code == 404, name
    assert get(client, c.alice, "grant", first.share.grant_id).status_code == 200
    assert get(client, c.bruno, "grant", first.share.grant_id).status_code == 200


def test_an_iban_is_whole_for_finance_only(money, client):
    first, _second = money.contracted()
    whole = BankAccount.objects.get(convention=first).iban
    assert whole[-4:] in text(get(client, money.cast.driss, "convention", first.pk))
    for person, sees in (
        (money.cast.driss, False),
        (money.cast.sophie, False),
        (money.cast.emma, True),
        (money.cast.farid, True),
    ):
        shown = re.sub(r"\s", "", text(get(client, person, "convention", first.pk)))
        assert (whole in shown) is sees


def test_an_instalment_shows_the_account_it_goes_to_and_who_validated_it(money, client):
    first, second = money.contracted()
    paid, c = money.plan(first, 100_00), money.cast
    whole = BankAccount.objects.get(convention=first).iban
    for person, sees in ((c.farid, True), (c.driss, False), (c.sophie, False)):
        shown = re.sub(r"\s", "", text(get(client, person, "instalment", paid.pk)))
        assert (whole in shown) is sees
        assert whole[-4:] in shown and f"{first.share.establishment.name}".replace(" ", "") in shown
        assert "ValidéparVictor," in shown
    actions.certify(paid, by=c.emma)
    actions.order(paid, by=c.olivier)
    assert "Remplacé depuis l’ordonnancement" not in text(get(client, c.farid, "instalment", paid.pk))
    (act,) = lxml.html.fromstring(text(get(client, c.farid, "pay", paid.pk))).xpath("//*[@data-confirm-body]")
    assert whole in re.sub(r"\s", "", act.text_content())  # a dialog draws this body alone
    money.account(first, 99)
    shown = text(get(client, c.farid, "instalment", paid.pk))
    assert "Remplacé depuis l’ordonnancement" in shown and whole in re.sub(r"\s", "", shown)


def test_an_instalment_without_an_account_says_so(money, client):
    made = money.convention(money.grant(brest=0).shares.get(), account=False)
    shown = text(get(client, money.cast.emma, "instalment", money.plan(made, 100_00).pk))
    assert "Aucun compte validé : le versement ne peut pas être payé" in shown


def test_a_grant_leads_to_its_dossier_and_its_conventions(money, client):
    first, second = money.contracted()
    dossier = reverse("applications:dossier", args=[first.share.grant.application.reference])
    links = {n: f'href="{reverse("funding:convention", args=[n.pk])}"' for n in (first, second)}
    for person, reads, leads in (
        ("aude", True, [True, True]),
        ("sophie", True, [True, False]),
        ("emma", False, [True, True]),
    ):
        shown = get(client, getattr(money.cast, person), "grant", first.share.grant_id).content.decode()
        assert (f'href="{dossier}"' in shown) is reads  # nobody but its audit reads a draft for the State
        assert [link in shown for link in links.values()] == leads, person


def test_the_timeline_names_the_establishment_and_the_amount_of_each_instalment(money, client):
    first, second = money.contracted()
    for convention in (first, second):
        money.pay(money.plan(convention, 100_00))
    reference = first.share.grant.application.reference
    names = {convention.share.establishment.name for convention in (first, second)}

    def told(person):
        client.force_login(person)
        entries = client.get(reverse("dashboards:timeline", args=[reference])).context["entries"]
        return {entry["detail"] for entry in entries if "Versement" in entry["title"] or "Service" in entry["title"]}

    cents = "100,00\u00a0€"
    assert told(money.cast.aude) == {f"{name}, {cents}" for name in names}
    assert told(money.cast.sophie) == {f"CHU de Rennes, {cents}", "CHU de Brest"}


def test_an_award_is_hidden_from_its_members_until_it_is_notified(money, client):
    held = money.grant(engaged=False)
    assert get(client, money.cast.alice, "grant", held.pk).status_code == 404
    assert get(client, money.cast.victor, "grant", held.pk).status_code == 200


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("envelope", "driss victor emma olivier farid dora aude"),
        ("payments", "driss victor emma olivier farid dora aude"),
        ("payments_file csv", "driss victor emma olivier farid dora aude"),
        ("accounts", "driss victor emma olivier farid dora aude"),
        ("open_envelope", "dora emma olivier farid"),
        ("set_ceiling", "dora emma olivier farid"),
    ],
)
def test_pages_of_the_books_by_role(money, client, name, allowed):
    name, *args = name.split()
    everyone = [
        "driss",
        "victor",
        "dora",
        "adam",
        "emma",
        "olivier",
        "farid",
        "aude",
        "claire",
        "nadia",
        "jean",
        "alice",
        "sophie",
        "bruno",
        "paula",
        "zoe",
    ]
    seen = [person for person in everyone if get(client, getattr(money.cast, person), name, *args).status_code == 200]
    assert sorted(seen) == sorted(allowed.split())
    client.logout()
    assert client.get(reverse(f"funding:{name}", args=args)).status_code == 302


def test_acts_by_role(money, client):
    first, _second = money.contracted()
    instalment, c = money.plan(first, 100), money.cast
    everyone = [
        "driss",
        "victor",
        "dora",
        "adam",
        "emma",
        "olivier",
        "farid",
        "aude",
        "claire",
        "nadia",
        "jean",
        "alice",
        "sophie",
        "bruno",
        "paula",
        "zoe",
    ]
    verdicts = {
        "certify": "emma",
        "order": "olivier",
        "pay": "farid",
        "uncertify": "emma olivier",
        "cancel_order": "olivier farid",
        "cancel": "driss",
    }
    hidden = ["adam", "claire", "nadia", "jean", "bruno", "paula", "zoe"]
    for name, allowed in verdicts.items():
        for person in everyone:
            wanted = 200 if person in allowed.split() else 404 if person in hidden else 403
            assert get(client, getattr(c, person), name, instalment.pk).status_code == wanted, (name, person)


@pytest.mark.parametrize(
    ("name", "queries"), [("payments", 13), ("conventions", 10), ("accounts", 12), ("envelope", 14)]
)
def test_the_same_number_of_queries_at_one_and_many(money, client, name, queries, django_assert_num_queries):
    convention = money.convention(money.grant(brest=0).shares.get())
    money.plan(convention, 1)
    get(client, money.cast.olivier, name)
    for more in (0, 30):
        for _ in range(more):
            actions.certify(money.plan(convention, 1), by=money.cast.emma)
        with django_assert_num_queries(queries):
            client.get(reverse(f"funding:{name}"))


def test_pages_that_only_ask(money, client):
    first, _second = money.contracted()
    account, c = first.accounts.get(), money.cast
    assert get(client, c.alice, "validate_iban", first.pk, account.pk).status_code == 403
    assert "rappelez le bénéficiaire" in text(get(client, c.emma, "validate_iban", first.pk, account.pk))
    assert post(client, c.emma, "validate_iban", first.pk, account.pk).status_code == 422  # validated already
    money.pay(money.plan(first, 100))
    assert "Titre de reversement" in text(get(client, c.emma, "recover", first.pk))
    assert "1 000 000,00" in text(get(client, c.alice, "grant", first.share.grant_id))


def test_the_first_shares_to_prepare_stand_before_the_conventions_and_all_have_a_list(money, client, monkeypatch):
    monkeypatch.setattr(import_module("funding.views.conventions"), "FIRST", 1)
    shares = list(money.grant().shares.order_by("pk"))
    page = get(client, money.cast.driss, "conventions")
    assert list(page.context["to_prepare"]) == shares[:1] and "Voir toutes les conventions à préparer" in text(page)
    everything = get(client, money.cast.driss, "conventions", pile="preparer")
    assert list(everything.context["to_prepare"]) == shares and "Voir toutes" not in text(everything)
    told = get(client, money.cast.dora, "conventions", pile="preparer")  # who prepares none has no such list
    assert list(told.context["to_prepare"]) == [] and "page" in told.context


def test_payments_are_confirmed_together_and_each_is_told(money, client):
    """Two ordered, and one whose account was replaced since: it is refused alone."""
    c, (first, second) = money.cast, money.contracted()
    made = [money.plan(first, 10_00), money.plan(first, 20_00), money.plan(second, 40_00)]
    for instalment in made:
        actions.certify(instalment, by=c.emma)
        actions.order(instalment, by=c.olivier)
    left = money.plan(second, 5_00)
    money.account(second, 99)
    assert client.get(reverse("funding:pay_many")).status_code == 302
    for person in (c.emma, c.olivier, c.driss, c.alice):
        assert get(client, person, "pay_many").status_code == 403
    shown = text(get(client, c.farid, "pay_many"))
    assert "70,00" in shown and "Donné par Driss, validé par Victor" in shown and f'value="{left.pk}"' not in shown
    assert post(client, c.farid, "pay_many").status_code == 422  # nothing is ticked
    refused = post(client, c.farid, "pay_many", paid=[left.pk])  # not ordered
    assert refused.status_code == 422
    done = post(client, c.farid, "pay_many", paid=[one.pk for one in made])
    assert done.status_code == 302
    told = text(get(client, c.farid, "pay_many"))
    assert "payé, 10,00" in told and "payé, 20,00" in told and "Le compte bancaire a changé" in told
    states = list(Instalment.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["paid", "paid", "ordered", "planned"]
    again = post(client, c.farid, "pay_many", paid=[made[0].pk])
    assert again.status_code == 422  # paid once


def test_what_waits_for_whom_between_the_signatures(money, client):
    """Each list holds it while it waits, and no longer."""
    c, grant = money.cast, money.grant()
    share = grant.shares.get(establishment=money.rennes)
    held = money.convention(share, signed=False, account=False)
    row = reverse("funding:convention", args=[held.pk])
    listed = lambda pile: row in text(get(client, c.driss, "conventions", pile=pile))  # noqa: E731
    due = lambda: grant in panels.awaiting_agreement([money.rennes.pk])  # noqa: E731
    assert (listed("signer"), listed("accords"), due()) == (False, False, True)
    money.agreed(held)
    assert listed("signer")
    actions.propose_signature(held, by=c.driss)
    assert not listed("signer")
    assert reverse("funding:countersign_convention", args=[held.pk]) in text(get(client, c.dora, "convention", held.pk))
    money.agreement(grant, validated=False)
    assert (listed("accords"), due(), grant in panels.awaiting_agreement([money.brest.pk])) == (True, False, False)
    actions.validate_agreement(grant.agreements.get(), by=c.driss)
    assert not listed("accords")
