"""The books: the accounts and their balances; the statement of each, every entry with its balance, act and dossier."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from edsh_portal import asked, clock
from edsh_portal.access import fetch, role_required
from edsh_portal.lists import page_of
from edsh_portal.sheets import Amount, answer

from .. import ledger
from ..models import Account, Entry, Family, Line
from ..models.ledger import SEES_LEDGER
from ..statement import FAMILIES, KINDS

HEAD = (
    _("écriture"), _("pièce"), _("instant (UTC)"), _("exercice"), _("opération"), _("débité"), _("crédité"), _("montant (€)"),
    _("solde après (€)"), _("par"), _("avec"), _("événement"), _("clé"),
)  # fmt: skip


@role_required(*SEES_LEDGER)
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    families = list(Family.objects.order_by("family").values_list("family", flat=True))
    lines = list(Line.objects.order_by("pk"))
    family, line = asked.choice(request, "family", families), asked.numbered(request, "line", [of.pk for of in lines])
    rows = Account.objects.visible_to(request.user).for_list()
    rows = rows.filter(family=family) if family else rows
    rows = rows if line is None else rows.filter(line=line)
    page = page_of(request, rows)
    context = {
        "page": page, "family": family, "line": line, "lines": lines, "families": [(f, FAMILIES[f]) for f in families],
        "labels": FAMILIES,
    }  # fmt: skip
    return render(request, "funding/accounts.html", context)


@role_required(*SEES_LEDGER)
@require_safe
def account(request: HttpRequest, code: str) -> HttpResponse:
    of = fetch(Account.objects.for_list(), request.user, code=code)
    page = Paginator(_entries(of), 50).get_page(request.GET.get("page"))
    context = {
        "account": of, "label": FAMILIES[of.family], "page": page, "rows": [_seen(of, entry) for entry in page], "now": clock.now(),
    }  # fmt: skip
    return render(request, "funding/account.html", context)


def _entries(account: Account) -> Any:
    return ledger.entries_of(account).select_related("posting__by", "posting__second", "posting__grant__application")


def _seen(account: Account, entry: Entry) -> dict[str, Any]:
    """An entry as this account sees it: what came or went, what stood after, where the other half is."""
    out = entry.source_id == account.pk
    other = entry.target if out else entry.source
    return {
        "entry": entry, "posting": entry.posting, "label": KINDS.get(entry.posting.kind, entry.posting.kind),
        "other": other, "against": FAMILIES[other.family], "cents": -entry.cents if out else entry.cents,
        "after": entry.source_after if out else entry.target_after,
    }  # fmt: skip


@role_required(*SEES_LEDGER)
@require_safe
def account_file(request: HttpRequest, code: str, ending: str) -> HttpResponse:
    of = fetch(Account.objects.for_list(), request.user, code=code)
    rows = (_line(_seen(of, entry)) for entry in _entries(of).iterator(chunk_size=answer.ROWS))
    return answer.table(code.replace(":", "-"), ending, HEAD, rows)


def _line(row: dict[str, Any]) -> list[Any]:
    entry, posting = row["entry"], row["posting"]
    return [
        entry.pk, posting.pk, posting.at.strftime("%Y-%m-%dT%H:%M:%SZ"), posting.year, row["label"], entry.source.code,
        entry.target.code, Amount(row["cents"]), Amount(row["after"]), posting.by, posting.second, posting.event_id, posting.key,
    ]  # fmt: skip
