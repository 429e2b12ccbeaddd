"""Which part of a workbook's package holds which sheet."""

import re
from dataclasses import dataclass

from lxml import etree

from ledger.files.archive import Package, WorkbookDamaged

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
TARGET = re.compile(r"(?:/xl/)?(worksheets/[^/\\\\]+\.xml)", re.IGNORECASE)
SHEETS_MAX = 300
NOT_TOLD = 2**63


@dataclass(frozen=True)
class SheetPart:
    """A sheet: its name, and the part that holds it."""

    name: str
    part: str


@dataclass(frozen=True)
class SheetParts:
    """The sheets of a workbook, and whether it counts days from 1904."""

    sheets: list[SheetPart]
    is_from_1904: bool


def parsed(markup: bytes, name: str, part: str) -> "etree._Element":
    """XML of a package as a tree: nothing is fetched, no entity replaced; raises WorkbookDamaged."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(markup, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise WorkbookDamaged(file=name, problem=f"{part}: {problem}"[:80]) from None


def root_counts(piece: bytes) -> list[int]:
    """How many things a part says that it has, by how it begins: the reader makes room for them unseen.

    What cannot be told is more than any part has.
    """
    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True, load_dtd=False)
    try:
        parser.feed(piece)
        root = next((each for _, each in parser.read_events() if isinstance(each, etree._Element)), None)
        return [NOT_TOLD] if root is None else [int(root.get(name) or 0) for name in ("count", "uniqueCount")]
    except (etree.XMLSyntaxError, ValueError):
        return [NOT_TOLD]


def sheet_parts(opened: Package) -> SheetParts:
    """The sheets of a workbook in their order; raises WorkbookDamaged."""
    if WORKBOOK not in opened.parts:
        raise WorkbookDamaged(file=opened.name, problem=WORKBOOK)
    workbook = parsed(opened.read(WORKBOOK), opened.name, WORKBOOK)
    relations = parsed(opened.read(RELATIONS), opened.name, RELATIONS)
    targets = {each.get("Id"): str(each.get("Target")) for each in relations}
    if len(targets) < len(relations):
        raise WorkbookDamaged(file=opened.name, problem=RELATIONS)
    sheets = []
    for each in workbook.iter("{*}sheet"):
        target = TARGET.fullmatch(targets.get(each.get(RELATION) or each.get(STRICT_RELATION), ""))
        if target and f"xl/{target[1]}" in opened.parts:
            sheets.append(SheetPart(str(each.get("name")), f"xl/{target[1]}"))
    if not sheets or len(sheets) > SHEETS_MAX or len({each.name for each in sheets}) < len(sheets):
        raise WorkbookDamaged(file=opened.name, problem=f"{len(sheets)} sheets")
    properties = workbook.find("{*}workbookPr")
    return SheetParts(sheets, properties is not None and properties.get("date1904") in ("1", "true"))
