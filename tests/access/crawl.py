"""Everything a person can reach by GET: pages by their links, the API with its filters, orders and searches; and what must not be in it."""

import io
import itertools
import json
import re
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import pikepdf
from django.db.models import Q
from django.urls import reverse

from applications.models import Application, Membership
from demo import texts
from directory.models import User
from funding.models import BankAccount
from reviews.models import Assignment, Feedback, Opinion, RankingLine, Score

from . import routes
from .stands import STANDS as STAND_OF
from .stands import Cast, Things, valmont
from .trial import undone

SUBJECTS = ("zoe", "alice", "claire", "second")
STANDS = {"filled": "review", "rendered": "deliberation", "paid": "awarded"}
MOST = 220  # pages of a crawl
TWICE = 4  # how many times a path is read with other parameters
NOT = ("/demo/", "/static/", "/i18n/", "/deconnexion/", "/api/v1/schema")
ORDERS = ("reference", "submitted_at", "rank", "score_num", "assignments__expert", "grant__cents", "iban")
WORDS = ("search", "q", "acronym", "title", "expert", "iban")
CHOICES = ("state", "wave", "region_code", "application", "list", "line")


class Told(NamedTuple):
    """What one crawl read, and what it should not have: « address: what it is »."""

    answers: int
    secrets: int
    leaks: list[str]
    oracles: list[str]


def crawl(here: Any, stand: str, subject: str) -> Told:
    """One person at one moment of the call, undone."""
    held = here.cast.claire, here.cast.second, here.cast.third
    with undone():
        things = STAND_OF[stand](here.cast)
        hidden = secrets(here.cast, subject, stand)
        visited, leaks = visit(here, subject, hidden, things, given_back(here.cast.who(subject)))
        told = Told(visited, len(hidden), leaks, oracles(here, subject, hidden))
    here.cast.claire, here.cast.second, here.cast.third = held
    print(f"access: {stand}: {subject}: {told.answers} answers, {told.secrets} secrets", flush=True)
    return told


def given_back(person: User) -> dict[str, str]:
    """{address: what it says} of the feedback on the dossiers of this person, which may take up the words of a report."""
    mine = Feedback.objects.filter(state="approved", application__memberships__establishment__group__user=person)
    return {
        reverse("decisions:feedback_file", args=[number]): json.dumps(content, ensure_ascii=False)
        for number, content in mine.values_list("application__decisions__number", "content")
        if number
    }


def secrets(cast: Cast, subject: str, stand: str) -> dict[str, str]:
    """{words: what they are}: what this person must meet nowhere."""
    person = cast.who(subject)
    own = set(
        Membership.objects.filter(state__in=("invited", "accepted"), establishment__group__user=person).values_list(
            "application", flat=True
        )
    )
    declared = set(Assignment.objects.filter(expert=person, state="declared").values_list("application", flat=True))
    assigned = set(Assignment.objects.filter(expert=person, state="assigned").values_list("application", flat=True))
    found: dict[str, str] = {}
    for dossier in Application.objects.exclude(pk__in=own | declared | assigned):  # interests are declared on the title
        found[dossier.title or dossier.reference] = "title of a dossier of others"
        found[dossier.reference] = "reference of a dossier of others"
    for expert in User.objects.filter(groups__name="expert").exclude(pk=person.pk):
        found |= {expert.full_name: "name of an expert", expert.email: "address of an expert"}
    for comment in (
        Score.objects.exclude(review__assignment__expert=person)
        .exclude(comment="")
        .values_list("comment", flat=True)[:200]
    ):
        found[comment[:60]] = "comment of a report"
    if subject in ("claire", "second"):  # the same words are in every fictitious report: theirs are no secret to them
        mine = "".join(Score.objects.filter(review__assignment__expert=person).values_list("comment", flat=True))
        found = {words: what for words, what in found.items() if words not in mine}
    judged = Q(
        application__assignments__expert=person, application__assignments__state="declared"
    )  # read beside criterion 12
    known = {text[:60] for text in Opinion.objects.filter(judged).values_list("text", flat=True)}
    found |= {
        opinion.text[:60]: "opinion of the Data Hub"
        for opinion in Opinion.objects.all()
        if opinion.text[:60] not in known
    }
    found |= {texts.SKIP[:50]: "reason of the jury", texts.MINUTES[:50]: "minutes of the jury"}
    found |= {
        account.iban: "bank account"
        for account in BankAccount.objects.exclude(convention__share__establishment__group__user=person)
    }
    for line in RankingLine.objects.all():
        found |= {f'"score_num": {line.score_num}': "score", f'"score_num":{line.score_num}': "score"}
    if stand == "rendered":
        made = valmont().decisions.get()
        found |= {made.number: "decision under embargo", texts.MOTIVE[:50]: "motive of a decision under embargo"}
    return {words: what for words, what in found.items() if len(words) > 5}


def text_of(answer: Any) -> str:
    """What an answer says, its headers and the files a PDF carries included."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    said = "\n".join(f"{name}: {value}" for name, value in answer.items())
    if answer.get("Content-Type", "").startswith("application/pdf"):
        with pikepdf.open(io.BytesIO(content)) as pdf:
            said += "".join(
                attached.get_file().read_bytes().decode("utf-8", "replace") for attached in pdf.attachments.values()
            )
            return said + str(pdf.docinfo)
    return said + unescape(content.decode("utf-8", "replace"))


def links(answer: Any, base: str) -> list[str]:
    if not answer.get("Content-Type", "").startswith("text/html"):
        return []
    found = re.findall(r'(?:href|hx-get|action|src)="([^"#]+)', answer.content.decode())
    return [urljoin(base, unescape(link)) for link in found]


def starts(tried: Any, things: Things) -> list[str]:
    """Every address without a secret in it, and those of the dossier itself, which a person may guess."""
    found = []
    for route, wanted in tried.parameters.items():
        if not route.startswith("admin:"):
            found.append(routes.path(route, wanted, things))
    return found


def asked(words: list[str]) -> list[str]:
    """Searches, filters and orders of every list of the portal and of the API."""
    lists = (
        "applications",
        "calls",
        "waves",
        "ranking",
        "decisions",
        "grants",
        "instalments",
        "ledger/entries",
        "ledger/balances",
    )
    pages = ("/annuaire/etablissements/", "/finances/conventions/", "/expertise/", "/recherche/", "/dossiers/")
    found = []
    for name in lists:
        found += [f"/api/v1/{name}/?ordering={field}" for field in ORDERS]
        found += [
            f"/api/v1/{name}/?page_size=200",
            f"/api/v1/{name}/?expand=reviews,assignments",
            f"/api/v1/{name}/?format=api",
        ]
        found += [f"/api/v1/{name}/?{filter}={quote(words[0])}" for filter in WORDS + CHOICES]
    for page in pages:
        found += [f"{page}?{filter}={quote(words[0])}" for filter in WORDS] + [
            f"{page}?page=2",
            f"{page}?sort=-requested",
        ]
    return found


def visit(
    tried: Any, subject: str, hidden: dict[str, str], things: Things, back: dict[str, str]
) -> tuple[int, list[str]]:
    """How many answers were read, and the leaks: « address: what it is ». `back`: what an address may say, and no other."""
    waiting, seen, times, leaks, read = ["/", "/accueil/", *starts(tried, things)], set(), {}, [], 0
    waiting += asked(["zqxjkv"])
    crawled, known = 0, set[str]()  # lines without a secret: what all pages say is looked at once
    assert not any("\n" in words for words in hidden)
    while waiting:
        path = waiting.pop(0)
        parts = urlsplit(path)
        if path in seen or parts.netloc or parts.path.startswith(NOT) or parts.scheme not in ("", "http"):
            continue
        times[parts.path] = times.get(parts.path, 0) + 1
        if times[parts.path] > TWICE and not parts.path.startswith("/api/"):
            continue
        seen.add(path)
        answer, _written = tried.answer("GET", path, subject, {})
        read += 1
        fresh = [line for line in text_of(answer).split("\n") if line not in known]
        said = "\n".join(fresh)
        found = {words: what for words, what in hidden.items() if words in said}
        leaks += [
            f"{path} ({answer.status_code}): {what}: {words}"
            for words, what in found.items()
            if words not in path and words not in back.get(parts.path, "")
        ]
        if not found:
            known.update(fresh)
        if answer.status_code == 200 and crawled < MOST:
            crawled += 1
            waiting += links(answer, parts.path)
        elif answer.status_code == 302:
            waiting.append(answer["Location"])
    return read, leaks


def oracles(tried: Any, subject: str, hidden: dict[str, str]) -> list[str]:
    """A search or a filter by a secret answers as one by words of the same shape that are nowhere: nothing tells that it exists."""
    chosen = {what: words for words, what in hidden.items()}
    wrong, nowhere = [], {}
    for page in (
        "/api/v1/applications/",
        "/api/v1/decisions/",
        "/api/v1/grants/",
        "/api/v1/instalments/",
        "/api/v1/ranking/",
    ):
        for name, (what, words) in [
            *itertools.product(WORDS[:1], chosen.items()),
            *itertools.product(WORDS[1:], list(chosen.items())[-4:]),
            *itertools.product(CHOICES, list(chosen.items())[-2:]),
        ]:
            shape = re.sub(r"[^\W_]", "z", words)
            if (page, name, shape) not in nowhere:
                nowhere[page, name, shape] = result(tried, subject, f"{page}?{name}=", shape)
            if result(tried, subject, f"{page}?{name}=", words) != nowhere[page, name, shape]:
                wrong.append(f"{page}?{name}: {what}")
    return wrong


def result(tried: Any, subject: str, path: str, words: str) -> Any:
    """What an answer says but for the words asked, which a refusal may repeat: its length then tells only theirs."""
    answer, _written = tried.answer("GET", path + quote(words), subject, {})
    answer.headers.pop("Content-Length", None)
    said = text_of(answer)
    for echo in (quote(words), words, json.dumps(words)[1:-1], json.dumps(words, ensure_ascii=False)[1:-1]):
        said = said.replace(echo, "")
    return answer.status_code, said
