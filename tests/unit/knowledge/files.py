"""Real files, made with the libraries that make them for everybody: ReportLab, python-docx."""

import io
import zipfile

import docx
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas


def pdf(*pages: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for page in pages:
        for at, line in enumerate(page.splitlines()):
            canvas.drawString(72, 800 - 14 * at, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def scanned_pdf() -> bytes:
    """Pages with drawings on them and no text."""
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.rect(72, 72, 200, 200, fill=1)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def locked_pdf(password: str, *pages: str) -> bytes:
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(pdf(*pages))).pages:
        writer.add_page(page)
    writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word(title: str, *paragraphs: str, table: list[list[str]] | None = None) -> bytes:
    document = docx.Document()
    document.add_heading(title, 1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        grid = document.add_table(len(table), len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def bomb(megabytes: int) -> bytes:
    """A DOCX whose text unpacks to so much."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * (megabytes * 2**20))
    return out.getvalue()
