"""Asks which choices are still possible when a finding was only narrowed down."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from hepalith.domain.case import ChoiceValue
from hepalith.i18n import _
from hepalith.knowledge.model import Finding


class NarrowingDialog(QDialog):
    """Asks which choices are still possible when it was only narrowed down."""

    narrowed = Signal(object)  # ChoiceValue

    def __init__(self, finding: Finding, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(finding.label)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.addWidget(QLabel(_("Which of these are possible?")))
        self._boxes = []
        for option in finding.choices:
            box = QCheckBox(option.label)
            box.setObjectName(f"candidate_{option.id}")
            self._boxes.append((option.id, box))
            column.addWidget(box)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def accept(self) -> None:
        """Enters what is ticked; nothing ticked changes nothing."""
        candidates = tuple(choice for choice, box in self._boxes if box.isChecked())
        if candidates:
            self.narrowed.emit(ChoiceValue(candidates=candidates))
        super().accept()
