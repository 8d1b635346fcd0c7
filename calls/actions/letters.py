"""The terms that the letters bear, set by acts of two: an administrator or an instructor proposes, the direction approves."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edsh_portal import acts
from edsh_portal.changes import over
from edsh_portal.events import instant, record
from edsh_portal.models import Act
from edsh_portal.workflow import Refused

from ..models import Call, LetterTerms
from ..models.letters import IMPUTATION, SIGNING, TERMS, UNPRINTED, terms_of

WHO = {"proposers": ("instructor", "administrator"), "approvers": ("direction",)}
MAY_BE_EMPTY = ("specifications",)


def names_of(sources: Iterable[str]) -> dict[str, Any]:
    """{name of a term: what it is called}, those of the letters and of the budget of each source."""
    common = {name: label for name, (label, _default) in TERMS.items()}
    budget = IMPUTATION | UNPRINTED
    return common | {f"{part}_{code}": f"{code}, {label}" for code in sources for part, label in budget.items()}


@transaction.atomic
def propose_letter_terms(
    call: Call,
    terms: Mapping[str, str],
    *,
    sources: Iterable[str],
    read: Mapping[str, str] | None = None,
    by: Any,
    at: datetime | None = None,
) -> Act:
    """From the approval on, the letters of the call bear these; a name that is not given keeps its text. `sources`: codes of those that
    pay; `read`: what the page had shown (W04 when another has changed the same meanwhile). S20 nothing changes, S21 one is wanting."""
    call = _lock_call(call)
    at = instant(at, call)
    names = names_of(sources)
    stands = dict.fromkeys(names, "") | terms_of(call, at)
    fresh = over(stands, {name: text.strip() for name, text in terms.items() if name in names}, read)
    if not fresh:
        raise Refused(_("Rien ne change : corrigez au moins une mention avant de la proposer."), code="S20")
    told = {name: text for name, text in (stands | fresh).items() if text}
    for name in TERMS:
        if name not in (*told, *MAY_BE_EMPTY):
            raise Refused(_("Indiquez cette mention : chaque lettre la porte."), code="S21", field=name)
    if told["signing"] not in SIGNING:
        raise Refused(_("Choisissez dans la liste."), code="S21", field="signing")
    payload = {"call": call.pk, "terms": told, "before": {name: stands[name] for name in fresh}}
    return acts.propose("letters.set", call, payload, by=by, at=at)


def _lock_call(call: Call) -> Call:
    return Call.objects.select_for_update(no_key=True).get(pk=call.pk)


def _set(act: Act, call: Call) -> LetterTerms:
    at = act.decided_at
    assert at is not None
    held = LetterTerms.objects.create(call=call, terms=act.payload["terms"], act=act, set_at=at)
    record("letters.set", held, by=act.decided_by, at=at, act=act.pk, names=sorted(act.payload["before"]))
    return held


def _says(act: Act, call: Call) -> str:
    return _("Mentions des lettres : %(call)s") % {"call": call.title}


def _facts(act: Act, call: Call) -> list[acts.Fact]:
    told, before = act.payload["terms"], act.payload["before"]
    labels = names_of(name.partition("_")[2] for name in told if name.partition("_")[0] in IMPUTATION | UNPRINTED)
    return [
        acts.Fact(labels.get(name, name), _word(name, was), _word(name, told.get(name, "")))
        for name, was in before.items()
    ]


def _word(name: str, text: str) -> str:
    return str(SIGNING.get(text, text)) if name == "signing" else text


acts.kind(
    "letters.set",
    label=gettext_lazy("Mentions des lettres"),
    subject=Call,
    does=_set,
    says=_says,
    facts=_facts,
    version=lambda call: call.letter_terms.order_by("-pk").values_list("pk", flat=True).first(),
    lock=_lock_call,
    **WHO,
)
