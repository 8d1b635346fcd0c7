"""Awards and their conventions: what is promised to whom, prepared, signed, with its bank account and its instalments."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import Application
from directory.models import Establishment
from edsh_portal import acts, asked, clock, money
from edsh_portal.access import fetch, has_role
from edsh_portal.forms import Form, ReasonForm, carried
from edsh_portal.lists import page_of
from edsh_portal.templatetags.portal import de
from edsh_portal.workflow import available

from .. import actions, ledger, panels, permissions
from ..forms.conventions import IbanForm, PrepareForm, RecoverForm, suggested
from ..forms.payments import PlanForm
from ..models import Convention, ConventionSignature, Grant, GrantShare, MemberChange, Posting
from ..models.consortium import members_of
from ..models.ledger import SEES_LEDGER
from .lapses import begins, lapsed
from .signing import file_page

PAGES = ("sign", "countersign", "rework")  # the steps of a convention that have a page of theirs
# What waits among the conventions: how the list is headed, and which they are.
PILES: dict[str, tuple[Any, Callable[[Any, Any], Any]]] = {
    "comptes": (
        gettext_lazy("Conventions dont le compte bancaire est à valider"),
        lambda rows, user: rows.with_account_to_validate(user),
    ),
    "signer": (
        gettext_lazy("Conventions à faire signer par l’État"),
        lambda rows, user: rows.filter(pk__in=panels.to_countersign().values("pk")),
    ),
    "accords": (
        gettext_lazy("Conventions dont l’accord de consortium est à valider"),
        lambda rows, user: rows.filter(share__grant__in=panels.agreements_to_validate(user).values("grant")),
    ),
    "avenants": (
        gettext_lazy("Conventions dont un avenant est à instruire"),
        lambda rows, user: rows.filter(share__grant__in=panels.amendments_to_instruct().values("grant")),
    ),
}
PREPARE, FIRST = (
    "preparer",
    10,
)  # the list of the shares without a convention, and how many of it stand before the conventions


@require_safe
def conventions(request: HttpRequest) -> HttpResponse:
    """The conventions this person sees; for who prepares them, the shares that have none yet."""
    rows = Convention.objects.visible_to(request.user).for_list().with_paid()
    prepares = permissions.can_prepare(request.user)
    pile = asked.choice(request, "pile", (*PILES, PREPARE) if prepares else ("comptes",))
    if pile in PILES:
        rows = PILES[pile][1](rows, request.user)
    waiting = GrantShare.objects.to_prepare() if prepares and pile not in PILES else GrantShare.objects.none()
    waiting = waiting.select_related("establishment", "line", "grant__application").order_by("pk")
    to_prepare = page_of(request, waiting) if pile == PREPARE else Paginator(waiting, FIRST).get_page(1)
    context = {
        "to_prepare": to_prepare,
        "caption": PILES[pile][0] if pile in PILES else "",
        "prepare": PREPARE,
        "pile": pile,
    }
    if pile != PREPARE:
        context["page"] = page_of(request, rows)
    return render(request, "funding/conventions.html", context)


@require_safe
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    user = request.user
    reads = Exists(Application.objects.visible_to(user).filter(pk=OuterRef("application_id")))
    rows: Any = Grant.objects.select_related("application", "start", "extension").annotate(reads=reads)
    row = fetch(rows, user, pk=pk)
    own = Exists(Convention.objects.visible_to(user).filter(share=OuterRef("pk")))
    shares = row.shares.with_paid().annotate(own=own).select_related("establishment", "line", "convention")
    context: dict[str, Any] = {"grant": row, "shares": (shares := shares.order_by("line_id", "pk"))}
    context["paid_cents"] = sum(share.paid_cents for share in shares)
    context["now_cents"] = sum(share.cents for share in shares)  # what amendments have left of what was decided
    context["reads"] = row.reads
    context["opens"] = has_role(user, *SEES_LEDGER)
    filed = list(row.agreements.select_related("document__scan_result", "filed_by", "decided_by").order_by("-pk"))
    roles = members_of(row)
    context |= {"agreements": filed, "needs_agreement": len(roles) > 1}
    standing = next((one for one in filed if one.state != "returned"), None)
    context["may_file"] = standing is None and row.state == "engaged" and permissions.can_file_agreement(user, row)
    context["may_decide"] = available(standing, user) if standing else ()
    context["standing"] = standing
    context |= begins(row, user, clock.civil(clock.of(request))) | lapsed(row, user)
    context["amendments"] = amendments = list(row.amendments.order_by("-number"))
    asks = row.state == "engaged" and permissions.can_ask_amendment(user, row)
    context["may_ask"] = asks and actions.may_be_amended(
        amendments, [share.convention.state if hasattr(share, "convention") else "" for share in shares]
    )
    context["members"] = _consortium(row, roles, shares, bool(amendments))
    return render(request, "funding/grant.html", context)


def _consortium(row: Grant, roles: dict[int, str], shares: Any, amended: bool) -> list[dict[str, Any]]:
    """Its members today, who coordinates first; then who has left. Each with what an amendment changed: the last is told."""
    said = dict[int, MemberChange]()
    if amended:
        said = {one.establishment_id: one for one in row.changes.select_related("amendment").order_by("pk")}
    places = {share.establishment_id: share.establishment for share in shares}
    if missing := {*roles, *said} - places.keys():
        places |= Establishment.objects.in_bulk(missing)
    found = [places[pk] for pk in {*roles, *said}]
    order = sorted(found, key=lambda one: (one.pk not in roles, roles.get(one.pk) != "coordinator", one.sort_key))
    return [{"place": one, "role": roles.get(one.pk, ""), "change": said.get(one.pk)} for one in order]


@require_safe
def convention(request: HttpRequest, pk: int) -> HttpResponse:
    reads = Exists(Grant.objects.visible_to(request.user).filter(pk=OuterRef("share__grant")))
    rows = Convention.objects.for_list().with_recovered().select_related("signed_by", "prepared_by", "document")
    row: Any = fetch(rows.annotate(reads=reads), request.user, pk=pk)
    instalments = list(row.instalments.order_by("number"))
    accounts = list(row.accounts.filter(replaced_at__isnull=True).select_related("proposed_by", "validated_by"))
    account = next((one for one in accounts if one.validated_at), None)
    pending = next((one for one in accounts if not one.validated_at), None)
    user = request.user
    runs = row.state == "signed" and row.share.grant.state == "engaged"
    context = {
        "convention": row, "instalments": instalments, "account": account, "pending": pending,
        **_signing(row, user),
        "paid_cents": sum(i.cents for i in instalments if i.state == "paid"),
        "left_cents": row.share.cents - sum(i.cents for i in instalments if i.state != "cancelled"),
        "whole_iban": permissions.can_see_iban(user), "may_propose": permissions.can_propose_iban(user, row),
        "may_validate": pending is not None and permissions.can_validate_iban(user, pending),
        "may_plan": runs and permissions.can_plan(user), "may_recover": _may_recover(user, row),
        "claims": row.claims.with_sums().order_by("number") if row.signed_at else (),
        "may_claim": runs and permissions.can_claim(user, row),
    }  # fmt: skip
    awaits = row.reads and row.state != "closed" and row.share.grant.state != "lapsed"
    context["missing"] = panels.before_payment(row.share.grant) if awaits else {}
    context |= lapsed(row.share.grant, user)
    context["opens"] = has_role(user, *SEES_LEDGER)
    recoveries = (
        Posting.objects.visible_to(user).filter(share=row.share, kind="recover", reversed_by=None).order_by("pk")
    )
    may_reverse = acts.may_propose(user, "ledger.reverse", row)
    context["recoveries"] = recoveries.annotate(cents=Sum("entries__cents")) if may_reverse else ()
    context |= {name: of(row, user) for name, of in panels.ON_CONVENTION.items()}
    return render(request, "funding/convention.html", context)


def _signing(row: Convention, user: Any) -> dict[str, Any]:
    """Where each signature stands, what waits, and what is missing before the first payment of the award."""
    signatures, copy = dict[str, ConventionSignature](), None
    if row.state == "sent":  # a copy counts for nothing until it is a signature, then the convention is agreed
        copy = row.copies.select_related("sent_by").order_by("-pk").first()
    elif row.state != "prepared":
        signatures = {one.party: one for one in row.signatures.select_related("by", "copy__document")}
    waits = acts.waiting(actions.SIGNATURE, row) if row.state == "agreed" else None
    now = [step for step in available(row, user) if step.name in PAGES and (step.name != "countersign" or waits)]
    if copy and not copy.examined_at:
        now = []
    return {
        "steps": now, "beneficiary": signatures.get("beneficiary"), "state": signatures.get("state"), "copy": copy, "waits": waits,
        "refused": actions.REFUSALS.get(copy.refusal, "") if copy else "",
        "may_propose_signature": row.state == "agreed" and waits is None and permissions.can_propose_signature(user, row),
        "may_read_act": waits is not None and acts.visible_to(user).filter(pk=waits.pk).exists(),
    }  # fmt: skip


def form_page(request: HttpRequest, form: Any, title: str, label: str, back: str, **more: Any) -> HttpResponse:
    context = {"form": form, "title": title, "label": label, "back": back, **more}
    return render(request, "funding/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def prepare_convention(request: HttpRequest, pk: int) -> HttpResponse:
    share = fetch(
        GrantShare.objects.select_related("establishment", "grant__application"),
        request.user,
        permissions.can_prepare,
        pk=pk,
    )
    form = PrepareForm(request.POST if request.method == "POST" else None, initial=suggested(share))
    made: list[Convention] = []
    if request.method == "POST" and carried(
        form, lambda d: made.append(actions.prepare_convention(share, **d, by=request.user))
    ):
        return redirect("funding:convention", made[0].pk)
    title = _("Préparer la convention %(name)s") % {"name": de(share.establishment)}
    return form_page(request, form, title, _("Préparer la convention"), reverse("funding:conventions"))


@require_http_methods(["GET", "HEAD", "POST"])
def propose_iban(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(Convention.objects.for_list(), request.user, permissions.can_propose_iban, pk=pk)
    initial = {"holder": row.share.establishment.name}
    posted = request.method == "POST"
    form = IbanForm(request.POST if posted else None, request.FILES if posted else None, initial=initial)

    def propose(data: dict[str, Any]) -> None:
        file = data.pop("file")
        actions.propose_iban(row, **data, content=file.read(), name=file.name, by=request.user)

    if posted and carried(form, propose):
        messages.success(request, _("Le compte est enregistré : une seconde personne doit le valider."))
        return redirect("funding:convention", pk)
    title = _("Compte bancaire %(name)s") % {"name": de(row.share.establishment)}
    return form_page(request, form, title, _("Proposer ce compte"), reverse("funding:convention", args=[pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def validate_iban(request: HttpRequest, pk: int, account: int) -> HttpResponse:
    row = fetch(Convention.objects.for_list(), request.user, pk=pk)
    of = get_object_or_404(row.accounts.select_related("proposed_by", "document__scan_result"), pk=account)
    if not permissions.can_validate_iban(request.user, of):
        raise PermissionDenied
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.validate_iban(of, by=request.user)):
        messages.success(request, _("Le compte bancaire est validé."))
        return redirect("funding:convention", pk)
    legal_name = row.share.establishment.name
    context = {"convention": row, "account": of, "form": form, "legal_name": legal_name}
    context |= {"same": actions.same_holder(of.holder, legal_name), "act": acts.waiting("iban.validate", of)}
    return render(request, "funding/validate_iban.html", context, status=422 if form.errors else 200)


@require_safe
def iban_file(request: HttpRequest, pk: int, account: int) -> HttpResponse:
    """The bank's file, for who validates and who proposed it."""
    row = fetch(Convention.objects.for_list(), request.user, pk=pk)
    of = get_object_or_404(row.accounts.select_related("document__scan_result"), pk=account)
    if not permissions.can_read_rib(request.user, of):
        raise PermissionDenied
    back = reverse("funding:convention", args=[pk])
    return file_page(request, of.document, _("Relevé d’identité bancaire"), row.share.establishment, back)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_instalment(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(Convention.objects.for_list(), request.user, permissions.can_plan, pk=pk)
    initial: dict[str, Any] = {"year": ledger.fiscal_year(clock.now())}
    final = actions.final_claim(row)
    if final is not None:
        left = max(0, actions.balance_left(row, final))
        initial |= {"kind": "balance", "cents": left, "evidence": _("État final des dépenses accepté")}
    form = PlanForm(request.POST if request.method == "POST" else None, initial=initial, convention=row)
    if request.method == "POST" and carried(form, lambda data: actions.plan_instalment(row, **data, by=request.user)):
        messages.success(request, _("Le versement est prévu : il attend la certification du service fait."))
        return redirect("funding:convention", pk)
    title = _("Prévoir un versement à %(name)s") % {"name": row.share.establishment}
    hint = _("Convention : %(cents)s.") % {"cents": money.display(row.share.cents)}
    return form_page(
        request, form, title, _("Prévoir le versement"), reverse("funding:convention", args=[pk]), hint=hint
    )


@require_http_methods(["GET", "HEAD", "POST"])
def recover(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes a recovery order: the orderer approves."""
    row = fetch(Convention.objects.for_list(), request.user, _may_recover, pk=pk)
    final = actions.final_claim(row)
    back_cents = max(0, -actions.balance_left(row, final)) if final is not None else 0
    initial = {"cents": back_cents, "ground": "term"} if back_cents else {}
    form = RecoverForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and carried(
        form, lambda data: actions.propose_recovery(row.share, **data, by=request.user)
    ):
        messages.success(request, _("Le titre de reversement est proposé : l’ordonnateur doit l’approuver."))
        return redirect("funding:convention", pk)
    title = _("Titre de reversement : %(name)s") % {"name": row.share.establishment}
    hint = _(
        "Ce titre ne rend disponibles ni autorisations d’engagement ni crédits de paiement. "
        "L’ordonnateur l’approuve ou le renvoie."
    )
    return form_page(request, form, title, _("Proposer le titre"), reverse("funding:convention", args=[pk]), hint=hint)


def _may_recover(user: Any, convention: Convention) -> bool:
    return acts.may_propose(user, "recovery.issue", convention)


@require_http_methods(["GET", "HEAD", "POST"])
def reverse_recovery(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes the reversal of a recovery order that was wrong; `pk`: its posting."""
    posting = fetch(Posting.objects.select_related("share__convention"), request.user, _may_reverse, pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    back = reverse("funding:convention", args=[posting.share.convention.pk])
    if request.method == "POST" and carried(
        form, lambda data: actions.propose_reversal(posting, **data, by=request.user)
    ):
        messages.success(request, _("La contre-passation est proposée : une autre personne doit l’approuver."))
        return redirect(back)
    title = _("Contre-passer le titre de reversement")
    hint = _(
        "Une écriture ne s’efface pas : la contre-passation inscrit l’écriture inverse, une "
        "seule fois, dans le même exercice."
    )
    return form_page(request, form, title, _("Proposer la contre-passation"), back, hint=hint)


def _may_reverse(user: Any, posting: Posting) -> bool:
    return posting.kind == "recover" and acts.may_propose(user, "ledger.reverse", posting)
