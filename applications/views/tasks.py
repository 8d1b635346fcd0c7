"""The dossier's task list: each section with its state, who holds it and what is missing, from the checklist's verdicts."""

from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.questions import QUESTIONS
from calls.questions import state as answer_state
from edsh_portal.templatetags.portal import de

from .. import permissions, places, rules
from ..content.freeze import Reading
from ..models import Application
from ..panels import part_lacks
from ..rules import Verdict
from . import tasks_project

# The section that a page of the list belongs to, where it is not its own.
PART = {"schedule": "packages", "warehouses": "mesh", "socles": "mesh"}


def marks(application: Application) -> dict[str, str]:
    """{section: how far those who write it say it is}, of a dossier found `with_holds`; « todo » says nothing."""
    return {owner["section"]: owner["progress"] for owner in application.handed if owner["progress"] != "todo"}


def answers(reading: Reading) -> dict[str, str]:
    """{slug of a question: how far its answer is}."""
    held, least = reading.facts.answers, reading.bounds.min_answer_chars
    return {question.slug: answer_state(held.get(question.slug, 0), least) for question in QUESTIONS}


def progress(application: Application, tasks: list[dict[str, Any]], answers: Mapping[str, str]) -> dict[str, str]:
    """{section: how far it is}: as those who write it say, or by what is written; from the task list itself."""
    states: dict[str, set[str]] = {f"answers.{slug}": {far} for slug, far in answers.items()}
    for task in tasks:
        if "page" in task:
            states.setdefault(PART.get(task["page"], task["page"]), set()).add(task["state"])
    found = {
        section: held.pop() if len(held) == 1 else "doing" if held - {"todo"} else "todo"
        for section, held in states.items()
    }
    return found | marks(application)


def sections(
    application: Application, reading: Reading, user: Any, pending: dict[str, Any] | None, *, differs: bool = False
) -> list[dict[str, Any]]:
    """[{title, tasks}] for components/task_list.html, of a dossier found `with_holds`; links only where the person may write.

    `pending`: the signature asked or the remarks to answer (views/signature.py); `differs`: the draft is not what was last
    deposited.
    """
    content, verdicts = reading.content, reading.verdicts
    edits = permissions.can_edit(user, application)
    failed = _failed(verdicts)
    asked = _find_reopened(application)
    handed = {owner["section"]: owner["person"] or owner["partner"] for owner in application.handed}
    marked = marks(application)

    me, live = _names(application, content, user), permissions.is_live(application, application.now)

    def who(name: str) -> str:
        """Who writes it, when it is somebody else."""
        holder = str(handed.get(name) or application.coordinator.name)
        return "" if holder in me else holder

    def task(name: str, label: str, begun: bool, missing: str = "", left: str = "", hint: str = "") -> dict[str, Any]:
        """`missing` is read after « Il manque : »; `left` says alone what is still to do; `hint` is about either."""
        missing = missing or ", ".join(failed.get(name, []))
        found = "done" if begun and not (missing or left) else "doing" if begun else "todo"
        mark = marked.get(PART.get(name, name), "")
        return {
            "page": name,
            "label": label,
            "url": reverse(f"applications:{name}", args=[application.reference])
            if edits or permissions.can_edit_section(user, application, name)
            else "",
            "who": who(name),
            "hint": asked.get(name, asked and NOT_ASKED or (hint if live and (missing or left) else "")),
            "missing": missing if live else "",
            "left": left if live else "",
            "state": mark or found,
            "noun": "progress" if mark else "section",
        }

    listed = [
        _project(application, reading, user, edits, task),
        tasks_project.section(content, task),
        _consortium(application, reading, user, task),
        {
            "title": _("Les pièces"),
            "tasks": [
                task("pieces", _("Pièces jointes"), bool(content["pieces"]))
                | {
                    "url": reverse("applications:pieces", args=[application.reference]),
                    "who": _("Chaque membre joint ses pièces"),
                },
            ],
        },
        {"title": _("Vérifier et déposer"), "tasks": _last(application, verdicts, user, pending, differs)},
    ]
    return listed if edits else _own_first(listed)


def _failed(verdicts: list[Verdict]) -> dict[str, list[str]]:
    """{section: the titles of what blocks there}."""
    found: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.blocks:
            found.setdefault(verdict.part, []).append(str(verdict.title))
    return found


def _project(
    application: Application, reading: Reading, user: Any, edits: bool, task: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """What is told of the project: its identity, its answers, its research, what it opens to the Health Data Hub."""
    identity, far = reading.content["identity"], answers(reading)
    unanswered = sum(state != "done" for state in far.values())
    left = ngettext("%(n)s réponse", "%(n)s réponses", unanswered) % {"n": unanswered} if unanswered else ""
    return {
        "title": _("Le projet"),
        "tasks": [
            task(
                "identity", _("Identité du projet"), bool(identity["title"] or identity["goal"] or identity["months"])
            ),
            task("narrative", _("Présentation"), set(far.values()) != {"todo"}, left),
            *_handed_answers(application, far, user, edits),
            task("projects", _("Projets de recherche et d’innovation"), bool(reading.content["projects"])),
            task("perimeters", _("Périmètres pour le Health Data Hub"), bool(reading.content["perimeters"])),
        ],
    }


def counted(listed: list[dict[str, Any]]) -> tuple[int, int]:
    """(complete, all) of the parts to write: the last group checks and deposits them."""
    states = [task["state"] for group in listed[:-1] for task in group["tasks"]]
    return states.count("done"), len(states)


def _names(application: Application, content: dict[str, Any], user: Any) -> set[str]:
    """What this person is called on the list: by name, and by each establishment stood for."""
    held = permissions.standing(user, application)
    members = {s.membership for s in held}
    named = {member["name"] for member in content["members"] if member["membership"] in members}
    return named | {user.full_name} | {application.coordinator.name for s in held if s.role == "coordinator"}


def _own_first(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For a partner: what this person may write, in a group of its own on top; the rest below, to be followed."""
    *groups, last = listed
    own = [task for group in groups for task in group["tasks"] if task["url"] and not task.get("read_only")]
    rest = [group | {"tasks": [task for task in group["tasks"] if task not in own]} for group in groups]
    mine = [{"title": _("À vous"), "tasks": own}] if own else []
    return [*mine, *(group for group in rest if group["tasks"]), last]


def unfinished(application: Application, reading: Reading, user: Any) -> list[dict[str, Any]]:
    """The tasks left that no rule tells of (none with their page, or `part`), of a dossier found with what was « handed »."""
    ruled = {verdict.part for verdict in [*reading.told.blocking, *reading.told.examined]}
    *written, _last = sections(application, reading, user, None)
    return [
        task
        for part in written
        for task in part["tasks"]
        if task.get("page", task.get("part")) not in ruled
        and (task["missing"] or task.get("left") or task["state"] != "done")
    ]


def next_act(
    application: Application, reading: Reading, user: Any, pending: dict[str, Any] | None
) -> dict[str, str] | None:
    """{label, url}: what follows the check for this person, once nothing blocks; none when it is for another."""
    first = next((verdict for verdict in reading.blocking if places.url(verdict, application.reference)), None)
    if not permissions.is_live(application, application.now):
        return None
    if first and permissions.can_edit(user, application):
        return {
            "label": _("Corriger : %(title)s") % {"title": first.title},
            "url": places.url(first, application.reference),
        }
    if not reading.blocking and permissions.can_submit(user, application):
        return {"label": _("Relire et déposer"), "url": reverse("applications:submit", args=[application.reference])}
    asks = [task for task in _asking(application, user, pending) if task["url"] and not reading.blocking]
    return {name: asks[0][name] for name in ("label", "url")} if asks else None


def _consortium(
    application: Application, reading: Reading, user: Any, task: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    """The members, each with its budget and its mandate."""
    content, facts, asked = reading.content, reading.facts, _find_reopened(application)
    return {
        "title": _("Le consortium"),
        "tasks": [
            task(
                "consortium",
                _("Membres et partenaires associés"),
                len(content["members"]) > 1 or bool(content["associated"]),
            ),
            *(
                _part(application, member, user) | {"hint": asked.get(f"{member['membership']}", asked and NOT_ASKED)}
                for member in content["members"]
            ),
            *(_mandate(application, facts, member, user) for member in facts.members if member.mandate_asked),
        ],
    }


NOT_ASKED, ASKED = gettext_lazy("Non demandé"), gettext_lazy("Demandé en complément")
TASKS = {"answers": ["narrative"], "packages": ["schedule"], "mesh": ["warehouses", "socles"]}


def _find_reopened(application: Application) -> dict[str, Any]:
    """{task, or number of a member for its part: what is said of it} of what an open request reopens; empty when none is."""
    found: dict[str, Any] = {}
    for key in permissions.reopened(application, application.now):
        section, _dot, rest = key.partition(".")
        own = section in ("budget", "members")
        for name in [rest.partition(".")[0]] if own else TASKS.get(section, [section]):
            found[name] = ASKED
    return found


def _handed_answers(application: Application, far: dict[str, str], user: Any, edits: bool) -> list[dict[str, Any]]:
    """For a partner: the questions handed to its establishment, each a task of its own."""
    if edits:
        return []
    return [
        {
            "label": question.title,
            "url": reverse("applications:answer", args=[application.reference, question.slug]),
            "who": "",
            "part": "narrative",
            "missing": "",
            "state": far[question.slug],
        }
        for question in QUESTIONS
        if permissions.can_edit_section(user, application, f"answers.{question.slug}")
    ]


def _part(application: Application, member: dict[str, Any], user: Any) -> dict[str, Any]:
    """One member's budget and work."""
    mine = any(
        s.role == "coordinator" or s.membership == member["membership"] for s in permissions.standing(user, application)
    )
    expenses = sum(line["cents"] for line in member["lines"])
    lacks = part_lacks(expenses, sum(member["plan"].values()), member["work"])
    begun = bool(expenses or member["work"].strip())
    opened = mine and application.state in permissions.OPEN_STATES
    return {
        "label": _("Budget et travaux : %(name)s") % {"name": member["name"]},
        "missing": ", ".join(lacks),
        "who": "",  # the label names the member
        "url": reverse("applications:budget", args=[application.reference, member["membership"]]) if opened else "",
        "state": "done" if begun and not lacks else "doing" if begun else "todo",
    }


def _mandate(application: Application, facts: rules.Dossier, member: rules.Member, user: Any) -> dict[str, Any]:
    """A partner's mandate: read by every writer, given by who represents it."""
    given = rules.mandated(facts, member)
    signs = permissions.signing(user, application, member.membership) is not None
    return {
        "label": _("Mandat : %(name)s") % {"name": member.name},
        "part": "mandate",
        "missing": "" if given or member.mandate is None else _("un mandat sur le budget d’aujourd’hui"),
        "who": "" if signs else _("Représentation légale %(name)s") % {"name": de(member.name)},
        "url": reverse("applications:mandate", args=[application.reference, member.membership]),
        "read_only": not signs,
        "state": "done" if given else "todo",
    }


def _last(
    application: Application, verdicts: list[Verdict], user: Any, pending: dict[str, Any] | None, differs: bool
) -> list[dict[str, Any]]:
    blocks = sum(verdict.blocks for verdict in verdicts)
    left = ngettext("%(n)s point à corriger", "%(n)s points à corriger", blocks) % {"n": blocks} if blocks else ""
    signs = permissions.can_submit(user, application) and application.state in permissions.OPEN_STATES
    return [
        {
            "label": _("Vérifier le dossier")
            if permissions.is_live(application, application.now)
            else _("Lire le dossier"),
            "url": reverse("applications:check", args=[application.reference]),
            "missing": "",
            "left": left,
            "state": "doing" if blocks else "done",
            "who": "",
        },
        *_asking(application, user, pending),
        {
            "label": _("Déposer le dossier"),
            "url": reverse("applications:submit", args=[application.reference]) if signs else "",
            "state": "done" if application.submitted_at and not differs else "blocked" if blocks else "todo",
            "who": "" if signs else _("Représentation légale %(name)s") % {"name": de(application.coordinator.name)},
            "missing": "",
            "left": _("Modifié depuis le dépôt : déposez de nouveau pour que la modification compte.")
            if differs
            else "",
        },
    ]


def _asking(application: Application, user: Any, pending: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The signature, asked by the coordinator's people of who signs for it; who signs does not ask."""
    if not permissions.can_edit(user, application) or permissions.can_submit(user, application):
        return []
    asked = pending is not None and pending["state"] == "asked"
    return [
        {
            "label": _("Soumettre à la signature"),
            "url": "" if asked else reverse("applications:ask_signature", args=[application.reference]),
            "state": "done" if asked or (application.submitted_at and not pending) else "todo",
            "who": "",
            "missing": "",
        }
    ]
