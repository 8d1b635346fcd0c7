"""Django template to PDF/A-3a bytes, through a press kept warm beside this process and walled off from everything."""

import errno
import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from edsh_portal.intake import keeper

from .read import canonical

WIDE_CELL = re.compile(r"<t[dh]\b[^>]*\b(?:col|row)span\s*=\s*[\"']?\s*\d{4}", re.IGNORECASE)
TAG = re.compile(r"(<[^>]*>)")
# « art. 10 », « L. 212-1 », « 5 mai », « France 2030 »: no line ends between the two.
MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
GLUED = re.compile(
    r"\b(?:art\.|articles?|[LR]\.|annexe|Cedex|France|page|relève|version) (?=(?:[LR]\.|\d))|\b[nN]° (?=\S)"
    rf"|\b(?:\d{{1,2}}|1er) (?=(?:{MONTHS})\b)|\b(?:{MONTHS}) (?=\d{{4}}\b)"
)
# A name or a number with a hyphen in it (« LAGRIVE-A », « EDSH-2022-0001 ») and what is glued to it, an address of mail.
WORD = re.compile(r"[^ \t\r\n<>&]{3,40}")
HYPHEN = re.compile(r"[A-Z0-9]-\w|\w-[A-Z0-9]|\w@\w")
LONGEST_HTML = 600_000  # characters: some 250 pages; a letter is 10 000


def unbroken(html: str) -> str:
    """The page with what is one word to its readers held on one line."""
    head, body, rest = html.partition("<body>")
    parts = TAG.split(rest)
    parts[::2] = [WORD.sub(_whole, GLUED.sub(_glued, text)) for text in parts[::2]]
    return head + body + "".join(parts)


def _glued(found: re.Match[str]) -> str:
    return f"{found[0][:-1]}\u00a0"


def _whole(found: re.Match[str]) -> str:
    return f'<span class="whole">{found[0]}</span>' if HYPHEN.search(found[0]) else found[0]


class RenderError(Exception):
    """The document cannot be laid out as it is (time, memory, forbidden address): trying again would not help."""


class PressUnavailable(Exception):
    """The press could not start or died: nothing is known against the document, try again later."""


def render(template: str, context: dict[str, Any], *, title: str, attachment: dict[str, Any] | None = None) -> bytes:
    """PDF/A-3a and PDF/UA-1 bytes of `template`, in French; same input, same bytes, on any machine.

    `context["at"]` (aware) dates the document: a letter laid out again a year later keeps its bytes.
    `attachment`, if any, is embedded as canonical JSON in `decision.json`.
    Raises RenderError (block it, tell a person) or PressUnavailable (try again).
    """
    at = context.get("at")
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise ValueError("pdf.render: context['at'] must be an aware datetime, the instant the document bears")
    with translation.override("fr"):
        html = unbroken(render_to_string(template, {**context, "title": title}))
    if len(html) > LONGEST_HTML:
        raise RenderError(f"document too long: {len(html)} characters, {LONGEST_HTML} at most")
    if WIDE_CELL.search(html):  # minutes of layout each; in a text the same words are escaped and harmless
        raise RenderError("a table cell spans a thousand columns or rows")
    details: dict[str, Any] = {
        "title": title,
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "attachment": None if attachment is None else canonical(attachment).decode(),
    }
    seconds, memory = settings.PDF_SECONDS, settings.PDF_MEMORY_BYTES
    try:
        return keeper.PRESS.ask("lay_out", html.encode(), seconds=seconds, memory=memory, **details)[1]
    except keeper.GaveUp as error:
        if f"[Errno {errno.ENOSPC}]" in str(
            error
        ):  # a disk without room is neither the document's fault nor the press's
            raise OSError(errno.ENOSPC, str(error)) from error
        raise RenderError(f"no layout after {seconds} s" if error.why == "time" else str(error)) from error
    except keeper.Unavailable as error:
        raise PressUnavailable(str(error)) from error
