"""Writing together: what a page of the dossier carries for it, saves and news in one exchange, two texts that met, history."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from directory.models import User
from edsh_portal import clock
from edsh_portal.workflow import Refused

from .. import actions, permissions
from ..actions.sections import SECTIONS
from ..fields import Place, place
from ..forms import ClashForm, Form, HandForm, ProgressForm, Written, carried
from ..merge import merge
from ..models import Answer, Application, Clash, Presence, SectionHold
from ..questions import BY_SLUG
from .found import the_dossier

HERE = timedelta(seconds=30)  # how long a person seen in a section is said to be there
MOST_SAVES = 50
MOST_KEYS = 500
TWO_TEXTS = _lazy("Quelqu’un a écrit en même temps que vous : les deux textes sont ci-dessous, choisissez.")


def moment(at: datetime) -> str:
    """« 11:58:02 », in Paris."""
    return f"{at.astimezone(clock.PARIS):%H:%M:%S}"


# ── what a page carries ──────────────────────────────────────────────────────────────────────────────────────────────
def together(form: Written, application: Application, user: Any, keys: dict[str, str], page: str) -> Written:
    """Gives the form its keys and versions ({field: key}), the texts that met on them, and where its page lives."""
    held = {
        answer.key: answer
        for answer in application.answers.filter(key__in=keys.values()).latest_of_each().select_related("by")
    }
    form.carry(keys, {key: answer.version for key, answer in held.items()})
    last = max(held.values(), key=lambda answer: answer.at, default=None)
    form.writing = {
        "sync": reverse("applications:sync", args=[application.reference]),
        "reference": application.reference,
        "person": user.pk,
        "page": page,
        "known": _last_known(application),
        "last": last,
        "last_at": moment(last.at) if last else "",
        "clashes": cards(application, user, list(keys.values())),
        "section": _section_panel(application, user, page) if page in SECTIONS else None,
        "history": [
            (form.fields[name].label, key) for name, key in keys.items() if name in form.fields and key in held
        ],
    }
    return form


def _section_panel(application: Application, user: Any, section: str) -> dict[str, Any]:
    """How far the section is and who holds it, with the forms that say otherwise."""
    hold = application.holds.filter(section=section).select_related("person", "membership__establishment").first()
    return {
        "name": section,
        "hold": hold,
        "progress": hold.progress if hold else "todo",
        "choices": SectionHold.Progress.choices,
        "hands": permissions.can_edit(user, application),
    }


def _held_by(hold: SectionHold | None) -> str:
    """The value of HandForm.to that says who holds it now."""
    if hold is None or (hold.person_id is None and hold.membership_id is None):
        return ""
    return f"p{hold.person_id}" if hold.person_id else f"m{hold.membership_id}"


def hands_to(application: Application) -> list[tuple[str, str]]:
    """Those a section may be handed to: the coordinator's people, then the partners that accepted."""
    people = User.objects.filter(
        affiliations__establishment=application.coordinator_id,
        affiliations__ended_at__isnull=True,
        affiliations__kind__in=permissions.WRITES,
    )
    partners = application.memberships.filter(role="partner", state="accepted").select_related("establishment")
    return [
        ("", _("Personne en particulier")),
        *((f"p{person.pk}", person.full_name) for person in people.distinct().order_by("full_name")),
        *((f"m{member.pk}", member.establishment.name) for member in partners.order_by("pk")),
    ]


def met(application: Application, user: Any, keys: dict[str, str]) -> bool:
    """Whether this person's texts are waiting beside others on these keys."""
    return application.clashes.filter(by=user, key__in=keys.values(), settled_at__isnull=True).exists()


def _last_known(application: Application) -> int:
    if "known" in application.__dict__:  # annotated by the_dossier
        return application.__dict__["known"] or 0
    return application.answers.order_by("-pk").values_list("pk", flat=True).first() or 0


def cards(application: Application, user: Any, keys: list[str]) -> list[dict[str, Any]]:
    """The open pairs of these fields that this person may settle, as _clash.html draws them: always both texts."""
    waiting = (
        application.clashes.filter(key__in=keys, settled_at__isnull=True)
        .select_related("kept__by", "over__by")
        .order_by("pk")
    )
    found = [(clash, place(clash.key)) for clash in waiting]
    allowed = [
        (clash, where)
        for clash, where in found
        if permissions.can_edit_field(user, application, where.section, where.row, where.name)
    ]
    held = (
        {
            answer.key: answer
            for answer in application.answers.filter(key__in=[c.key for c, _w in allowed])
            .latest_of_each()
            .select_related("by")
        }
        if allowed
        else {}
    )
    return [_card(application, clash, where, held.get(clash.key, clash.over)) for clash, where in allowed]


def _card(application: Application, clash: Clash, where: Place, current: Answer) -> dict[str, Any]:
    base = ""
    if where.field.long and clash.kept.read_version:
        base = (
            application.answers.filter(key=clash.key, version=clash.kept.read_version)
            .values_list("text", flat=True)
            .first()
            or ""
        )
    return {
        "clash": clash,
        "reference": application.reference,
        "label": where.field.label,
        "long": where.field.long,
        "theirs": where.field.shown(current.text),
        "theirs_by": current.by,
        "theirs_at": moment(current.at),
        "mine": where.field.shown(clash.kept.text),
        "mine_by": clash.kept.by,
        "mine_at": moment(clash.kept.at),
        "over": current.version,
        "merged": merge(base, current.text, clash.kept.text) if where.field.long else "",
    }


# ── one exchange: saves in, news out ─────────────────────────────────────────────────────────────────────────────────
@require_POST
def sync(request: HttpRequest, reference: str) -> HttpResponse:
    """Takes what was typed and says, field by field, what became of it; then what the others wrote, and who is here."""
    application = the_dossier(request, reference, permissions.can_attend)
    asked = _asked(request)
    if asked is None:
        return JsonResponse(
            {"sentence": _("La page a envoyé un message que le portail ne comprend pas : rechargez-la.")}, status=422
        )
    saved = [_save(request, application, save) for save in asked["saves"]]
    actions.attend(application, asked["place"], by=request.user)
    return JsonResponse({"saved": saved, **_news(request, application, asked)})


sync.unlogged = True  # type: ignore[attr-defined]  # every few seconds of an open page: the page itself was logged


def _asked(request: HttpRequest) -> dict[str, Any] | None:
    """The body, if it is what our own page sends: {place, known, keys: [str], saves: [{key, text, read, id}]}."""
    try:
        body = json.loads(request.body)
        saves = [
            {
                "key": str(one["key"]),
                "raw": _string(one["text"]),
                "read_version": _count(one["read"]),
                "save_id": UUID(one["id"]),
            }
            for one in body["saves"]
        ]
        asked = {
            "place": _string(body["place"]).replace("\x00", ""),
            "known": _count(body["known"]),
            "keys": [_string(key) for key in body["keys"]],
            "saves": saves,
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return asked if len(saves) <= MOST_SAVES and len(asked["keys"]) <= MOST_KEYS else None


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < 2**31:
        raise TypeError
    return value


def _save(request: HttpRequest, application: Application, save: dict[str, Any]) -> dict[str, Any]:
    """One save and what became of it: saved, aside, refused (with the sentence)."""
    said: dict[str, Any] = {"key": save["key"], "id": str(save["save_id"])}
    try:
        answer, _clash = actions.save_field(application, **save, by=request.user)
    except Refused as refused:
        return said | {"status": "refused", "code": refused.code, "sentence": refused.message}
    except PermissionDenied:
        return said | {
            "status": "refused",
            "code": "403",
            "sentence": _("Cette rubrique ne vous est plus ouverte : votre texte reste dans ce navigateur."),
        }
    if answer is None:
        return said | {"status": "saved", "version": 0, "at": moment(clock.now())}
    return said | {"status": "aside" if answer.aside else "saved", "version": answer.version, "at": moment(answer.at)}


def _news(request: HttpRequest, application: Application, asked: dict[str, Any]) -> dict[str, Any]:
    """What was put in place since `known`, the cards of the page's fields, and who else is in the dossier."""
    fresh = list(application.answers.filter(pk__gt=asked["known"]).select_related("by").order_by("pk"))
    changes = [
        {
            "key": row.key,
            "version": row.version,
            "text": row.text,
            "who": row.by.full_name,
            "mine": row.by_id == request.user.pk,
            "at": moment(row.at),
        }
        for row in fresh
        if not row.aside
    ]
    shown = cards(application, request.user, asked["keys"])
    return {
        "known": fresh[-1].pk if fresh else asked["known"],
        "changes": changes,
        "clashes": {
            card["clash"].pk: render_to_string("applications/_clash.html", {"card": card}, request) for card in shown
        },
        "present": [{"who": one.user.full_name, "place": one.place} for one in present(application, request.user)],
        "person": request.user.pk,
    }


def present(application: Application, user: Any) -> QuerySet[Presence]:
    """The others who are in the dossier now, by the machine's clock."""
    seen = application.presences.filter(seen_at__gt=timezone.now() - HERE).exclude(user=user)
    return seen.select_related("user").order_by("user__full_name")


# ── two texts that met ───────────────────────────────────────────────────────────────────────────────────────────────
@require_POST
def settle_clash(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Keeps the text in place, the other, or what the person made of both; meeting a newer text, shows both again."""
    application = the_dossier(request, reference, permissions.can_attend)
    clash = get_object_or_404(application.clashes.select_related("kept"), pk=pk)
    clash.application = application
    form = ClashForm(request.POST)
    if not carried(form, lambda data: _settled(application, clash, data, request.user)):
        return _unsettled(request, application, clash, form)
    if met(application, request.user, {"": clash.key}):
        messages.warning(request, _("Le texte a encore changé entre-temps : les deux textes sont ci-dessous."))
    else:
        messages.success(request, _("Le texte choisi est enregistré ; l’autre reste dans l’historique."))
    return redirect(page_of(application, clash.key))


def _unsettled(request: HttpRequest, application: Application, clash: Clash, form: ClashForm) -> HttpResponse:
    """Refused (too long, closed): the same two texts, and what was typed of both."""
    shown = [card for card in cards(application, request.user, [clash.key]) if card["clash"].pk == clash.pk]
    for card in shown:
        card["merged"] = form.data.get("text", card["merged"])
    context = {"application": application, "cards": shown, "form": form, "page": page_of(application, clash.key)}
    return render(request, "applications/clash.html", context, status=422)


def _settled(application: Application, clash: Clash, data: dict[str, Any], by: Any) -> None:
    if data["choice"] == "theirs":
        actions.settle_clash(clash, by=by)
        return
    text = clash.kept.text if data["choice"] == "mine" else data["text"]
    actions.save_field(application, clash.key, text, read_version=data["over"], settling=clash, by=by)


def page_of(application: Application, key: str) -> str:
    """The page where the field of this key is written."""
    where = place(key)
    match where.section:
        case "answers":
            return reverse("applications:answer", args=[application.reference, where.name])
        case "identity":
            return reverse("applications:identity", args=[application.reference])
        case "projects":
            return reverse("applications:project", args=[application.reference, where.row])
        case "perimeters":
            return reverse("applications:perimeter", args=[application.reference, where.row])
    return reverse("applications:work", args=[application.reference, where.row])


# ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_safe
def history(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """Every text of a field, the latest first, each with what it changes in the one before it."""
    application, where = _the_field(request, reference, key)
    rows = list(application.answers.filter(key=key).select_related("by").order_by("-version")[:200])
    texts = {row.version: row.text for row in rows}
    current = next((row for row in rows if not row.aside), None)
    shown = [
        {
            "row": row,
            "text": where.field.shown(row.text),
            "before": where.field.shown(texts.get(row.read_version, "")),
            "at": row.at,
            "current": row == current,
        }
        for row in rows
    ]
    context = {
        "application": application,
        "where": where,
        "rows": shown,
        "current": current,
        "page": page_of(application, key),
        "title": BY_SLUG[where.name].title if where.section == "answers" else where.field.label,
        "edits": permissions.can_edit_field(request.user, application, where.section, where.row, where.name),
    }
    return render(request, "applications/history.html", context)


@require_POST
def restore(request: HttpRequest, reference: str, key: str, version: int) -> HttpResponse:
    application, _where = _the_field(request, reference, key)
    answer = get_object_or_404(application.answers, key=key, version=version)
    answer.application = application
    current = application.answers.filter(key=key, aside=False).order_by("-version").first()
    actions.restore(answer, read_version=current.version if current else 0, by=request.user)
    messages.success(request, _("Le texte de la version %(n)s est de nouveau en place.") % {"n": version})
    return redirect(page_of(application, key))


def _the_field(request: HttpRequest, reference: str, key: str) -> tuple[Application, Place]:
    application = the_dossier(request, reference, permissions.can_read_draft)
    try:
        return application, place(key)
    except Refused:
        raise Http404 from None


# ── sections ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_safe
def sections(request: HttpRequest, reference: str) -> HttpResponse:
    """Who writes what: every section, how far it is, who it was handed to."""
    application = the_dossier(request, reference, permissions.can_edit)
    held = {hold.section: hold for hold in application.holds.all()}
    rows = [
        {
            "section": section,
            "label": section_label(section),
            "page": _section_page(application, section),
            "progress": held[section].progress if section in held else "todo",
            "held_by": _held_by(held.get(section)),
        }
        for section in SECTIONS
    ]
    context = {"application": application, "rows": rows, "to": hands_to(application)}
    return render(request, "applications/sections.html", context)


def section_label(section: str) -> str:
    """What a section is called, wherever it is named."""
    if section.startswith("answers."):
        return BY_SLUG[section.removeprefix("answers.")].title
    return {
        "identity": _("Identité du projet"),
        "projects": _("Projets de recherche et d’innovation"),
        "perimeters": _("Périmètres pour le Health Data Hub"),
    }[section]


@require_POST
def mark_section(request: HttpRequest, reference: str, section: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section(section))
    form = ProgressForm(request.POST)
    if carried(form, lambda data: actions.mark_section(application, section, data["progress"], by=request.user)):
        messages.success(request, _("État de la rubrique enregistré."))
    return _told(request, form, _section_page(application, section))


@require_POST
def hand_section(request: HttpRequest, reference: str, section: str) -> HttpResponse:
    """To a colleague (`p` and their number), a partner (`m` and its number), or to nobody in particular."""
    application = the_dossier(request, reference, permissions.can_edit)
    form = HandForm(request.POST, choices=hands_to(application))
    if carried(form, lambda data: _handed(application, section, data["to"], request.user)):
        messages.success(request, _("La rubrique est confiée."))
    return _told(request, form, reverse("applications:sections", args=[reference]))


def _handed(application: Application, section: str, to: str, by: Any) -> None:
    person = User.objects.get(pk=int(to[1:])) if to.startswith("p") else None
    membership = application.memberships.get(pk=int(to[1:])) if to.startswith("m") else None
    actions.hand_section(application, section, person=person, membership=membership, by=by)


def _told(request: HttpRequest, form: Form, page: str) -> HttpResponse:
    """Back to the page of the section, with what was refused said above it."""
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, error)
    return redirect(page)


def _section_page(application: Application, section: str) -> str:
    if section in ("projects", "perimeters"):
        return reverse(f"applications:{section}", args=[application.reference])
    return page_of(application, section if section.startswith("answers.") else "identity.title")
