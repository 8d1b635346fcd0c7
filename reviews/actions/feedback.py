"""Verbs of what comes back to the applicant: begun from the comments, written in versions, flagged, proposed; approved by the chair."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from edsh_portal import acts, pdf
from edsh_portal.changes import over
from edsh_portal.events import record
from edsh_portal.models import Act, Document
from edsh_portal.workflow import Refused, Step, move, portal_only, steps
from edsh_portal.writing import Save

from .. import around, permissions, traces
from ..models import OVERALL, Consensus, Feedback, FeedbackText, Harmless, Score, Session
from .locks import lock_rows

APPROVAL = "feedback.approve"
MOST_TEXT = 8000
BETWEEN = "\n\n"  # what several experts said; and two texts that met

FEEDBACK_STEPS = steps(
    "feedback",
    Feedback,
    [
        Step("begin", ("",), "draft", lambda user, held: permissions.can_write_feedback(user, held.application), gettext_lazy("Commencer")),
        Step("propose", ("draft",), "proposed", lambda user, held: permissions.can_write_feedback(user, held.application), gettext_lazy("Proposer à la présidence")),
        Step("approve", ("proposed",), "approved", permissions.can_approve_feedback, gettext_lazy("Approuver")),
        Step("return", ("proposed",), "draft", portal_only, gettext_lazy("Renvoyer"), reason=True),
    ],
)  # fmt: skip


def titles(application: Application) -> dict[int, str]:
    """{number: what its text is about}, in the order of the grid, the text over all last."""
    criteria = application.wave.settings.criteria.order_by("number")
    return {**{one.number: str(one) for one in criteria}, OVERALL: str(_("Appréciation d’ensemble"))}


@transaction.atomic
def begin_feedback(application: Application, *, by: Any, at: datetime | None = None) -> Feedback:
    """Once the jury has closed its session: each text begins as the comments of the counted reports, the one over all as the consensus."""
    at = lock_rows(application, at)
    if not permissions.can_write_feedback(by, application):
        raise PermissionDenied
    held = Feedback.objects.filter(application=application).first()
    if held is not None:
        return held
    if not Session.objects.filter(wave=application.wave_id, state="closed", lines__application=application).exists():
        raise Refused(_("Le retour se rédige une fois la session du jury close."), code="R59")
    feedback = Feedback(application=application, state="", begun_by=by, begun_at=at)
    move(feedback, "begin", by)
    feedback.save(force_insert=True)
    pen = Pen(feedback, by, at)
    for number, text in _said(application).items():
        pen.put(number, text, 0)
    pen.write()
    record("feedback.begun", feedback, by=by, at=at, state=feedback.state, application=application.pk)
    return feedback


def _said(application: Application) -> dict[int, str]:
    """{number: what the experts said of it}, whose reports count."""
    counted = Score.objects.filter(review__assignment__application=application, review__state="locked")
    rows = counted.filter(review__assignment__state="declared").order_by("criterion__number", "review_id")
    found: dict[int, str] = {}
    for number, comment in rows.exclude(comment="").values_list("criterion__number", "comment"):
        found[number] = f"{found[number]}{BETWEEN}{comment}" if number in found else comment
    agreed = Consensus.objects.filter(discussion__application=application).order_by("version").last()
    return {number: text[:MOST_TEXT] for number, text in {**found, OVERALL: agreed.text if agreed else ""}.items()}


def _lock_draft(feedback: Feedback, by: Any, at: datetime | None) -> datetime:
    at = lock_rows(feedback.application, at, feedback)
    if not permissions.can_write_feedback(by, feedback.application):
        raise PermissionDenied
    if feedback.state != Feedback.State.DRAFT:
        raise Refused(_("Ce retour est proposé ou approuvé : il ne change plus."), code="F01")
    return at


class Pen:
    """Writes texts of a feedback that is held, one more version each, with what is flagged in them."""

    def __init__(self, feedback: Feedback, by: Any, at: datetime) -> None:
        self.feedback, self.by, self.at = feedback, by, at
        self.titles = titles(feedback.application)
        self.current = {row.number: row for row in feedback.texts.last_of_each()}
        self.fresh: list[FeedbackText] = []

    def values(self) -> dict[int, str]:
        return {number: self.current[number].text if number in self.current else "" for number in self.titles}

    def put(self, number: int, said: str, read: int | None, save_id: UUID | None = None) -> FeedbackText | None:
        """Put over the version that was read. What somebody else had put there meanwhile is not lost: this comes below it."""
        if number not in self.titles:
            raise Refused(_("Le critère %(number)s n’est pas dans la grille.") % {"number": number}, code="R54")
        text, current = said.replace("\r\n", "\n").strip(), self.current.get(number)
        in_place, version = (current.text, current.version) if current else ("", 0)
        if text == in_place or (read not in (None, version) and text in in_place.split(BETWEEN)):
            return current
        if read not in (None, version) and in_place:
            text = f"{in_place}{BETWEEN}{text}"
        if len(text) > MOST_TEXT:
            told = {"count": len(text), "most": MOST_TEXT}
            raise Refused(_("Ce texte compte %(count)s caractères : %(most)s au plus. Raccourcissez-le.") % told, code="F02", field=f"text_{number}")  # fmt: skip
        row = FeedbackText(
            feedback=self.feedback, number=number, version=version + 1, text=text, by=self.by, at=self.at
        )
        row.save_id = save_id
        self.current[number] = row
        self.fresh.append(row)
        return row

    def write(self) -> None:
        if self.fresh:
            known = around.known_of(self.feedback.application)
            for row in self.fresh:
                row.flags = keys(traces.find(row.text, known))
            FeedbackText.objects.bulk_create(self.fresh)


def keys(found: Iterable[traces.Trace]) -> list[str]:
    return list(dict.fromkeys(trace.key for trace in found))


@transaction.atomic
def save_texts(feedback: Feedback, saves: Sequence[Save], *, by: Any, at: datetime | None = None) -> list[Any]:
    """Texts as they are typed, all or none (no event: the rows say who and when). Answers the row of each."""
    at = _lock_draft(feedback, by, at)
    pen = Pen(feedback, by, at)
    sent = {row.save_id: row for row in feedback.texts.filter(save_id__in=[save.save_id for save in saves])}
    became = []
    for save in saves:
        number, row = number_of(save.key), sent.get(save.save_id)
        held = pen.current.get(number)
        read = held.version if held is not None and held.save_id in save.after else save.read_version
        became.append(row or pen.put(number, str(save.said), read, save.save_id))
    pen.write()
    return became


def number_of(key: str) -> int:
    """Of « texts.3.text »; -1 for what is no key."""
    parts = key.split(".")
    return int(parts[1]) if len(parts) == 3 and parts[0] == "texts" and parts[1].isdecimal() else -1


@transaction.atomic
def save_feedback(
    feedback: Feedback,
    texts: Mapping[int, str],
    reasons: Mapping[tuple[int, str], str] | None = None,
    *,
    read: Mapping[int, str] | None = None,
    by: Any,
    at: datetime | None = None,
) -> None:
    """Texts by criterion over what the page had shown of them (W04), and why what is flagged in one is harmless: {(number, flag): reason}."""
    at = _lock_draft(feedback, by, at)
    pen = Pen(feedback, by, at)
    for number, text in over(
        pen.values(), {n: text.replace("\r\n", "\n").strip() for n, text in texts.items()}, read
    ).items():
        pen.put(number, text, None)
    pen.write()
    told = {(row.number, row.flag) for row in feedback.harmless.all()}
    flagged = {(number, flag) for number, row in pen.current.items() for flag in row.flags}
    Harmless.objects.bulk_create(
        Harmless(feedback=feedback, number=number, flag=flag, reason=reason.strip()[:400], by=by, at=at)
        for (number, flag), reason in (reasons or {}).items()
        if reason.strip() and (number, flag) in flagged - told
    )
    record(
        "feedback.saved", feedback, by=by, at=at, application=feedback.application_id, left=len(unanswered(feedback))
    )


def unanswered(feedback: Feedback) -> list[tuple[int, str]]:
    """(number, flag) neither edited away nor confirmed harmless, as the texts were flagged when they were written."""
    told = set(feedback.harmless.values_list("number", "flag"))
    rows = feedback.texts.last_of_each()
    return [(row.number, flag) for row in rows for flag in row.flags if (row.number, flag) not in told]


def _need_clear(feedback: Feedback, texts: Mapping[int, str]) -> None:
    """Nothing is flagged, as the directory stands today, that nobody has answered."""
    told, known = set(feedback.harmless.values_list("number", "flag")), around.known_of(feedback.application)
    left = [n for n, text in texts.items() for flag in keys(traces.find(text, known)) if (n, flag) not in told]
    if left or unanswered(feedback):
        raise Refused(
            _(
                "Des mentions peuvent encore trahir quelqu’un : retirez-les, ou expliquez pourquoi elles sont sans risque."
            ),
            code="F03",
            field=f"text_{left[0]}" if left else "",
        )


# ── approved by another ──────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_feedback(feedback: Feedback, *, by: Any, at: datetime | None = None) -> Act:
    """To the chair, when each criterion has its text and nothing flagged is left."""
    at = _lock_draft(feedback, by, at)
    content = _content(feedback)
    for part in content:
        if not part["text"]:
            raise Refused(
                _("Rédigez « %(title)s » : ce texte est vide.") % part, code="F02", field=f"text_{part['number']}"
            )
    _need_clear(feedback, {part["number"]: part["text"] for part in content})
    move(feedback, "propose", by)
    feedback.save(update_fields=["state"])
    record("feedback.proposed", feedback, by=by, at=at, state=feedback.state, application=feedback.application_id)
    return acts.propose(APPROVAL, feedback, {"feedback": feedback.pk, "sha256": _digest(content)}, by=by, at=at)


def _content(feedback: Feedback) -> list[dict[str, Any]]:
    held = {row.number: row.text for row in feedback.texts.last_of_each()}
    return [{"number": n, "title": title, "text": held.get(n, "")} for n, title in titles(feedback.application).items()]


def _digest(content: list[dict[str, Any]]) -> str:
    return hashlib.sha256(pdf.canonical({"texts": content})).hexdigest()


def _lock_feedback(feedback: Feedback) -> Feedback:
    lock_rows(feedback.application, None, feedback)
    return feedback


def _approve(act: Act, feedback: Feedback) -> None:
    """What the applicant will read is fixed, as it is now; a name that the directory has learnt since is found again."""
    by, at = act.decided_by, act.decided_at
    content = _content(feedback)
    _need_clear(feedback, {part["number"]: part["text"] for part in content})
    move(feedback, "approve", by)
    feedback.approved_by, feedback.approved_at, feedback.content = by, at, content
    feedback.save(update_fields=["state", "approved_by", "approved_at", "content"])
    record("feedback.approved", feedback, by=by, at=at, state=feedback.state, application=feedback.application_id)


def _undo(act: Act, feedback: Feedback) -> None:
    """Returned, taken back or lapsed: written again."""
    move(feedback, "return", None)
    feedback.save(update_fields=["state"])
    record("feedback.returned", feedback, by=act.decided_by, at=act.decided_at, state=feedback.state)


def _says(act: Act, feedback: Feedback) -> str:
    return _("Retour au candidat : dossier %(reference)s") % {"reference": feedback.application.reference}


def _facts(act: Act, feedback: Feedback) -> list[acts.Fact]:
    """Each text, with what was flagged in it and confirmed harmless."""
    told: dict[int, list[str]] = {}
    for row in feedback.harmless.order_by("pk"):
        told.setdefault(row.number, []).append(f"« {row.flag.partition(':')[2]} » ({row.reason})")
    content = feedback.content or _content(feedback)
    texts = [acts.Fact(part["title"], "", part["text"]) for part in content]
    kept = [acts.Fact(_("Mentions confirmées sans risque"), "", ", ".join(words)) for words in told.values()]
    return [*texts, *kept]


def attach_feedback(feedback: Feedback, document: Document) -> None:
    """Its PDF, made by the portal."""
    lock_rows(feedback.application, None, feedback)
    if feedback.document_id is None:
        feedback.document = document
        feedback.save(update_fields=["document"])
        record("feedback.printed", feedback, by=None, application=feedback.application_id, sha256=document.sha256)


acts.kind(
    APPROVAL,
    label=gettext_lazy("Retour au candidat"),
    subject=Feedback,
    proposers=("instructor", "expert"),
    approvers=("jury_chair",),
    gate=lambda user, feedback: feedback is None or permissions.can_write_feedback(user, feedback.application),
    seen=lambda user: Feedback.objects.visible_to(user),
    does=_approve,
    says=_says,
    facts=_facts,
    version=lambda feedback: _digest(_content(feedback)),
    lock=_lock_feedback,
    undone=_undo,
    related=("application__wave__settings",),
)
