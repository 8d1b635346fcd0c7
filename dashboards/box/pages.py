"""The pages of the portal about a dossier, as the auditor reads them, made to be read from a disk: no script, no form, no address that
leads outside the box."""

import re
from collections.abc import Iterator
from functools import reduce
from html import escape, unescape
from html.parser import HTMLParser
from io import BytesIO
from operator import attrgetter, or_
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.db.models import Model, Q
from django.http import Http404
from django.urls import resolve, reverse
from django.utils import translation

from applications.models import Application
from edsh_portal import memory
from edsh_portal.models import Act

Held = list[tuple[type[Model], list[Any]]]


class Shown(NamedTuple):
    """A page: which part of the box it is of, what it is called there, its address in the portal."""

    part: str
    title: str
    path: str

    @property
    def name(self) -> str:
        """Of its file: the words of its address."""
        return "pages/" + re.sub(r"[^\w-]+", "-", self.path.strip("/"))[:100] + ".html"


# The parts of a box, in their order. What it says is in French, as the letters are.
PARTS = DOSSIER, CASEWORK, JUDGED, DECIDED, PAID, ACTS = (
    "Le dossier",
    "L’instruction et les messages",
    "L’évaluation",
    "Les décisions",
    "Les conventions et les paiements",
    "Les actes à deux",
)
# Of every dossier; a page that the dossier does not have, or that its reader may not read, is not in the box.
ALWAYS = (
    (DOSSIER, "Suivi", "dashboards:timeline"),
    (DOSSIER, "Sommaire", "applications:dossier"),
    (DOSSIER, "Pièces", "applications:pieces"),
    (DOSSIER, "Budgets", "applications:budgets"),
    (CASEWORK, "Recevabilité", "casework:admissibility"),
    (CASEWORK, "Compléments", "casework:complements"),
    (CASEWORK, "Délai et prolongations", "casework:prorogations"),
    (CASEWORK, "Messages", "casework:threads"),
    (JUDGED, "Experts affectés", "reviews:assignments"),
    (JUDGED, "Discussion", "reviews:discussion"),
    (JUDGED, "Avis du Health Data Hub", "reviews:opinion"),
    (JUDGED, "Retour au candidat", "reviews:feedback"),
    (DECIDED, "Proposition", "decisions:propose"),
)
# Of each row of a table: what leads to its page.
EACH = {
    "applications.Membership": (DOSSIER, "applications:membership", ("application", "pk")),
    "applications.Version": (DOSSIER, "applications:version", ("application", "number")),
    "casework.Thread": (CASEWORK, "casework:thread", ("application", "pk")),
    "reviews.RankingLine": (JUDGED, "reviews:line", ("session.wave.number", "application")),
    "decisions.Decision": (DECIDED, "decisions:decision", ("number",)),
    "funding.Grant": (PAID, "funding:grant", ("pk",)),
    "funding.Convention": (PAID, "funding:convention", ("pk",)),
    "funding.Instalment": (PAID, "funding:instalment", ("pk",)),
    "funding.Claim": (PAID, "funding:claim", ("pk",)),
    "funding.Posting": (PAID, "funding:posting", ("pk",)),
}


def listed(application: Application, held: Held) -> Iterator[Shown]:
    """The pages of a dossier, in the order of the box."""
    found = [Shown(part, title, reverse(name, args=[application.reference])) for part, title, name in ALWAYS]
    subjects: dict[str, list[int]] = {}
    for model, rows in held:
        subjects[model._meta.label_lower] = [row.pk for row in rows]
        if model._meta.label in EACH:
            part, name, columns = EACH[model._meta.label]
            for row in rows:
                args = [application.reference if one == "application" else attrgetter(one)(row) for one in columns]
                title = f"{model._meta.verbose_name} {args[-1]}"
                found.append(Shown(part, title[:1].upper() + title[1:], reverse(name, args=args)))
    about = [Q(subject_type=label, subject_id__in=keys) for label, keys in subjects.items()]
    acts = Act.objects.filter(reduce(or_, about)).order_by("pk") if about else Act.objects.none()
    found += [Shown(ACTS, f"Acte {act.pk}", reverse("dashboards:act", args=[act.pk])) for act in acts]
    yield from sorted(found, key=lambda one: PARTS.index(one.part))


def read(path: str, user: Any) -> str | None:
    """The page at this address as this person reads it, in French; None when it is not theirs, or does not exist."""
    host = urlsplit(settings.BASE_URL)
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": host.hostname or "localhost", "SERVER_PORT": str(host.port or 443),
        "wsgi.url_scheme": host.scheme, "wsgi.input": BytesIO(),
    }  # fmt: skip
    request: Any = WSGIRequest(environ)
    request.user, request.id, request.session = user, "", {}
    request.resolver_match = match = resolve(path)
    try:
        with memory.opened(), translation.override("fr"):
            answer = match.func(request, *match.args, **match.kwargs)
    except (Http404, PermissionDenied):
        return None
    return answer.content.decode() if answer.status_code == 200 else None


LEFT = {
    "script",
    "style",
    "svg",
    "form",
    "button",
    "template",
    "dialog",
    "nav",
    "noscript",
    "select",
    "textarea",
    "iframe",
    "object",
}
BARE = {"br", "hr", "col", "wbr"}
ALONE = {"img", "input", "link", "meta", "source", "embed"}  # without an end, and left out
KEPT = {"class", "colspan", "rowspan", "scope", "datetime", "open", "lang", "id", "headers", "value", "max"}


class Main(HTMLParser):
    """What stands in <main>, without what acts; a link to another page of the box leads to its file, another is its words alone."""

    def __init__(self, html: str, here: dict[str, str]) -> None:
        super().__init__()
        self.here = here
        self.kept: list[str] = []
        self.inside, self.left = False, 0
        self.links: list[bool] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main":
            self.inside = True
        elif not self.inside or tag in ALONE:
            return
        elif tag in LEFT:
            self.left += 1
        elif not self.left:
            self.kept.append(self._opened(tag, attrs))

    def _opened(self, tag: str, attrs: list[tuple[str, str | None]]) -> str:
        held = dict(attrs)
        if tag == "a":
            there = self.here.get(urlsplit(held.get("href") or "").path)
            self.links.append(there is not None)
            return f'<a href="{escape(there)}">' if there is not None else "<span>"
        return f"<{tag}{''.join(_attribute(name, value) for name, value in attrs if name in KEPT)}>"

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self.inside = False
        elif not self.inside or tag in BARE or tag in ALONE:
            return
        elif tag in LEFT:
            self.left -= 1
        elif not self.left:
            self.kept.append(f"</{tag}>" if tag != "a" else "</a>" if self.links.pop() else "</span>")

    def handle_data(self, data: str) -> None:
        if self.inside and not self.left:
            self.kept.append(escape(data, quote=False))


def _attribute(name: str, value: str | None) -> str:
    return f" {name}" if value is None else f' {name}="{escape(value)}"'


HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.S)


def headed(shown: Shown, body: str) -> Shown:
    """With what the page itself is called, where its row is only a number: « Opération 11 : Paiement »."""
    found = HEADING.search(body)
    words = " ".join(unescape(re.sub(r"<[^>]*>", " ", found[1])).split()) if found else ""
    return shown._replace(title=f"{shown.title} : {words}") if words and shown.title[-1].isdigit() else shown


def bare(html: str, here: dict[str, str]) -> str:
    """`here`: {address in the portal: file, seen from the page}."""
    return re.sub(r"\n\s*\n+", "\n", "".join(Main(html, here).kept))
