"""Preview and printing of a finished PDF: what is shown and printed are the pages of that very file.

PDFium draws them (pypdfium2): Qt's own module for PDF is not in the small set of Qt packages that the program uses.
"""

from collections.abc import Callable

import pypdfium2
from PySide6.QtCore import QEvent, QMarginsF, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeySequence,
    QPageLayout,
    QPageSize,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QShowEvent,
    QTextDocument,
)
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from hepalith.i18n import _
from hepalith.ui.fonts import em, plain_label

_POINTS = 72  # in an inch
_PRINT_DPI = 300
_ZOOM = 1.25
_SMALLEST, _LARGEST = 0.25, 5.0  # pixels for a point


class PdfPages:
    """The pages of a PDF file. Raises PdfError for what is none."""

    def __init__(self, content: bytes) -> None:
        self._content = content  # PDFium reads from it as long as the document is open
        try:
            self._document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise PdfError(_("This is no PDF that can be shown: {reason}.").format(reason=error)) from error

    def __len__(self) -> int:
        return len(self._document)

    def points(self, page: int) -> tuple[float, float]:
        """Width and height of a page in points."""
        width, height = self._document.get_page_size(page)
        return float(width), float(height)

    def image(self, page: int, scale: float) -> QImage:
        """A page as a picture. scale: pixels for a point."""
        drawn = self._document[page].render(scale=scale, prefer_bgrx=True, rev_byteorder=False, fill_color=(255,) * 4)
        made = QImage(bytes(drawn.buffer), drawn.width, drawn.height, drawn.stride, QImage.Format.Format_RGB32)
        return made.copy()  # its own pixels: those of PDFium go

    def text(self, page: int) -> str:
        """What a page says, for people who cannot see it."""
        return str(self._document[page].get_textpage().get_text_bounded()).strip()

    def close(self) -> None:
        """Lets go of the document."""
        self._document.close()


class PdfError(ValueError):
    """What should be shown is no PDF."""


def print_pages(pages: PdfPages, printer: QPrinter) -> None:
    """Prints the pages that the printer was told to print, each on paper of its own size."""
    first = printer.fromPage() or 1
    last = min(printer.toPage() or len(pages), len(pages))
    printer.setFullPage(True)
    painter = QPainter()
    for page in range(first - 1, last):
        width, height = pages.points(page)
        _set_paper(printer, width, height)
        if not painter.isActive():
            painter.begin(printer)
        else:
            printer.newPage()
        dpi = min(_PRINT_DPI, printer.resolution())
        room = QRectF(printer.paperRect(QPrinter.Unit.DevicePixel))
        painter.drawImage(QRectF(0, 0, room.width(), room.height()), pages.image(page, dpi / _POINTS))
    painter.end()


def print_html(page: str, parent: QWidget) -> None:
    """Asks for a printer and prints a page of HTML."""

    def paint(printer: QPrinter) -> None:
        document = QTextDocument()
        document.setHtml(page)
        document.print_(printer)

    ask_and_print(paint, parent)


def ask_and_print(paint: Callable[[QPrinter], None], parent: QWidget, name: str = "", last_page: int = 0) -> None:
    """Asks for a printer, and paints on it. last_page: how many pages can be chosen from; 0 for no choice."""
    job = _Job(paint, parent, name)
    dialog = QPrintDialog(job.printer, parent)
    if last_page:
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange)
        dialog.setMinMax(1, last_page)
    dialog.accepted.connect(job.run)
    dialog.finished.connect(dialog.deleteLater)
    dialog.finished.connect(job.deleteLater)
    QDialog.open(dialog)  # its own overload wants a receiver by name


class _Job(QObject):
    """A printer, and what is painted on it once it was chosen."""

    def __init__(self, paint: Callable[[QPrinter], None], parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self._paint = paint
        self.printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self.printer.setDocName(name)

    def run(self) -> None:
        """Prints."""
        self._paint(self.printer)


class PageView(QWidget):
    """One page; drawn when it comes into sight."""

    def __init__(self, pages: PdfPages, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = pages
        self._number = number
        self._image: QImage | None = None
        self.setAccessibleName(_("Page {page} of {count}").format(page=number + 1, count=len(pages)))
        self.setAccessibleDescription(pages.text(number))

    def show_at(self, scale: float) -> None:
        """Takes the size of the page at a scale in pixels for a point."""
        width, height = self._pages.points(self._number)
        extent = QSize(round(width * scale), round(height * scale))
        if extent != self.size():
            self._image = None
            self.setFixedSize(extent)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._image = None
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        ratio = self.devicePixelRatioF()
        if self._image is None:
            width, _height = self._pages.points(self._number)
            self._image = self._pages.image(self._number, self.width() * ratio / width)
        QPainter(self).drawImage(QRectF(self.rect()), self._image)


class PreviewDialog(QDialog):
    """Shows the pages of a PDF and prints or saves them."""

    save_wanted = Signal(object)  # bytes

    def __init__(self, content: bytes, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Print preview: {name}").format(name=name))
        self._content, self._name = content, name
        self.pages = PdfPages(content)
        self._zoom = 0.0  # pixels for a point; 0 fits the width
        self.views = [PageView(self.pages, number) for number in range(len(self.pages))]
        inside = QWidget()
        column = QVBoxLayout(inside)
        for view in self.views:
            column.addWidget(view, 0, Qt.AlignmentFlag.AlignHCenter)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # or it takes room after all fitted
        self.area.setAccessibleName(_("Pages"))
        self.area.setWidget(inside)
        self.print_button, self.save_button = QPushButton(_("&Print...")), QPushButton(_("&Save as..."))
        self.smaller_button, self.larger_button = QPushButton("−"), QPushButton("+")
        self.fit_button, self.close_button = QPushButton(_("&Whole width")), QPushButton(_("&Close"))
        self.smaller_button.setAccessibleName(_("Smaller"))
        self.larger_button.setAccessibleName(_("Larger"))
        for keys, slot in (("Ctrl+-", self._on_smaller), ("Ctrl++", self._on_larger), ("Ctrl+=", self._on_larger)):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        self.print_button.setDefault(True)
        row = QHBoxLayout()
        paper = plain_label(_("{count} pages, {paper}").format(count=len(self.pages), paper=self._paper()), wraps=False)
        for widget, slot in (
            (self.smaller_button, self._on_smaller),
            (self.larger_button, self._on_larger),
            (self.fit_button, self._on_fit),
            (self.save_button, self._on_save),
            (self.print_button, self.print_pages),
            (self.close_button, self.reject),
        ):
            if widget is self.save_button:
                row.addWidget(paper)
                row.addStretch(1)
            widget.clicked.connect(slot)
            row.addWidget(widget)
        whole = QVBoxLayout(self)
        whole.addWidget(self.area, 1)
        whole.addLayout(row)
        self.resize(em(self) * 50, em(self) * 48)
        self.area.setFocus()
        self.finished.connect(self._on_finished)

    def print_pages(self) -> None:
        """Asks for a printer and prints."""
        ask_and_print(self.print_to, self, self._name, len(self.pages))

    def print_to(self, printer: QPrinter) -> None:
        """Prints on a printer that is chosen already."""
        print_pages(self.pages, printer)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and hasattr(self, "views"):
            self._show()

    def _paper(self) -> str:
        width, height = self.pages.points(0) if len(self.pages) else (0, 0)
        return QPageSize(QPageSize.id(QSize(round(width), round(height)), QPageSize.SizeMatchPolicy.FuzzyMatch)).name()

    def _fitting(self) -> float:
        widest = max((self.pages.points(number)[0] for number in range(len(self.pages))), default=1)
        return max(_SMALLEST, (self.area.viewport().width() - 2 * em(self)) / widest)

    def _show(self) -> None:
        for view in self.views:
            view.show_at(self._zoom or self._fitting())

    def _on_smaller(self) -> None:
        self._zoom = max(_SMALLEST, (self._zoom or self._fitting()) / _ZOOM)
        self._show()

    def _on_larger(self) -> None:
        self._zoom = min(_LARGEST, (self._zoom or self._fitting()) * _ZOOM)
        self._show()

    def _on_fit(self) -> None:
        self._zoom = 0.0
        self._show()

    def _on_save(self) -> None:
        self.save_wanted.emit(self._content)

    def _on_finished(self) -> None:
        for view in self.views:
            view.hide()
        self.pages.close()


def _set_paper(printer: QPrinter, width: float, height: float) -> None:
    size = QPageSize(QSize(round(width), round(height)), "", QPageSize.SizeMatchPolicy.FuzzyMatch)
    printer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
    printer.setFullPage(True)
