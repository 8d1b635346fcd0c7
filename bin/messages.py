"""The catalogues: French is written in place, English must be complete. Extraction and compilation without the gettext programs."""

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polib

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "edsh_portal",
    "directory",
    "calls",
    "applications",
    "casework",
    "reviews",
    "funding",
    "decisions",
    "dashboards",
    "demo",
)
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
# name of the function -> positions of (context, singular, plural) among its arguments
CALLS = {
    "_": (None, 0, None),
    "_now": (None, 0, None),  # gettext beside gettext_lazy, in forms
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
}
MARKED = re.compile(r"""_\(\s*(?:"([^"]*)"|'([^']*)')\s*\)""")
NAMED = re.compile(r"%\((\w+)\)[a-z]|%[sd]|\{(\w*)\}")


class Message(NamedTuple):
    context: str | None
    singular: str
    plural: str | None


def constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def in_python(file: Path) -> Iterator[tuple[Message, int]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in CALLS:
            continue
        parts = [constant(node.args[at]) if at is not None and at < len(node.args) else None for at in CALLS[name]]
        if parts[1] is not None:
            yield Message(parts[0], parts[1], parts[2]), node.lineno


def in_template(file: Path) -> Iterator[tuple[Message, int]]:
    from django.template import engines
    from django.template.base import Node
    from django.templatetags.i18n import BlockTranslateNode
    from django.utils.translation import trim_whitespace

    source = file.read_text()
    for number, text in enumerate(source.splitlines(), 1):
        for found in MARKED.finditer(text):
            yield Message(None, found[1] or found[2], None), number
    if "translate" not in source:
        return
    template = engines["django"].from_string(source).template  # type: ignore[attr-defined]  # the wrapped template of Django’s own engine
    for node in template.nodelist.get_nodes_by_type(Node):
        at = node.token.lineno if getattr(node, "token", None) else 0
        if _is_literal(node):
            yield (
                Message(_word(node.message_context), node.filter_expression.var.literal.replace("%", "%%"), None),
                at,
            )
        elif isinstance(node, BlockTranslateNode):
            tidy = trim_whitespace if node.trimmed else str
            singular = tidy(node.render_token_list(node.singular)[0])
            plural = tidy(node.render_token_list(node.plural)[0]) if node.plural else None
            yield Message(_word(node.message_context), singular, plural), at


def _is_literal(node: Any) -> bool:
    from django.templatetags.i18n import TranslateNode

    return isinstance(node, TranslateNode) and isinstance(getattr(node.filter_expression.var, "literal", None), str)


def _word(expression: Any) -> str | None:
    return str(expression.var) if expression is not None else None


def extracted() -> dict[Message, list[tuple[str, str]]]:
    found: dict[Message, list[tuple[str, str]]] = {}
    for room in (*ROOMS, "templates"):
        for file in sorted((ROOT / room).rglob("*")):
            reader = {".py": in_python, ".html": in_template, ".txt": in_template}.get(file.suffix)
            if reader is None or "migrations" in file.parts:
                continue
            for message, line in reader(file):
                if message.singular.strip():
                    found.setdefault(message, []).append((str(file.relative_to(ROOT)), str(line)))
    return found


def key(entry: polib.POEntry) -> Message:
    return Message(entry.msgctxt, entry.msgid, entry.msgid_plural or None)


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def said_otherwise() -> list[str]:
    """French sentences that a library's own French catalogue translates: « Close » was read « Fermer ». They want a context."""
    from django.utils import translation

    with translation.override("fr"):
        return [
            f"{':'.join(places[0])}: le catalogue d’une bibliothèque dit autre chose, donnez un contexte : {m.singular!r}"
            for m, places in extracted().items()
            if m.context is None and translation.gettext(m.singular) != m.singular
        ]


def faults() -> list[str]:
    """What keeps English from being complete, and French from being what is written, one line each."""
    if not CATALOGUE.exists():
        return [f"{CATALOGUE.relative_to(ROOT)} n’existe pas : bin/messages --write"]
    catalogue = polib.pofile(str(CATALOGUE))
    known = {key(entry): entry for entry in catalogue if not entry.obsolete}
    said = said_otherwise()
    for message, places in extracted().items():
        entry = known.get(message)
        where = ":".join(places[0])
        if entry is None or entry.fuzzy or not all(texts(entry)):
            said.append(f"{where}: sans traduction anglaise : {message.singular[:70]!r}")
            continue
        wanted = {m.group(0) for m in NAMED.finditer(message.plural or message.singular)}
        for text in texts(entry)[-1:]:
            if wanted != {m.group(0) for m in NAMED.finditer(text)}:
                said.append(f"{where}: variables différentes en anglais : {message.singular[:70]!r}")
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists() or {(e.msgctxt, e.msgid, e.msgstr) for e in polib.mofile(str(compiled))} != {
        (e.msgctxt, e.msgid, e.msgstr) for e in catalogue.translated_entries()
    }:
        said.append(f"{compiled.relative_to(ROOT)} n’est pas la compilation du .po : bin/messages --write")
    return said


def write() -> None:
    """Keeps what is translated, adds what is new (empty), drops what no source says any more, compiles."""
    before = {key(entry): entry for entry in polib.pofile(str(CATALOGUE))} if CATALOGUE.exists() else {}
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Project-Id-Version": "edsh-portal",
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for message, places in sorted(extracted().items(), key=lambda item: (item[1][0][0], item[0].singular)):
        old = before.get(message)
        entry = polib.POEntry(
            msgctxt=message.context, msgid=message.singular, occurrences=[(place, "") for place, _ in places[:1]]
        )
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = dict(old.msgstr_plural) if old else {0: "", 1: ""}
        else:
            entry.msgstr = old.msgstr if old else ""
        if re.search(r"%\(\w+\)", message.singular + (message.plural or "")):
            entry.flags.append("python-format")
        catalogue.append(entry)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    print(f"{len(catalogue)} phrases, {len(catalogue.untranslated_entries())} sans traduction")


def main() -> int:
    import check

    os.environ.update(check.ENVIRONMENT)
    sys.path[:0] = [str(ROOT)]
    import django

    django.setup()
    if "--write" in sys.argv:
        write()
        return 0
    said = faults()
    print("\n".join(said) or "complet")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
