"""The editor of keys: choose, see at once what they collide with, go back to what they were, print the list."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QKeySequenceEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hepalith.i18n import _
from hepalith.ui.dialogs import ok_and_cancel
from hepalith.ui.flow_layout import FlowLayout
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.shortcuts import Shortcuts, native
from hepalith.ui.site_form import ProblemLabel

_NAME = Qt.ItemDataRole.UserRole


class ShortcutsDialog(QDialog):
    """Edits the keys of actions; nothing with a conflict can be kept."""

    keys_chosen = Signal(object)  # dict: action -> keys
    print_wanted = Signal(object)  # the same
    save_wanted = Signal(object)  # the same

    def __init__(self, shortcuts: Shortcuts, chosen: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Keys"))
        self._shortcuts = shortcuts
        self._chosen = dict(chosen)
        self.action_list = QTreeWidget()
        self.action_list.setAccessibleName(_("Actions and their keys"))
        self.action_list.setRootIsDecorated(False)
        self.action_list.setHeaderLabels([_("Action"), _("Keys"), _("Problem")])
        for one in shortcuts.listed(self._chosen):
            item = QTreeWidgetItem(self.action_list, [one.text])
            item.setData(0, _NAME, one.name)
        self.keys_input = QKeySequenceEdit()
        self.keys_input.setMaximumSequenceLength(1)
        self.keys_input.setAccessibleName(_("New keys"))
        self.keys_input.editingFinished.connect(self._on_keys_typed)
        label = plain_label(_("New keys"))
        label.setBuddy(self.keys_input)
        form = QFormLayout()
        form.addRow(label, self.keys_input)
        self.none_button, self.reset_button = QPushButton(_("No keys")), QPushButton(_("As it was"))
        self.reset_all_button = QPushButton(_("All as they were"))
        self.print_button, self.save_button = QPushButton(_("Print the list...")), QPushButton(_("Save the list..."))
        row = FlowLayout()
        for button, slot in (
            (self.none_button, self._on_none),
            (self.reset_button, self._on_reset),
            (self.reset_all_button, self._on_reset_all),
            (self.print_button, self._on_print),
            (self.save_button, self._on_save),
        ):
            button.clicked.connect(slot)
            button.setAutoDefault(False)
            row.addWidget(button)
        self._problem = ProblemLabel()
        buttons = ok_and_cancel(self)
        self.ok_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        column = QVBoxLayout(self)
        column.addWidget(self.action_list, 1)
        column.addLayout(form)
        column.addLayout(row)
        column.addWidget(self._problem)
        column.addWidget(buttons)
        self.action_list.currentItemChanged.connect(self._on_action_chosen)
        self.resize(em(self) * 38, em(self) * 32)
        self._show()
        self.action_list.setCurrentIndex(self.action_list.model().index(0, 0))

    def accept(self) -> None:
        """Keeps the keys; what is as it came is not written down."""
        self.keys_chosen.emit(self._chosen)
        super().accept()

    def _name(self) -> str:
        item = self.action_list.currentItem()
        return str(item.data(0, _NAME)) if item is not None else ""

    def _choose(self, name: str, keys: str | None) -> None:
        """Gives an action keys; None gives back its own."""
        own = {one.name: one.own for one in self._shortcuts.listed({})}
        if keys is None or keys == own.get(name):
            self._chosen.pop(name, None)
        elif name:
            self._chosen[name] = keys
        self._show()

    def _show(self) -> None:
        problems = []
        for row, one in enumerate(self._shortcuts.listed(self._chosen)):
            item = self.action_list.topLevelItem(row)
            problem = self._shortcuts.problem(one.name, self._chosen)
            if item is None:
                continue
            item.setText(1, native(one.keys))
            item.setText(2, f"✗ {problem}" if problem else "")
            if problem:
                problems.append(f"{one.text}: {problem}")
        for column in (0, 1):
            self.action_list.resizeColumnToContents(column)
        self._problem.say(problems)
        self.ok_button.setEnabled(not problems)

    def _on_action_chosen(self) -> None:
        now = next((one.keys for one in self._shortcuts.listed(self._chosen) if one.name == self._name()), "")
        self.keys_input.setKeySequence(QKeySequence.fromString(now.split("; ")[0]))

    def _on_keys_typed(self) -> None:
        typed = self.keys_input.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        now = next((one.keys for one in self._shortcuts.listed(self._chosen) if one.name == self._name()), "")
        if typed and typed != now.split("; ")[0]:
            self._choose(self._name(), typed)

    def _on_none(self) -> None:
        self._choose(self._name(), "")
        self._on_action_chosen()

    def _on_reset(self) -> None:
        self._choose(self._name(), None)
        self._on_action_chosen()

    def _on_reset_all(self) -> None:
        self._chosen.clear()
        self._show()
        self._on_action_chosen()

    def _on_print(self) -> None:
        self.print_wanted.emit(self._chosen)

    def _on_save(self) -> None:
        self.save_wanted.emit(self._chosen)
