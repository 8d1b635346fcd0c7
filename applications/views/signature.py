"""Who signs: what each member commits, its mandate, the signature asked, the dossier sent back, what has changed since read."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from calls.pieces import LETTER
from edsh_portal.forms import carried
from edsh_portal.once import repeatable
from edsh_portal.templatetags.portal import de
from edsh_portal.workflow import Refused

from .. import actions, permissions, rules
from ..content import freeze
from ..content.differences import differences
from ..forms.signature import AskForm, MandateForm, MandateWithdrawalForm, ReturnForm
from ..models import Application, Mandate, Membership
from ..models.deposit import notified_in_space
from ..shapes import duties
from . import tasks
from .found import the_dossier, the_member


def checked(user: Any, application: Application, reading: freeze.Reading) -> dict[str, Any]:
    """A dossier found with what was « handed », as who checks, signs or has it signed reads it: what it asks for, what each
    rule says, the tasks that no rule tells of."""
    content, at = reading.content, application.now
    live = permissions.is_live(application, at)
    return {
        "application": application,
        "content": content,
        "told": reading.told,
        "unfinished": tasks.unfinished(application, reading, user) if live else [],
        "left_cents": content["totals"]["expenses_cents"] - content["totals"]["aid_cents"],
        "at": at,
        "open": at < application.wave.closes_at,
        "live": live,
        "writes": permissions.can_attend(user, application),
        "may_edit": permissions.can_edit(user, application) and live,
    }


def engaged(user: Any, application: Application, reading: freeze.Reading) -> dict[str, Any]:
    """What the deposit commits: each member's amounts and mandate, the duties, what is not as this person last read it."""
    given = {
        mandate.membership_id: mandate
        for mandate in Mandate.objects.filter(membership__application=application)
        .select_related("given_by", "delegation")
        .order_by("pk")
    }
    rows = [
        {"member": member, "mandate": given.get(member.membership) if member.mandate else None}
        | _mandate_state(reading.facts, member)
        for member in reading.facts.members
    ]
    return {
        "engaged": rows,
        "duties": [*duties.duties(reading.content), *_notification(application)],
        **_since(user, application, reading.content),
    }


def _notification(application: Application) -> list[duties.Duty]:
    """Where the call asks nothing about it, the deposit itself accepts electronic notification."""
    return [] if application.wave.settings.consent else [duties.notification()]


def _mandate_state(facts: rules.Dossier, member: rules.Member) -> dict[str, bool]:
    return {
        "letter": (LETTER, member.name) in facts.pieces,
        "covered": member.mandate is not None and member.mandate.covers(member.pledge),
    }


def _since(user: Any, application: Application, content: dict[str, Any]) -> dict[str, Any]:
    """What has changed since this person last read the dossier, by marking it or by depositing it; else since the deposit."""
    read = application.dossier_readings.filter(user=user).first()
    version = application.version
    if read and not (version and version.submitted_by_id == user.pk and version.submitted_at > read.at):
        return {"read_at": read.at, "changes": differences(read.content, content)}
    return {"changes": differences(version.content, content) if version else None}


@require_http_methods(["GET", "HEAD", "POST"])
def mandate(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """What one partner commits, and its mandate; every writer of the dossier reads it, who represents the partner gives it."""
    posting = request.method == "POST"
    member = the_member(
        request, reference, pk, permissions.can_give_mandate if posting else permissions.can_read_member
    )
    form = MandateForm(request.POST if posting else None)
    if posting and carried(form, lambda _data: actions.give_mandate(member, read=form.read(), by=request.user)):
        messages.success(request, _("Le mandat %(name)s est enregistré.") % {"name": de(member.establishment.name)})
        return redirect("applications:mandate", reference, pk)
    return render(
        request,
        "applications/mandate.html",
        _mandate_page(request.user, member) | {"mandate_form": form},
        status=422 if form.errors else 200,
    )


def _mandate_page(user: Any, member: Membership) -> dict[str, Any]:
    application = member.application
    content = freeze.content(application)
    facts = rules.read(content)
    held = next(one for one in facts.members if one.membership == member.pk)
    return {
        "application": application,
        "membership": member,
        "member": held,
        "amounts": vars(held.pledge),
        "others_cents": held.public_cents + held.other_cents,
        "duties": duties.duties(content),
        "pieces": [piece for piece in content["pieces"] if piece["member"] == held.name],
        "warehouses": [node for node in content["warehouses"] if node["member"] == held.name],
        "given": member.mandates.select_related("given_by", "delegation", "withdrawal__by").order_by("-pk"),
        "may": permissions.can_give_mandate(user, member),
        "joins": permissions.can_edit_member(user, member)
        and application.wave.settings.pieces.filter(code=LETTER, per_member=True).exists(),
        "letter_code": LETTER,
        **_mandate_state(facts, held),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_mandate(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    member = the_member(request, reference, pk, permissions.can_give_mandate)
    form = MandateWithdrawalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(
        form, lambda data: actions.withdraw_mandate(member, **data, by=request.user)
    ):
        messages.success(request, _("Le mandat %(name)s est retiré.") % {"name": de(member.establishment.name)})
        return redirect("applications:mandate", reference, pk)
    context = {"application": member.application, "membership": member, "form": form}
    return render(request, "applications/withdraw_mandate.html", context, status=422 if form.errors else 200)


def notified(application: Application) -> dict[str, Any] | None:
    """How decisions reach a dossier found with what was « notified »: {here, at, by} (of the agreement withdrawn); None of what was never
    deposited."""
    held = application.notified
    if held is None:
        return None
    here = notified_in_space(application.wave.settings.consent, held["electronic"], held["at"] is not None)
    return held | {"here": here, "at": held["at"] and datetime.fromisoformat(held["at"])}


def pending(application: Application) -> dict[str, Any] | None:
    """The signature asked, or the remarks to answer, of a dossier found with its « signature »; None when neither is left."""
    held = application.signature
    if held is None or held["state"] == "signed" or application.state not in permissions.OPEN_STATES:
        return None
    told = held | {name: datetime.fromisoformat(held[name]) for name in ("asked_at", "closed_at") if held[name]}
    deposited = application.submitted_at
    settled = told["state"] == "returned" and deposited is not None and deposited > told["closed_at"]
    return None if settled else told


@require_http_methods(["GET", "HEAD", "POST"])
def ask_signature(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_edit, "handed")
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(
        form, lambda data: actions.ask_signature(application, **data, by=request.user)
    ):
        messages.success(request, _("La signature est demandée."))
        return redirect("applications:dossier", reference)
    context = checked(request.user, application, freeze.read(application, application.now)) | {"form": form}
    return render(request, "applications/ask_signature.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def return_dossier(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_return)
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(
        form, lambda data: actions.return_dossier(application, **data, by=request.user)
    ):
        messages.success(request, _("Le dossier est renvoyé à ses rédacteurs, avec vos remarques."))
        return redirect("applications:dossier", reference)
    context = {"application": application, "form": form}
    return render(request, "applications/return_dossier.html", context, status=422 if form.errors else 200)


@repeatable
@require_POST
def mark_dossier_read(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_return)
    try:
        actions.mark_dossier_read(application, read=request.POST.get("read", ""), by=request.user)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Lecture enregistrée : cette page montrera les changements à venir."))
    return redirect("applications:submit", reference)
