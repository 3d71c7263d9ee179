"""How far slow work is, in the status bar, with the button that gives it up."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from hepalith.i18n import _
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.worker import Worker

_PER_CENT = 100


class ProgressStrip(QWidget):
    """Shown while a worker works."""

    def __init__(self, worker: Worker, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label: QLabel = plain_label(text, wraps=False)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(text)
        self.bar.setRange(0, _PER_CENT)
        self.bar.setFixedWidth(em(self) * 9)
        self.cancel_button = QPushButton(_("Cancel"))
        self.cancel_button.setAccessibleName(_("Cancel: {what}").format(what=text))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label)
        row.addWidget(self.bar)
        row.addWidget(self.cancel_button)
        self.hide()
        self.cancel_button.clicked.connect(worker.cancel)
        worker.started.connect(self._on_started)
        worker.progressed.connect(self._on_progressed)
        for answer in (worker.succeeded, worker.failed, worker.given_up):
            answer.connect(self.hide)

    def _on_started(self) -> None:
        self.bar.setValue(0)
        self.show()

    def _on_progressed(self, share: float) -> None:
        self.bar.setValue(round(share * _PER_CENT))
