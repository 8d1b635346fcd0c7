"""What a PDF does by itself, fetches or carries: every object is looked at, wherever the file hides it (ISO 32000-2, 7.11, 12.6).

A link that a person follows to the web is not an act: viewers show where it leads, and ask.
"""

import time
from typing import Any

import pikepdf

from edsh_portal.refusal import Refused

from . import attached
from .addresses import clicked, shown
from .kinds import refuse
from .patients import Row
from .pdf_streams import Unread, decoded
from .words import Sentence as _

MOST_SECONDS = 6  # of structure; a file that takes longer is refused
MOST_DEPTH = 30  # dictionaries and arrays written one inside the other
MOST_PIXELS = 2_000_000_000  # of one picture: a plan of a square metre, in black and white
SCRIPTS = ("/JavaScript", "/Rendition")
ACTIONS = ("/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoTo3DView", "/RichMediaExecute", "/Movie", "/Sound")
# What may happen without anybody asking for it, and what may when somebody clicks.
ALONE = ("/GoTo", "/GoToDp", "/Named", "/Hide", "/SetOCGState", "/Trans")
CLICKED = (*ALONE, "/URI", "/ResetForm", "/Thread", "/GoToR")  # the last two are looked at for where they lead
MEDIA = ("/3D", "/RichMedia", "/Movie", "/Sound", "/Screen")
_TELLING = frozenset(
    [
        "/S",
        "/JS",
        "/XFA",
        "/EF",
        "/FS",
        "/F",
        "/FFilter",
        "/FDecodeParms",
        "/Ref",
        "/OPI",
        "/Type",
        "/Subtype",
        "/OpenAction",
        "/AA",
        "/Next",
        "/A",
        "/URI",
    ]
)


def heavy() -> Refused:
    return refuse(_("Ce PDF est anormalement volumineux une fois ouvert : produisez-en une copie allégée."))


def script() -> Refused:
    return refuse(_("Ce PDF contient un script : imprimez-le en PDF simple."))


def action() -> Refused:
    return refuse(_("Ce PDF contient une action automatique, ou qui sort du document : imprimez-le en PDF simple."))


def elsewhere(address: str) -> Refused:
    return refuse(
        _(
            "Ce PDF contient un lien qui ne mène pas au web (« %(what)s ») : retirez-le, ou remplacez-le par une adresse du web."
        )
        % {"what": shown(address)}
    )


def outside() -> Refused:
    return refuse(
        _("Ce PDF va chercher une partie de son contenu dans un autre fichier : produisez-le avec tout son contenu.")
    )


def carries(name: str) -> Refused:
    return refuse(
        _(
            "Ce PDF contient un fichier joint (« %(what)s ») : retirez-le. Seuls des fichiers "
            "XML, CSV ou JSON sont acceptés."
        )
        % {"what": shown(name)}
    )


class Acts:
    """Looks at every object of a file; `rows` is then the text of the data it carries."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.rows: list[Row] = []
        self.embedded: set[tuple[int, int]] = set()
        self.known: set[tuple[int, int]] = set()

    def check(self) -> None:
        """Refused R05 with what to remove, at the first thing that acts."""
        root = self.pdf.Root
        if "/Collection" in root:  # a portfolio: what is shown is what is attached
            raise carries(_("portfolio"))
        names = root.get("/Names")
        if isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names:
            raise script()
        base = root.get("/URI")
        if isinstance(base, pikepdf.Dictionary) and not clicked(_text(base.get("/Base"))):
            raise elsewhere(_text(base.get("/Base")))
        ends = time.monotonic() + MOST_SECONDS
        for thing in self.pdf.objects:
            self._inside(thing, 0)
            if time.monotonic() > ends:
                raise heavy()
        if self.embedded - self.known:
            raise carries("…")

    def _inside(self, thing: Any, depth: int) -> None:
        """An object, and what is written inside it (what stands elsewhere is met by the walk over all objects)."""
        if depth > MOST_DEPTH:  # nobody's tool writes so deep in one place: it is there to hide something
            raise action()
        if isinstance(thing, pikepdf.Array):
            held: Any = thing
        elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            told = _TELLING & thing.keys()
            if told:
                self._look(thing, told)
            held = (value for _name, value in thing.items())
        else:
            return
        for value in held:
            if isinstance(value, pikepdf.Object) and not value.is_indirect:
                self._inside(value, depth + 1)

    def _look(self, thing: pikepdf.Object, told: frozenset[str]) -> None:
        if "/JS" in told or _name(thing, "/S") in SCRIPTS:
            raise script()
        if "/XFA" in told:
            raise refuse(_("Ce PDF contient un formulaire dynamique (XFA) : imprimez-le en PDF simple."))
        kinds = {_name(thing, "/Type"), _name(thing, "/Subtype")}
        if not kinds.isdisjoint(MEDIA):
            raise refuse(_("Ce PDF contient un son, une vidéo ou un objet en trois dimensions : retirez-le."))
        if "/FileAttachment" in kinds:
            raise carries(_file(thing.get("/FS")) or "…")
        if "/EmbeddedFile" in kinds:
            self.embedded.add(thing.objgen)
        if isinstance(thing, pikepdf.Stream):
            _check_stream(thing, told, kinds)
        if _name(thing, "/FS") == "/URL":
            raise outside()
        if "/EF" in told:
            self._attachment(thing)
        _check_action(thing, told)

    def _attachment(self, spec: pikepdf.Object) -> None:
        """Data, under names that all say so; whichever of its forms a reader would save."""
        names = [_text(spec[key]) for key in ("/UF", "/F", "/Unix", "/Mac", "/DOS") if key in spec]
        held = spec["/EF"]
        if not names or not isinstance(held, pikepdf.Dictionary):
            raise carries("…")
        for _key, stream in held.items():
            try:
                if not isinstance(stream, pikepdf.Stream):
                    raise attached.Active
                content = decoded(stream, attached.MOST_ATTACHED + 1)
                for name in names:
                    self.rows += attached.rows(name, content)
            except (attached.Active, Unread, Refused) as error:
                raise carries(names[0]) from error
            self.known.add(stream.objgen)


def _check_stream(thing: pikepdf.Object, told: frozenset[str], kinds: set[str]) -> None:
    if told & {"/F", "/FFilter", "/FDecodeParms", "/OPI"} or isinstance(thing.get("/Ref"), pikepdf.Dictionary):
        raise outside()
    if "/Image" in kinds:
        width, height = (value if isinstance(value := thing.get(key), int) else 0 for key in ("/Width", "/Height"))
        if width * height > MOST_PIXELS:
            raise heavy()


def _check_action(thing: pikepdf.Object, told: frozenset[str]) -> None:
    """An action by its own kind, and those it holds by when they would happen."""
    kind = _name(thing, "/S")
    if kind == "/GoToR" or kind == "/Thread" and "/F" in told:
        raise elsewhere(_file(thing.get("/F")))
    if kind == "/URI" and not clicked(_text(thing.get("/URI"))):
        raise elsewhere(_text(thing.get("/URI")))
    events = thing.get("/AA")
    after = [value for _name, value in events.items()] if isinstance(events, pikepdf.Dictionary) else []
    alone = set[str]().union(*(_kinds(one) for one in (*after, thing.get("/OpenAction"), thing.get("/Next"))))
    wrong = {kind} & set(ACTIONS) | _kinds(thing.get("/A")) - set(CLICKED) | alone - set(ALONE)
    if wrong & set(SCRIPTS):
        raise script()
    if wrong:
        raise action()


def _kinds(actions: Any) -> set[str]:
    """Kinds of one action, or of those in a list; nothing when it is something else (a page, the next line of a summary)."""
    held = actions if isinstance(actions, pikepdf.Array) else [actions]
    return {_name(one, "/S") for one in held if isinstance(one, pikepdf.Dictionary) and "/S" in one}


def _name(thing: Any, key: str) -> str:
    said = thing.get(key)
    return str(said) if isinstance(said, pikepdf.Name) else ""


def _text(said: Any) -> str:
    return str(said) if isinstance(said, pikepdf.String) else ""


def _file(said: Any) -> str:
    """The name in a file specification, which is a text or a dictionary."""
    return _text(said.get("/UF") or said.get("/F")) if isinstance(said, pikepdf.Dictionary) else _text(said)
