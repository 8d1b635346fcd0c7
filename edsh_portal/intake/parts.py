"""What parts an OOXML document may be made of: content types and relationships, as Word, Excel, LibreOffice and others write them.

Sources: ECMA-376 part 1, 11.3, 12.3, 14.2 and 15.2; [MS-DOCX] 2.1, [MS-XLSX] 2.1, [MS-ODRAWXML] 2.1. All in small letters.
"""

_OPEN, _EXCEL, _WORD, _SHARED = (
    "application/vnd.openxmlformats-",
    "application/vnd.ms-excel.",
    "application/vnd.ms-word.",
    "application/vnd.ms-office.",
)


def _listed(before: str, names: str, after: str = "+xml") -> set[str]:
    return {f"{before}{name}{after}" for name in names.casefold().split()}


PICTURES = _listed(
    "image/",
    "png x-png jpeg jpg pjpeg gif bmp x-bmp x-ms-bmp tiff x-tiff webp x-emf emf x-wmf wmf vnd.ms-photo svg+xml",
    "",
)
# Neither XML nor a picture: settings of a printer, fonts made unreadable to be carried, the mark of a signature.
UNREAD = {
    f"{_OPEN}officedocument.spreadsheetml.printersettings",
    f"{_OPEN}officedocument.wordprocessingml.printersettings",
    f"{_OPEN}officedocument.obfuscatedfont",
    f"{_OPEN}package.digital-signature-origin",
    f"{_OPEN}package.digital-signature-certificate",
    "application/x-fontdata",
}
TYPES = (
    PICTURES
    | UNREAD
    | {"application/xml", "text/xml", "application/inkml+xml", f"{_OPEN}officedocument.vmldrawing"}
    | _listed(f"{_OPEN}package.", "relationships core-properties digital-signature-xmlsignature")
    | _listed(
        f"{_OPEN}officedocument.",
        """extended-properties custom-properties theme themeOverride drawing customXmlProperties drawingml.chart
        drawingml.chartshapes drawingml.diagramData drawingml.diagramLayout drawingml.diagramStyle
        drawingml.diagramColors bibliography""",
    )
    | _listed(
        f"{_OPEN}officedocument.wordprocessingml.",
        """document.main document.glossary styles settings webSettings fontTable numbering footnotes endnotes header
        footer comments commentsExtended commentsIds commentsExtensible people""",
    )
    | _listed(
        f"{_OPEN}officedocument.spreadsheetml.",
        """sheet.main worksheet chartsheet sharedStrings styles calcChain table tableSingleCells comments pivotTable
        pivotCacheDefinition pivotCacheRecords sheetMetadata revisionHeaders revisionLog userNames""",
    )
    | _listed(
        _EXCEL,
        """slicer slicerCache timeline timelineCache threadedComments person rdRichValue rdRichValueStructure
        rdRichValueTypes richValueRel richStyles rdArray rdSupportingPropertyBag rdSupportingPropertyBagStructure
        featurePropertyBag namedSheetView wsSortMap""",
    )
    | _listed(_WORD, "stylesWithEffects commentsExtended commentsIds commentsExtensible people")
    | _listed(_SHARED, "drawingml.diagramDrawing chartStyle chartColorStyle chartEx classificationLabels documentTasks")
)

# The last word of a relationship's type: the rest is a name space, which has changed with each edition.
RELATIONSHIPS = frozenset(
    """officeDocument core-properties extended-properties custom-properties thumbnail origin signature certificate
    theme themeOverride styles stylesWithEffects settings webSettings fontTable font numbering footnotes endnotes header
    footer comments commentsExtended commentsIds commentsExtensible people glossaryDocument attachedTemplate bibliography
    customXml customXmlProps hyperlink image hdphoto drawing vmlDrawing chart chartUserShapes chartStyle chartColorStyle
    chartEx diagramData diagramLayout diagramQuickStyle diagramColors diagramDrawing ink classificationlabels
    worksheet chartsheet sharedStrings calcChain sheetMetadata table tableSingleCells printerSettings
    pivotTable pivotCacheDefinition pivotCacheRecords slicer slicerCache timeline timelineCache threadedComment person
    rdRichValue rdRichValueStructure rdRichValueTypes richValueRel richStyles rdArray rdSupportingPropertyBag
    rdSupportingPropertyBagStructure FeaturePropertyBag namedSheetView wsSortMap revisionHeaders revisionLog usernames
    documenttasks""".casefold().split()
)

# Words in a type that is not allowed, and what they say of it; the first that is met.
_REASONS = {
    "other": ("presentationml", "visio", "xpsdocument"),
    "macros": ("macro", "vba", "dialogsheet", "attachedtoolbars", "keymapcustomizations", "extensibility"),
    "fetches": (
        "externallink", "connection", "querytable", "webextension", "taskpane", "mailmerge", "recipient", "model",
        "volatile", "webimage", "xmlmaps", "subdocument", "frame", "attachedtemplate", "customdata",
    ),
    "carries": (
        "oleobject", "package", "activex", "control", "afchunk", "embed", "msword", "ms-excel", "html", "rtf", "video",
        "audio", "media", "movie", "wordprocessingml.document", "spreadsheetml.sheet",
    ),
}  # fmt: skip


def reason(kind: str) -> str:
    """Why a type that is not allowed is not: « other », « macros », « fetches », « carries », or "" when nothing is known of it."""
    tail = kind.removeprefix(_OPEN)
    return next((why for why, words in _REASONS.items() if any(word in tail for word in words)), "")
