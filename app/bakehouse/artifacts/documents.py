"""Pages of PDF files as pictures, one page at a time, through PDFium."""

from __future__ import annotations

import ctypes
import threading
import time
from pathlib import Path
from typing import Any

from bakehouse.artifacts.preview_kinds import FactsPreview, PagePreview, Places
from bakehouse.domain.cancellation import Token
from bakehouse.domain.errors import ArtifactError
from bakehouse.domain.text import visible

LARGEST_SIDE = 1_600
_POINTS_TO_PIXELS = 2.0
_LONGEST_S = 15.0
_LARGEST_PAGE = 50_000

# PDFium keeps state of the whole process: one thread at a time, however many windows there are.
# https://pdfium.googlesource.com/pdfium/+/main/docs/getting-started.md
_ALONE = threading.Lock()


def document_page(path: Path, page: int, token: Token) -> PagePreview | FactsPreview:
    """Draw page number `page`, counted from 0; one beyond the end is the last. Raises ArtifactError, Cancelled.

    A page that takes longer than 15 s is given up; scripts, forms and links of the document do nothing.
    """
    import pypdfium2
    import pypdfium2.raw as pdfium

    shown = visible(path.name, 100)
    with _ALONE:
        token.check()
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                return FactsPreview("This document asks for a password; it is not opened here.", ())
            raise ArtifactError(f"{shown} cannot be read as a PDF document; it is damaged or cut short.") from error
        try:
            count = len(document)
            if not count:
                raise ArtifactError(f"{shown} is a PDF document without pages.")
            at = min(max(page, 0), count - 1)
            opened = document[at]
            try:
                pixels, width, height, stride = _drawn(pdfium, opened, token)
            finally:
                opened.close()
        except pypdfium2.PdfiumError as error:
            raise ArtifactError(f"A page of {shown} cannot be drawn; the document is damaged.") from error
        finally:
            document.close()
    notice = f"page {at + 1:,} of {count:,}" if count > 1 else "1 page"
    return PagePreview(pixels, width, height, stride, Places("page", at, count), notice)


def _drawn(pdfium: Any, page: Any, token: Token) -> tuple[bytes, int, int, int]:
    """(pixels, width, height, bytes a line) of a page on white; it pauses to see whether it is still wanted."""
    across, down = page.get_size()
    if not (0 < across < _LARGEST_PAGE and 0 < down < _LARGEST_PAGE):
        raise ArtifactError("This page states no size that could be drawn.")
    scale = min(_POINTS_TO_PIXELS, LARGEST_SIDE / max(across, down))
    width, height = max(1, round(across * scale)), max(1, round(down * scale))
    bitmap = pdfium.FPDFBitmap_Create(width, height, 0)
    if not bitmap:
        raise ArtifactError("This page is too large to be drawn.")
    begun = time.monotonic()
    pausing = _pause(pdfium, token)
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
        state = pdfium.FPDF_RenderPageBitmap_Start(bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT, pausing)
        while state == pdfium.FPDF_RENDER_TOBECONTINUED:
            token.check()
            if time.monotonic() - begun > _LONGEST_S:
                raise ArtifactError("This page takes too long to be drawn; it is not shown.")
            state = pdfium.FPDF_RenderPage_Continue(page, pausing)
        if state == pdfium.FPDF_RENDER_FAILED:
            raise ArtifactError("This page cannot be drawn; it is damaged.")
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * height)
    finally:
        pdfium.FPDF_RenderPage_Close(page)
        pdfium.FPDFBitmap_Destroy(bitmap)
    return pixels, width, height, stride


def _pause(pdfium: Any, token: Token) -> Any:
    """Asks PDFium to come back every 50 ms."""
    last = [time.monotonic()]

    def is_wanted(_self: Any) -> int:
        now = time.monotonic()
        if token.cancelled or now - last[0] > 0.05:
            last[0] = now
            return 1
        return 0

    pause = pdfium.IFSDK_PAUSE(version=1)
    field = dict(pdfium.IFSDK_PAUSE._fields_)["NeedToPauseNow"]
    pause.NeedToPauseNow = field(is_wanted)
    return pause
