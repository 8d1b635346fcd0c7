"""What a page of fields written together carries: keys and versions, the texts that met, who holds its section, where it leads."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from edsh_portal.writing import moment

from .. import permissions
from ..actions.sections import SECTIONS
from ..content.fields import SECTIONS as FIELDS
from ..content.fields import TERMS, Place, place
from ..content.merge import merge
from ..forms.dossier import Written
from ..models import Answer, Application, Clash, Indicator, SectionOwner

TWO_TEXTS = _lazy("Quelqu’un a écrit en même temps que vous : les deux textes sont ci-dessous, choisissez.")


def named(keys: list[str]) -> Q:
    """Rows whose `key` is one of these, or begins with one that ends with a dot (the cells of a grid)."""
    found = Q(key__in=[key for key in keys if not key.endswith(".")])
    for stem in keys:
        if stem.endswith("."):
            found |= Q(key__startswith=stem)
    return found


def together(form: Written, application: Application, user: Any, keys: Mapping[str, str], page: str) -> Written:
    """Gives the form its keys and versions ({field: key}), the texts that met on them, and where its page lives."""
    held = _find_answers(application, list(keys.values()))
    form.carry(keys, {key: answer.version for key, answer in held.items()})
    close(form, application, {name: place(key).part for name, key in keys.items() if name in form.fields})
    listed = [(form.fields[name].label, key) for name, key in keys.items() if name in form.fields and key in held]
    form.writing = _writing(application, user, list(keys.values()), held, page) | {"history": listed}
    if len(keys) == 1:
        form.writing["only_key"] = next(iter(keys.values()))
    if form.is_bound:
        unwritten = {key: place(key).field.text(form.initial.get(name)) for name, key in keys.items()}
        form.writing |= _as_read(application, form, held, unwritten)
    return form


def typed(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def grid_together(form: Written, application: Application, user: Any, stem: str, page: str) -> Written:
    """The same for a grid: the key of a cell is `stem` and its name; its history is listed once it has changed."""
    held = _find_answers(application, [stem])
    form.carry_grid({key: answer.version for key, answer in held.items()})
    section, _dot, row = stem.removesuffix(".").partition(".")
    part = f"budget.{row}" if section == "budget" else FIELDS[section].part
    close(form, application, {name: part for name in form.fields if name != "reads"})
    changed = sorted(key for key, answer in held.items() if answer.version > 1)
    listed = [(place(key).field.label, key) for key in changed]
    form.writing = _writing(application, user, [stem], held, page) | {"history": listed, "stem": stem}
    if form.is_bound:
        cells = {f"{stem}{name}": value for name, value in form.initial.items() if name != "reads" and value}
        unwritten = {key: place(key).field.text(value) for key, value in cells.items()}
        form.writing |= _as_read(application, form, held, unwritten)
    return form


def _as_read(
    application: Application, form: Written, held: Mapping[str, Answer], unwritten: Mapping[str, str]
) -> dict[str, Any]:
    """For a form that comes back refused: `held`, {key: text} that its page had shown before it was typed in, as JSON; and
    `known`, so that whatever others have put in place since then is told as news. What was typed is on the form.

    `unwritten` {key: text in its column}, for the fields that have no history yet.
    """
    read = form.posted_reads()
    late = [answer for key, answer in held.items() if answer.version > read.get(key, answer.version)]
    texts = dict(unwritten) | {key: answer.text for key, answer in held.items()}
    if not late:
        return {"held": json.dumps(texts)}
    seen = application.answers.filter(key__in=[answer.key for answer in late]).values_list("key", "version", "text")
    shown = {(key, version): text for key, version, text in seen}
    texts |= {answer.key: shown.get((answer.key, read[answer.key]), "") for answer in late}
    return {"held": json.dumps(texts), "known": min(answer.pk for answer in late) - 1}


def close(form: Written, application: Application, parts: Mapping[str, str]) -> None:
    """Closes the fields ({field: its part of the dossier}) that neither the wave nor a request for complements leaves open."""
    at = application.now
    opened = {part: permissions.is_open(application, part, at) for part in {*parts.values()}}
    form.asked_until = permissions.reopened_until(application, at)
    why = _("Non demandé") if form.asked_until else _("La relève est close")
    form.close([name for name, part in parts.items() if not opened[part]], why)


def _find_answers(application: Application, keys: list[str]) -> dict[str, Answer]:
    rows = application.answers.filter(named(keys)).latest_of_each().select_related("by")
    return {answer.key: answer for answer in rows}


def _writing(
    application: Application, user: Any, keys: list[str], held: Mapping[str, Answer], page: str
) -> dict[str, Any]:
    last = max(held.values(), key=lambda answer: answer.at, default=None)
    return {
        "sync": reverse("applications:sync", args=[application.reference]),
        "reference": application.reference,
        "person": user.pk,
        "page": page,
        "known": _last_known(application),
        "last": last,
        "clashes": cards(application, user, keys),
        "section": _section_panel(application, user, page) if page in SECTIONS else None,
    }


def _section_panel(application: Application, user: Any, section: str) -> dict[str, Any]:
    """How far the section is and who holds it, with the forms that say otherwise."""
    owner = (
        application.section_owners.filter(section=section).select_related("person", "membership__establishment").first()
    )
    return {
        "name": section,
        "owner": owner,
        "progress": owner.progress if owner else "todo",
        "choices": [("todo", _("Automatique")), *SectionOwner.Progress.choices[1:]],
        "hands": permissions.can_edit(user, application),
    }


def _last_known(application: Application) -> int:
    if hasattr(application, "known"):  # annotated by the_dossier
        return application.known or 0
    return application.answers.order_by("-pk").values_list("pk", flat=True).first() or 0


def met(application: Application, user: Any, keys: list[str]) -> bool:
    """Whether this person's texts are waiting beside others on these keys."""
    return application.clashes.filter(named(keys), by=user, settled_at__isnull=True).exists()


def saved(request: HttpRequest, application: Application, keys: list[str], page: str, *args: Any) -> HttpResponse:
    """On to the next page; back to the one that was written when a text met another's."""
    waiting = application.clashes.filter(named(keys), by=request.user.pk, settled_at__isnull=True) if keys else None
    clash = waiting.order_by("pk").first() if waiting is not None else None
    if clash is not None:
        messages.warning(request, TWO_TEXTS)
        return redirect(page_of(application, clash.key))
    messages.success(request, _("Enregistré."))
    return redirect(f"applications:{page}", application.reference, *args)


def cards(application: Application, user: Any, keys: list[str]) -> list[dict[str, Any]]:
    """The open pairs of these fields that this person may settle, as _clash.html draws them: always both texts."""
    waiting = (
        application.clashes.filter(named(keys), settled_at__isnull=True)
        .select_related("kept__by", "over__by")
        .order_by("pk")
    )
    found = [(clash, place(clash.key)) for clash in waiting]
    allowed = [(clash, where) for clash, where in found if permissions.can_edit_field(user, application, where)]
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
    return [
        _card(application, clash, where, held.get(clash.key, clash.over)) | {"own": clash.by_id == user.pk}
        for clash, where in allowed
    ]


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
        "pk": clash.pk,
        "key": clash.key,
        "by_pk": clash.by_id,
        "stamp": clash.kept_id,
        "action": reverse("applications:settle_clash", args=[application.reference, clash.pk]),
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


# ── where the field of a key is written ──────────────────────────────────────────────────────────────────────────────
PAGES = {
    "projects": "project",
    "perimeters": "perimeter",
    "packages": "work_package",
    "warehouses": "warehouse",
    "matchings": "matching",
    "functions": "function",
    "socle": "socle",
    "members": "work",
    "milestones": "milestone",
    "deliverables": "deliverable",
}


def page_of(application: Application, key: str) -> str:
    """The page where the field of this key is written."""
    where = place(key)
    args: list[Any]
    match where.section:
        case "answers":
            page, args = "answer", [where.name]
        case "identity" | "governance" as own:
            page, args = own, []
        case "budget" if where.name in TERMS:
            page, args = "regime", [where.row]
        case "budget":
            page, args = "budget", [where.row]
        case "indicators":
            project = Indicator.objects.filter(pk=int(where.row or 0)).values_list("project", flat=True).first()
            page, args = ("indicator", [project, where.row]) if project else ("projects", [])
        case section:
            page, args = PAGES[section], [where.row]
    return reverse(f"applications:{page}", args=[application.reference, *args])
