"""How the portal writes for people: amounts, instants, numbers, typography, and the words and shapes of states."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.base import Node, NodeList, Parser, Token, render_value_in_context
from django.template.defaultfilters import stringfilter
from django.templatetags import i18n
from django.urls import reverse
from django.utils import dates, timezone
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from edsh_portal import clock, scripts, sentences
from edsh_portal.intake import words
from edsh_portal.numbers import (
    NBSP,
    THIN,
    cents_plain,
    count,
    decimal,
    english,
    figure,
    file_size,
    finess,
    iban,
    money,
    percent,
    siret,
    tenths,
)
from edsh_portal.sheets.answer import TABLES
from edsh_portal.workflow import STATES

register = template.Library()

# What a tone draws when no shape is named: never colour alone.
SHAPE_OF_TONE = {
    "todo": "ring",
    "doing": "half",
    "waiting": "bars",
    "ok": "check",
    "warn": "triangle",
    "danger": "cross",
    "closed": "square",
    "info": "disc",
}
# Twelve by twelve, drawn in the colour of the text around them, so that print and high contrast keep them.
SHAPES = {
    "ring": '<circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="2"/>',
    "half": '<circle cx="6" cy="6" r="4.75" fill="none" stroke="currentColor" stroke-width="1.5"/>'
    '<path d="M6 1.5a4.5 4.5 0 0 1 0 9z" fill="currentColor"/>',
    "disc": '<circle cx="6" cy="6" r="5" fill="currentColor"/>',
    "bars": '<path d="M2.5 1h2.5v10H2.5zM7 1h2.5v10H7z" fill="currentColor"/>',
    "check": '<path d="M1.5 6.5 4.6 9.6 10.5 2.6" fill="none" stroke="currentColor" stroke-width="2.2"/>',
    "triangle": '<path d="M6 1 11.5 11H.5z" fill="currentColor"/>',
    "cross": '<path d="m2 2 8 8m0-8-8 8" fill="none" stroke="currentColor" stroke-width="2.2"/>',
    "square": '<path d="M1.5 1.5h9v9h-9z" fill="currentColor"/>',
    "diamond": '<path d="m6 .5 5.5 5.5L6 11.5.5 6z" fill="currentColor"/>',
}


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────
for write in (money, cents_plain, count, decimal, figure, percent, tenths, finess, siret, iban, file_size):
    register.filter(write)


KINDS = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "application/json": "JSON",
    "text/csv": "CSV",
}


@register.filter
def file_kind(media_type: str) -> str:
    """« application/pdf » → « PDF »; a kind without a name people use stays as it is."""
    return KINDS.get(media_type, media_type)


@register.filter
def why_refused(document: Any) -> str:
    """The sentence of the examination that refused a file, in the reader's language; "" for another."""
    held = getattr(document, "scan_result", None)
    return words.said(words.unpacked(held.refusal), _) if held is not None and held.refusal else ""


# ── instants and days: stored in UTC, shown in Paris ─────────────────────────────────────────────────────────────────
def _local(at: datetime | date) -> datetime | date:
    return timezone.localtime(at, clock.PARIS) if isinstance(at, datetime) else at


@register.filter
def paris_date(at: datetime | date | None) -> str:
    """« mardi 11 octobre 2022 »."""
    if not at:
        return ""
    day = _local(at)
    number = "1er" if day.day == 1 and not english() else str(day.day)
    return f"{dates.WEEKDAYS[day.weekday()]} {number}{NBSP}{dates.MONTHS[day.month]} {day.year}"


@register.filter
def paris_instant(at: datetime | None) -> str:
    """« mardi 11 octobre 2022 à 12:00:00, heure de Paris »."""
    if not at:
        return ""
    return _("%(day)s à %(time)s, heure de Paris") % {"day": paris_date(at), "time": f"{_local(at):%H:%M:%S}"}


@register.filter
def until(at: datetime | None) -> str:
    """The last moment before an instant that is too late: « jusqu’à la fin du vendredi 28 octobre 2022 » when it is the
    midnight after, « avant le … » otherwise."""
    if not at:
        return ""
    if f"{_local(at):%H%M%S}" == "000000":
        return _("jusqu’à la fin du %(day)s") % {"day": paris_date(at - timedelta(seconds=1))}
    return _("avant le %(at)s") % {"at": paris_instant(at)}


@register.filter
def paris_time(at: datetime | None) -> str:
    """« 12:00:00 », in Paris."""
    return f"{_local(at):%H:%M:%S}" if at else ""


def paris_short(at: datetime | date | None) -> str:
    """« 11/10/2022 12:00 » for an instant, « 11/10/2022 » for a day: tables only, whose head says « heure de Paris »."""
    if not at:
        return ""
    text = f"{_local(at):%d/%m/%Y}"
    return f"{text}{NBSP}{_local(at):%H:%M}" if isinstance(at, datetime) else text


@register.filter("paris_short")
def whole_short(at: datetime | date | None) -> str:
    """The same on a page, where no column is so narrow that it breaks inside."""
    return format_html('<span class="instant">{}</span>', paris_short(at)) if at else ""


@register.filter
def email(address: str) -> SafeString:
    """An address of a table: where it needs two lines, the second begins with its @."""
    name, at, place = address.partition("@")
    return format_html("{}<wbr>{}", name, at + place)


@register.filter
def duration_left(closes_at: datetime | None, now: datetime | None = None) -> str:
    """The two largest units left before `closes_at` (« 13 jours 4 h », « 4 jours »); static/js/clock.js says the same each second."""
    if not closes_at:
        return ""
    left = closes_at - (now or clock.now())
    if left <= timedelta(0):
        return _("clos")
    hours, rest = divmod(left.seconds, 3600)
    if left.days:
        days = ngettext("%(n)s jour", "%(n)s jours", left.days) % {"n": left.days}
        return (f"{days} {hours}{NBSP}h" if hours else days).replace(f"{left.days} ", f"{left.days}{NBSP}", 1)
    if hours:
        return f"{hours}{NBSP}h {rest // 60}{NBSP}min"
    return f"{rest // 60}{NBSP}min {rest % 60}{NBSP}s"


# ── French typography ────────────────────────────────────────────────────────────────────────────────────────────────
_BEFORE = re.compile(r"[ \u00a0\u202f]+([;!?])")
_BEFORE_WIDE = re.compile(r"[ \u00a0\u202f]+([:»%€])")
_OPENING = re.compile(r"«[ \u00a0\u202f]*")
_NUMBER_OF = re.compile(r"\b([nN]°) (?=\d)")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")


_MUTE = re.compile(r"[aeiouhœæ]", re.I)  # « d’hôpital », « d’EDSH »: none of the names shown begins by an aspirated h


# What a name that begins by such a word takes before it: « du CHU de Rennes », « de la Clinique », « de l’AP-HP », « des Hôpitaux ».
_ARTICLES = {
    "du ": "CHU CHRU CHR CH CHI CHS CHIC CHM GH GHU GHT GCS GCSMS GIE GIP CLCC EPSM SIB Centre Groupe Groupement Pôle Réseau Service",
    "de la ": "Clinique Polyclinique Fondation Mutualité Société Maison Caisse Direction",
    "de l’": "AP Assistance Hôpital Hospice Institut INSERM Inserm Université Établissement Agence Association Union Unité",
    "des ": "Hôpitaux Hospices Cliniques",
}
_ARTICLE = {word: article for article, words in _ARTICLES.items() for word in words.split()}
_FIRST = re.compile(r"[^\W\d_]+")


@register.filter
def de(name: Any) -> str:
    """« du CHU de Rennes », « d’AMBRELLE », « de Brest »; in English the name alone, whose sentence says « of » or « for »."""
    text = str(name)
    if english():
        return text
    first = _FIRST.match(unicodedata.normalize("NFC", text))
    if first and (article := _ARTICLE.get(first[0])):
        return article + text
    plain = unicodedata.normalize("NFD", text.lstrip("« \u00a0\u202f"))
    return f"d’{text}" if _MUTE.match(plain) else f"de {text}"


@register.filter(is_safe=True)
@stringfilter
def typo(text: str) -> str:
    """Puts the no-break spaces French wants where the text has plain ones; never adds a sign nor touches English."""
    return text if english() else _typeset(text)


@lru_cache(maxsize=4096)  # a page holds two hundred sentences, mostly those of the page before
def _typeset(text: str) -> str:
    text = _BEFORE.sub(THIN + r"\1", text)
    text = _BEFORE_WIDE.sub(NBSP + r"\1", text)
    text = _NUMBER_OF.sub(r"\1" + NBSP, text)
    return _THOUSANDS.sub(THIN, _OPENING.sub(f"«{NBSP}", text))


def _constant(sentence: Any) -> bool:
    """`{% translate "…" %}` alone: the same words on every page."""
    if not isinstance(sentence, i18n.TranslateNode) or sentence.asvar or sentence.message_context:
        return False
    told = sentence.filter_expression
    return not told.filters and getattr(told.var, "literal", None) is not None


class Typeset(Node):
    """What a sentence of a page is once translated, with its no-break spaces. A mail in plain text keeps plain ones."""

    child_nodelists = ("nodelist",)

    def __init__(self, sentence: Any, token: Token) -> None:
        self.sentence, self.nodelist = sentence, NodeList([sentence])
        sentence.token = token  # bin/messages says on which line it stands
        self.known: dict[str | None, str] | None = (
            {} if _constant(sentence) else None
        )  # by language, of a sentence without variable

    def render(self, context: Context) -> str:
        if self.known is None or not context.autoescape:
            return self._rendered(context)
        language = get_language()
        if language not in self.known:
            self.known[language] = self._rendered(context)
        return self.known[language]

    def _rendered(self, context: Context) -> str:
        text = self.sentence.render(context)
        if not context.autoescape:
            return text
        if self.sentence.asvar:
            context[self.sentence.asvar] = typo(context[self.sentence.asvar])
        return typo(text)


@register.tag
def translate(parser: Parser, token: Token) -> Typeset:
    return Typeset(i18n.do_translate(parser, token), token)


@register.tag
def blocktranslate(parser: Parser, token: Token) -> Typeset:
    return Typeset(i18n.do_block_translate(parser, token), token)


# ── scripts ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@register.inclusion_tag("components/script.html", takes_context=True)
def script(context: Context, name: str, late: str = "") -> dict[str, Any]:
    """A script of the page; what it imports, asked for at once and not one after the other; the sentences they tell. Each once.

    `late`: the elements (a selector) that it serves; it is asked for when one of them is first used (static/js/late.js)."""
    here: set[str] = context.render_context.setdefault("scripts", set())  # type: ignore[arg-type, assignment]  # stubs: its own keys
    new = [one for one in (*scripts.needs(name), name) if one not in here]
    here.update(new)
    told = {key: sentence for one in new for key, sentence in sentences.told(one).items()}
    return {"name": name, "imports": new[:-1], "sentences": told, "of": f"sentences-{name}", "late": late}


# ── states ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def shape_svg(shape: str) -> SafeString:
    drawing = SHAPES.get(shape, SHAPES["disc"])
    return mark_safe(f'<svg class="shape" viewBox="0 0 12 12" aria-hidden="true" focusable="false">{drawing}</svg>')


@register.inclusion_tag("components/downloads.html")
def downloads(view: str, *args: Any, query: str = "", of: str = "") -> dict[str, Any]:
    """The same table as CSV, XLSX and ODS; `of` says which, to who does not see where the links stand."""
    end = f"?{query}" if query else ""
    return {"of": of, "addresses": {ending: reverse(view, args=[*args, ending]) + end for ending in TABLES}}


@register.simple_tag
def shape(name: str) -> SafeString:
    """One of SHAPES, or the shape of a tone."""
    return shape_svg(SHAPE_OF_TONE.get(name, name))


@register.simple_tag
def tag(label: Any, tone: str = "info", shape: str = "") -> SafeString:
    """A word with its shape."""
    drawn = shape_svg(shape or SHAPE_OF_TONE.get(tone, "disc"))
    return format_html('<span class="tag tag-{}">{}{}</span>', tone, drawn, label)


def state_entry(noun: str, code: str) -> tuple[Any, str, str]:
    """(label, tone, shape) of a state; a code nobody registered shows itself, so that a page is never lost to a word.

    Never the word of another noun: a job that is done is not a section that is complete.
    """
    found = STATES.get(noun, {}).get(code, (code, "info"))
    return found[0], found[1], found[2] if len(found) > 2 else SHAPE_OF_TONE.get(found[1], "disc")


@register.simple_tag
def state(of: Any, noun: str = "") -> SafeString:
    """`{% state application %}` (its noun is its model's name) or `{% state code noun="application" %}`."""
    if not of:
        return mark_safe("")
    if isinstance(of, str | Promise):
        code = str(of)
    else:
        code, noun = of.state, noun or of._meta.model_name
    label, tone, shape_name = state_entry(noun, code)
    if label == code and not isinstance(of, str | Promise) and hasattr(of, "get_state_display"):
        label = of.get_state_display()
    return tag(label, tone, shape_name)


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────────
_WORDS = re.compile(r"(\S*)(\s*)")  # each word with the space after it, then the nothing at the end


@register.simple_tag
def difference(before: str, after: str) -> SafeString:
    """Word by word, what went (<del>) and what came (<ins>). Words are matched without their spaces: every other word
    being a space, matching those too would cost the square of their number."""
    old, new = (_WORDS.findall(text or "")[:-1] for text in (before, after))
    parts: list[str] = []
    for kind, a, b, c, d in _matched([word for word, _space in old], [word for word, _space in new]):
        went, came = ("".join(word + space for word, space in side) for side in (old[a:b], new[c:d]))
        if kind == "equal" and went != came:  # the same words, otherwise spaced
            for (word, was), (_word, now) in zip(old[a:b], new[c:d], strict=True):
                parts += escape(word), _went(was, now)
        elif kind == "replace":  # the space after both is in neither
            gap = old[b - 1][1], new[d - 1][1]
            parts += _went(went.removesuffix(gap[0]), came.removesuffix(gap[1])), _went(*gap)
        else:
            parts.append(_went(went, came))
    return mark_safe("".join(parts))


def _went(was: str, now: str) -> str:
    if was == now:
        return escape(was)
    return (f"<del>{escape(was)}</del>" if was else "") + (f"<ins>{escape(now)}</ins>" if now else "")


def _matched(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """The steps from one to the other: what begins both and what ends both is the same, the rest is searched."""
    most = min(len(old), len(new))
    head = next((n for n in range(most) if old[n] != new[n]), most)
    tail = next((n for n in range(most - head) if old[-1 - n] != new[-1 - n]), most - head)
    inside = difflib.SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    return [
        ("equal", 0, head, 0, head),
        *((kind, a + head, b + head, c + head, d + head) for kind, a, b, c, d in inside.get_opcodes()),
        ("equal", len(old) - tail, len(old), len(new) - tail, len(new)),
    ]


@register.simple_tag(takes_context=True)
def cells(context: Context, row: Iterable[Any], head: Any) -> SafeString:
    """The cells of one row of components/table.html, text or {text, url}, written straight: a long table has hundreds."""
    drawn = []
    for rank, cell in enumerate(row):
        text, url = (cell.get("text"), cell.get("url")) if isinstance(cell, Mapping) else (cell, "")
        shown: Any = mark_safe(render_value_in_context(text, context))
        if url:
            shown = format_html('<a href="{}">{}</a>', url, shown)
        numeric = item(item(head, rank), "numeric")
        kind = ("td", ' class="num"') if numeric else ("td", "") if rank else ("th", ' scope="row"')
        drawn.append(f"<{kind[0]}{kind[1]}>{shown}</{kind[0]}>")
    return mark_safe("".join(drawn))


@register.filter
def item(table: Any, key: Any) -> Any:
    """`table[key]`, or nothing."""
    try:
        return table[key]
    except (KeyError, IndexError, TypeError):
        return ""


@register.filter
def page_numbers(page: Any) -> list[int]:
    """The numbers a pagination shows: first, last and those around; 0 stands for a gap."""
    last, shown = page.paginator.num_pages, []
    for number in range(1, last + 1):
        if number in (1, last) or abs(number - page.number) <= 2:
            shown.append(number)
        elif shown[-1]:
            shown.append(0)
    return shown
