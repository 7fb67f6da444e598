"""Workbooks for tests, small and made by hand: no writer of ours stands between."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_OFFICE = "http://schemas.openxmlformats.org"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"

Cell = str | int | float | None


def xlsx(rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return a workbook of Excel with one sheet."""
    return xlsx_of("".join(map(_row, range(1, len(rows) + 1), rows)))


def xlsx_of(rows: str) -> bytes:
    """Return a workbook of Excel whose sheet holds `rows`, XML."""
    package, sheet = f"{_OFFICE}/package/2006", f"{_OFFICE}/spreadsheetml/2006/main"
    office = f"{_OFFICE}/officeDocument/2006/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"

    def related(to: str, what: str) -> str:
        one = f'<Relationship Id="rId1" Type="{office}/{what}" Target="{to}"/>'
        return f'<Relationships xmlns="{package}/relationships">{one}</Relationships>'

    return _zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
            '<Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/sheet.xml" ContentType="{kind}.worksheet+xml"/></Types>',
            "_rels/.rels": related("xl/workbook.xml", "officeDocument"),
            "xl/_rels/workbook.xml.rels": related("sheet.xml", "worksheet"),
            "xl/workbook.xml": f'<workbook xmlns="{sheet}" xmlns:r="{office}"><sheets>'
            '<sheet name="Membres" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/sheet.xml": f'<worksheet xmlns="{sheet}"><sheetData>{rows}</sheetData></worksheet>',
        }
    )


def ods(rows: Sequence[Sequence[str]]) -> bytes:
    """Return a workbook of LibreOffice: an empty sheet, then this one."""
    lines = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(cell)}</text:p></table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    return _zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{_ODF}:manifest:1.0"/>',
            "content.xml": f'<office:document-content xmlns:office="{_ODF}:office:1.0" '
            f'xmlns:table="{_ODF}:table:1.0" xmlns:text="{_ODF}:text:1.0"><office:body>'
            '<office:spreadsheet><table:table table:name="Vide"><table:table-row>'
            "<table:table-cell/></table:table-row></table:table>"
            f'<table:table table:name="Membres">{lines}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        }
    )


def _row(number: int, cells: Sequence[Cell]) -> str:
    return f'<row r="{number}">{"".join(map(cell, range(len(cells)), [number] * 99, cells))}</row>'


def cell(column: int, row: int, value: Cell) -> str:
    """Return a cell in XML."""
    place = f"{chr(ord('A') + column)}{row}"
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _zipped(files: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            is_kind = name == "mimetype"  # bare, and not packed
            packing = zipfile.ZIP_STORED if is_kind else zipfile.ZIP_DEFLATED
            archive.writestr(name, text if is_kind else _XML + text, packing)
    return out.getvalue()
