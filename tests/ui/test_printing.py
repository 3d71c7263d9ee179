"""Preview and printing: the pages that are shown and printed are those of the very file."""

import io
from pathlib import Path

import pikepdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from hepalith.ui.main_window import MainWindow
from hepalith.ui.printing import PdfError, PdfPages, PreviewDialog, print_pages
from hepalith.ui.settings import WindowSettings

A4, LETTER = (595, 842), (612, 792)


def pdf(*sizes: tuple[int, int]) -> bytes:
    """A file with a page of each size; page n has n grey bars and the text "page n"."""
    file = pikepdf.new()
    for number, (width, height) in enumerate(sizes, 1):
        page = file.add_blank_page(page_size=(width, height))
        bars = "".join(f"100 {600 - 60 * bar} 300 30 re f " for bar in range(number))
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(
                F1=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Courier)
            )
        )
        page.Contents = file.make_stream(f"0.5 g {bars} BT /F1 20 Tf 100 700 Td (page {number}) Tj ET".encode())
    made = io.BytesIO()
    file.save(made)
    return made.getvalue()


def dark_rows(image: QImage) -> int:
    """How many bars a picture of a page has, along the line that crosses them."""
    x = round(image.width() * 0.5)
    column = [image.pixelColor(x, y).lightness() < 200 for y in range(image.height())]
    return sum(1 for before, now in zip([False, *column], column, strict=False) if now and not before)


def test_pages_text_and_size_are_those_of_the_file() -> None:
    pages = PdfPages(pdf(A4, A4))
    assert len(pages) == 2
    assert pages.points(0) == A4
    assert [dark_rows(pages.image(number, 1)) for number in range(2)] == [1, 2]
    assert pages.text(1) == "page 2"
    pages.close()


def test_what_is_no_pdf_is_refused(window: MainWindow) -> None:
    with pytest.raises(PdfError):
        PdfPages(b"no pdf")
    window.files.show_pdf(b"no pdf", "note.pdf")
    box = window.findChild(QMessageBox)
    assert "cannot be shown" in box.text()
    box.close()


@pytest.mark.parametrize("paper", [A4, LETTER], ids=["a4", "letter"])
def test_printing_gives_the_same_pages_on_paper_of_their_size(paper, tmp_path: Path, qapp: QApplication) -> None:
    pages = PdfPages(pdf(paper, paper, paper))
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    print_pages(pages, printer)
    printed = PdfPages((tmp_path / "printed.pdf").read_bytes())
    assert len(printed) == 3
    for number in range(3):
        assert printed.points(number) == pytest.approx(paper, abs=1)
        before, after = pages.image(number, 0.5), printed.image(number, 0.5)
        assert dark_rows(after) == number + 1
        spots = [(x, y) for x in range(0, before.width() - 2, 7) for y in range(0, before.height() - 2, 7)]
        far = [s for s in spots if abs(before.pixelColor(*s).lightness() - after.pixelColor(*s).lightness()) > 100]
        assert len(far) <= len(spots) // 100  # edges may fall on another pixel
    pages.close()
    printed.close()


def test_a_range_of_pages_can_be_printed(tmp_path: Path, qapp: QApplication) -> None:
    pages = PdfPages(pdf(A4, A4, A4))
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    printer.setFromTo(2, 2)
    print_pages(pages, printer)
    printed = PdfPages((tmp_path / "printed.pdf").read_bytes())
    assert [dark_rows(printed.image(number, 1)) for number in range(len(printed))] == [2]
    pages.close()
    printed.close()


def test_the_preview_shows_and_keeps_the_very_file(qtbot: QtBot, window: MainWindow, ports, tmp_path: Path) -> None:
    ports.note.content = pdf(LETTER, LETTER)
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.findChild(PreviewDialog) is not None)
    dialog = window.findChild(PreviewDialog)
    qtbot.waitExposed(dialog)
    assert [view.accessibleName() for view in dialog.views] == ["Page 1 of 2", "Page 2 of 2"]
    assert dialog.views[1].accessibleDescription() == "page 2"
    assert "Letter" in dialog._paper()
    for _round in range(5):
        QApplication.processEvents()
    width = dialog.views[0].width()
    drawn = dialog.views[0].grab().toImage()
    assert dark_rows(drawn) == 1
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClick(dialog, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert dialog.views[0].width() == pytest.approx(width * 1.25, abs=2)
    dialog.fit_button.click()
    assert dialog.views[0].width() == width
    dialog.save_button.click()
    chooser = window.findChild(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "kept.pdf"))
    chooser.close()
    assert (tmp_path / "kept.pdf").read_bytes() == ports.note.content
    assert not Path(window.files._folder.name).exists()  # the file made for the preview is gone
    dialog.close()


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_the_note_is_wanted_on_the_paper_of_the_settings(
    qtbot: QtBot, window: MainWindow, ports, settings: WindowSettings, tmp_path: Path, paper: str
) -> None:
    settings.change(paper=paper)
    with qtbot.waitSignal(window.files.exported):
        window.files.export_to(str(tmp_path / "note.pdf"))
    assert ports.note.request.paper == paper
