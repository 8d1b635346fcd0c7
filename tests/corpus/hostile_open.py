"""OpenDocument that run, fetch or carry: {name: (how it is made, what the refusal says)}."""

from collections.abc import Callable, Mapping

from tests.corpus.table import KEPT, Files
from tests.hostile_files import _declared
from tests.office_files import ods_parts, odt_parts, packed

MACROS, CARRIED, FETCHED, COMPUTED = "macros", "objet incorporé", "va chercher", "formule"
NOT_WEB, UNKNOWN, PIXELS, HEAVY = "ne mène pas au web", "ne reconnaît pas", "pixels", "volumineux"


def written(body: str = "", parts: Mapping[str, str | bytes] | None = None) -> Callable[[], bytes]:
    return lambda: packed(odt_parts("Un paragraphe.", body=body) | dict(parts or {}))


def counted(body: str = "") -> Callable[[], bytes]:
    return lambda: packed(ods_parts(body=body))


def cell(formula: str) -> Callable[[], bytes]:
    return counted(f'<table:table-cell table:formula="{formula}"/>')


def shown(address: str) -> Callable[[], bytes]:
    return written(f'<draw:image xlink:href="{address}"/>')


FILES: Files = {
    "ods formule sur un fichier": (cell("of:=['file:///c:/paie.ods'#$Feuille1.A1]"), COMPUTED),
    "ods formule sur un fichier voisin": (cell("of:=SUM(['../paie.ods'#$Feuille1.A1:.A9])"), COMPUTED),
    "ods formule sur un partage": (cell("of:=['//x.invalid/p/a.ods'#$F.A1]"), COMPUTED),
    "ods formule sur un fichier sans guillemets": (cell("of:=[file:///c:/paie.ods#$Feuille1.A1]"), COMPUTED),
    "ods formule dde": (cell("of:=DDE(&quot;soffice&quot;;&quot;a.ods&quot;;&quot;A1&quot;)"), COMPUTED),
    "ods formule réseau préfixée": (cell("of:=COM.MICROSOFT.WEBSERVICE(&quot;http://x.invalid&quot;)"), COMPUTED),
    "ods formule lien vers un partage": (cell("of:=HYPERLINK(&quot;file://x.invalid/p&quot;)"), COMPUTED),
    "ods nom qui calcule": (counted("<table:named-expression table:name='a' table:expression=\"of:=['file:///c:/a.ods'#$F.A1]\"/>"), COMPUTED),
    "ods condition qui calcule": (counted("<calcext:condition calcext:value=\"formula-is(WEBSERVICE('a'))\"/>"), COMPUTED),
    "ods validation qui calcule": (counted('<table:content-validation table:condition="of:is-true-formula(WEBSERVICE([.A1]))"/>'), COMPUTED),
    "ods plage d’une base": (counted("<table:database-range><table:database-source-sql table:database-name='a'/></table:database-range>"), FETCHED),
    "ods plage d’un autre classeur": (counted("<table:cell-range-source xlink:href='../a.ods'/>"), FETCHED),
    "ods croisé sur un service": (counted("<table:source-service table:source-name='a'/>"), FETCHED),
    "odt image à adresse précédée d’un blanc": (shown(" http://x.invalid/a.png"), FETCHED),
    "odt image à adresse précédée d’un insécable": (shown("\u00a0\u200bhttp://x.invalid/a.png"), FETCHED),
    "odt image à adresse coupée": (shown("ht&#9;tp:&#10;//x.invalid/a.png"), FETCHED),
    "odt image à adresse en majuscules": (shown("FILE:///c:/a.png"), FETCHED),
    "odt image à adresse en pour cent": (shown("%68ttp://x.invalid/a.png"), FETCHED),
    "odt image à adresse deux fois en pour cent": (shown("%2568ttp%253a//x.invalid/a.png"), FETCHED),
    "odt image d’un partage à rebours": (shown("\\\\x.invalid\\partage\\a.png"), FETCHED),
    "odt image d’un dossier au-dessus": (shown("./Pictures/../../a.png"), FETCHED),
    "odt image à deux adresses": (written('<draw:image xlink:href="http://x.invalid/a.png" x:href="Pictures/a.png"/>'), FETCHED),
    "odt fond distant": (written("<style:background-image xlink:href='//x.invalid/a.png'/>"), FETCHED),
    "odt lien précédé d’un blanc": (written("<text:a xlink:href=' file:///c:/a'>a</text:a>"), NOT_WEB),
    "odt lien à macro": (written("<text:a xlink:href='macro:///Standard.M.a'>a</text:a>"), NOT_WEB),
    "odt lien vers un fichier voisin": (written("<text:a xlink:href='../a.odt'>a</text:a>"), NOT_WEB),
    "odt macro à exécuter": (written("<text:execute-macro text:name='a'>a</text:execute-macro>"), MACROS),
    "odt menu à macro": (written(parts={"Configurations2/menubar/menubar.xml": "<menu:menubar/>"}), MACROS),
    "odt envoi de formulaire": (written("<xforms:submission action='http://x.invalid'/>"), FETCHED),
    "odt source de données": (written("<form:connection-resource xlink:href='sdbc:a'/>"), FETCHED),
    "odt versions précédentes": (written(parts={"Versions/Version1": "PK\x03\x04"}), CARRIED),
    "odt partie inconnue": (written(parts={"notes/a.txt": "a"}), UNKNOWN),
    "odt image de 25 milliards de pixels": (written(parts={"Pictures/a.png": _declared(160_000, 160_000)}), PIXELS),
    "odt archive en image": (written(parts={"Pictures/a.png": packed({"a": "a"})}), CARRIED),
    "odt programme en police": (written(parts={"Fonts/a.ttf": b"\x7fELF" + bytes(99)}), CARRIED),
    "odt dessin à script": (written(parts={"Pictures/a.svg": "<svg xmlns='http://www.w3.org/2000/svg' ONLOAD='a()'/>"}), CARRIED),
}  # fmt: skip
HEAVY_FILES: Files = {
    "ods nom de feuille d’un mégaoctet": (
        lambda: packed(
            ods_parts(
                [(f"ligne {n * 7919 % 1_000_003}",) for n in range(30_000)],
                sheet="".join(str(n * 7919) for n in range(90_000)),
            )
        ),
        KEPT,
    ),
    "ods cent mille têtes de dates": (
        lambda: packed(
            ods_parts([["IPP", *["Date de naissance"] * 20_000], *([f"a{n * 7919 % 1_000_003}"] for n in range(50_000))])
        ),
        KEPT,
    ),
    "ods lignes répétées sans fin": (
        counted(f"<table:table-row table:number-rows-repeated='{'9' * 5000}'><table:table-cell/></table:table-row>"), KEPT,
    ),
    "ods formule retorse": (cell("of:=" + "&quot;'" * 8000 + "{" * 8000), KEPT),
}  # fmt: skip
