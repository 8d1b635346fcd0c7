"""The books: accounts and what they hold or held, by account, by beneficiary, by convention; the statement of each; the journal."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from directory.models import Establishment
from edsh_portal import acts, asked, clock
from edsh_portal.access import fetch, role_required
from edsh_portal.lists import page_of
from edsh_portal.sheets import Amount, answer

from .. import books
from ..forms.books import AccountsForm, AsOf, JournalForm
from ..models import Account, Entry, GrantShare, Posting
from ..models.ledger import SEES_LEDGER
from ..statement import FAMILIES, KINDS, STEPS, called

BY = {"": _("Par compte"), "beneficiary": _("Par bénéficiaire"), "convention": _("Par convention")}
# A column of sums: what was claimed back is a column of its own, so that « payé » says one thing on every page.
HEADS = {**STEPS, "ae.paid": _("Payé, reversements déduits")}
STATEMENT = (
    _("écriture"), _("pièce"), _("instant (UTC)"), _("exercice"), _("opération"), _("débité"), _("crédité"), _("montant (€)"),
    _("solde après (€)"), _("par"), _("avec"), _("événement"), _("clé"),
)  # fmt: skip
JOURNAL = (
    _("pièce"), _("écriture"), _("instant (UTC)"), _("exercice"), _("opération"), _("source"), _("dossier"), _("bénéficiaire"),
    _("débité"), _("code débité"), _("crédité"), _("code crédité"), _("montant (€)"), _("par"), _("avec"), _("contre-passe la pièce"),
    _("événement"), _("clé"),
)  # fmt: skip
ACCOUNTS = (
    _("compte"), _("code"), _("source"), _("exercice"), _("dossier"), _("bénéficiaire"), _("solde (€)"), _("écritures"),
)  # fmt: skip


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@role_required(*SEES_LEDGER)
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """What each account holds, or held at an instant; or its sums by beneficiary or convention. Settled accounts are folded."""
    by = asked.choice(request, "by", BY)
    form = AccountsForm(request.GET, grouped=bool(by))
    found, at = form.matching(Account.objects.visible_to(request.user)), form.at()
    kept = request.GET.copy()
    for name in ("page", "by", *(["family"] if by else [])):
        kept.pop(name, None)
    tabs = [{"label": label, "url": f"?{_with(kept, by=one)}", "current": one == by} for one, label in BY.items()]
    context: dict[str, Any] = {
        "form": form,
        "by": by,
        "tabs": tabs,
        "at": at,
        "now": clock.now(),
        "query": kept.urlencode(),
    }
    context |= _owners(request, found, by, at, kept) if by else _accounts(request, form, found, at, kept)
    return render(request, "funding/accounts.html", context)


def _with(query: Any, **more: Any) -> str:
    """The address with these choices instead of its own; an empty one is left out."""
    changed = query.copy()
    for name, value in more.items():
        changed.pop(name, None)
        if value:
            changed[name] = value
    return changed.urlencode()


def _accounts(request: HttpRequest, form: AccountsForm, found: Any, at: datetime | None, kept: Any) -> dict[str, Any]:
    rows, settled = books.held(found.for_list(), at), form.shows_settled()
    count = rows.order_by().aggregate(all=Count("pk"), settled=Count("pk", filter=Q(cents=0)))
    folded = 0 if settled else count["settled"]
    page = page_of(request, rows if settled else rows.exclude(cents=0), count=count["all"] - folded)
    return {
        "page": page, "rows": [{"account": of, "called": called(of)} for of in page],
        "settled": None if settled else folded,
        "show_settled": f"?{_with(kept, settled='on')}", "fold_settled": f"?{_with(kept, settled='')}", "of": form.of(),
    }  # fmt: skip


def _owners(request: HttpRequest, found: Any, by: str, at: datetime | None, kept: Any) -> dict[str, Any]:
    """One row a beneficiary or a convention, a column a step, each figure a link to the accounts that it sums."""
    shares = found.filter(share__isnull=False).order_by()
    if by == "beneficiary":
        column, name = "share__establishment", "establishment"
        owners: Any = Establishment.objects.filter(pk__in=shares.values("share__establishment")).order_by(
            "sort_key", "pk"
        )
    else:
        column, name = "share", "share"
        owners = GrantShare.objects.filter(pk__in=shares.values("share")).select_related(
            "establishment", "line", "grant__application", "convention"
        ).order_by("grant_id", "line_id", "pk")  # fmt: skip
    page = page_of(request, owners)
    sums = books.by_owner(shares.filter(**{f"{column}__in": [of.pk for of in page]}), column, at)
    whole = books.by_family(shares.filter(family__in=books.COLUMNS), at)

    def figures(of: dict[str, int], **more: Any) -> list[dict[str, Any]]:
        return [
            {"label": HEADS[family], "cents": of.get(family, 0), "url": f"?{_with(kept, family=family, **more)}"}
            for family in books.COLUMNS
        ]

    rows = [{"owner": of, "figures": figures(sums.get(of.pk, {}), **{name: of.pk})} for of in page]
    return {"page": page, "rows": rows, "steps": [HEADS[family] for family in books.COLUMNS], "whole": figures(whole)}


@role_required(*SEES_LEDGER)
@require_safe
def accounts_file(request: HttpRequest, ending: str) -> HttpResponse:
    form = AccountsForm(request.GET)
    asked.must_be_read(request, form)
    rows = books.held(form.matching(Account.objects.visible_to(request.user).for_list()), form.at())
    rows = rows if form.shows_settled() else rows.exclude(cents=0)
    return answer.table("comptes", ending, ACCOUNTS, map(_account_line, rows.iterator(chunk_size=answer.ROWS)))


def _account_line(of: Any) -> list[Any]:
    return [
        called(of), of.code, of.line.label, of.year, of.grant and of.grant.application.reference,
        of.share and of.share.establishment.name, Amount(of.cents), of.moves,
    ]  # fmt: skip


# ── the statement of one ─────────────────────────────────────────────────────────────────────────────────────────────
@role_required(*SEES_LEDGER)
@require_safe
def account(request: HttpRequest, code: str) -> HttpResponse:
    form = AsOf(request.GET)
    at = form.at()
    of = fetch(books.held(Account.objects.for_list(), at), request.user, code=code)
    page = Paginator(_entries(of, at), 50).get_page(request.GET.get("page"))
    context = {
        "account": of, "called": called(of), "family": FAMILIES[of.family], "page": page, "rows": [_seen(of, entry) for entry in page],
        "form": form, "at": at, "now": clock.now(), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "funding/account.html", context)


def _entries(account: Account, at: datetime | None) -> Any:
    other = ("share__establishment", "grant__application", "instalment")
    sides = [f"{side}__{part}" for side in ("source", "target") for part in other]
    return books.statement(account, at).select_related(
        "posting__by", "posting__second", "posting__grant__application", *sides
    )


def _seen(account: Account, entry: Entry) -> dict[str, Any]:
    """An entry as this account sees it: what came or went, what stood after, where the other half is."""
    out = entry.source_id == account.pk
    other = entry.target if out else entry.source
    return {
        "entry": entry, "posting": entry.posting, "label": KINDS.get(entry.posting.kind, entry.posting.kind),
        "other": other, "against": called(other), "cents": -entry.cents if out else entry.cents,
        "after": entry.source_after if out else entry.target_after,
    }  # fmt: skip


@role_required(*SEES_LEDGER)
@require_safe
def account_file(request: HttpRequest, code: str, ending: str) -> HttpResponse:
    form = AsOf(request.GET)
    asked.must_be_read(request, form)
    of = fetch(Account.objects.for_list(), request.user, code=code)
    rows = (_line(_seen(of, entry)) for entry in _entries(of, form.at()).iterator(chunk_size=answer.ROWS))
    return answer.table(code.replace(":", "-"), ending, STATEMENT, rows)


def _line(row: dict[str, Any]) -> list[Any]:
    entry, posting = row["entry"], row["posting"]
    return [
        entry.pk, posting.pk, _utc(posting.at), posting.year, row["label"], entry.source.code,
        entry.target.code, Amount(row["cents"]), Amount(row["after"]), posting.by, posting.second, posting.event_id, posting.key,
    ]  # fmt: skip


def _utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


# ── the journal ──────────────────────────────────────────────────────────────────────────────────────────────────────
@role_required(*SEES_LEDGER)
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """Every operation, newest first: what it was, on what, for how much, by whom."""
    form = JournalForm(request.GET)
    found = form.matching(Posting.objects.visible_to(request.user))
    page = page_of(request, found.order_by("-pk"), read=books.journal(Posting.objects.all()))
    rows = [{"posting": of, "label": KINDS[of.kind], "cents": books.amount(of)} for of in page]
    context = {"form": form, "page": page, "rows": rows, "query": request.GET.urlencode()}
    return render(
        request, "funding/_journal.html" if request.headers.get("HX-Request") else "funding/journal.html", context
    )


@role_required(*SEES_LEDGER)
@require_safe
def posting(request: HttpRequest, pk: int) -> HttpResponse:
    """One operation: its entries, what stood after each, the act, the document and the people behind it."""
    more = ("act", "event", "grant__decision", "share__convention", "reverses")
    of = fetch(books.journal(Posting.objects.all()).select_related(*more), request.user, pk=pk)
    entries = [{"entry": one, "source": called(one.source), "target": called(one.target)} for one in of.entries.all()]
    context = {
        "posting": of, "label": KINDS[of.kind], "cents": books.amount(of), "entries": entries,
        "reads_act": of.act_id is not None and acts.visible_to(request.user).filter(pk=of.act_id).exists(),
        "reversed_by": Posting.objects.filter(reverses=of).first(),
    }  # fmt: skip
    return render(request, "funding/posting.html", context)


@role_required(*SEES_LEDGER)
@require_safe
def journal_file(request: HttpRequest, ending: str) -> HttpResponse:
    form = JournalForm(request.GET)
    asked.must_be_read(request, form)
    found = books.journal(form.matching(Posting.objects.visible_to(request.user)))
    return answer.table("journal", ending, JOURNAL, _journal_lines(found.iterator(chunk_size=answer.ROWS)))


def _journal_lines(postings: Iterator[Posting]) -> Iterator[list[Any]]:
    for of in postings:
        dossier, whose = of.grant and of.grant.application.reference, of.share and of.share.establishment.name
        for one in of.entries.all():
            yield [
                of.pk, one.pk, _utc(of.at), of.year, KINDS[of.kind], of.line.label, dossier, whose, called(one.source),
                one.source.code, called(one.target), one.target.code, Amount(one.cents), of.by, of.second, of.reverses_id,
                of.event_id, of.key,
            ]  # fmt: skip
