"""The left pane: sections of the patient and of each lesion, with how much of each is filled."""

from collections.abc import Iterable

import msgspec
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hepalith.domain.case import PATIENT, Case
from hepalith.i18n import _, plural
from hepalith.knowledge.base import Knowledge
from hepalith.services.session import CaseSession, CaseState
from hepalith.ui.fields.editor import PlainInput
from hepalith.ui.texts import subject_word

WHO_PAGE = "page:who"
STUDIES_PAGE = "page:studies"

_KEY = Qt.ItemDataRole.UserRole


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list. `page` is a section id or a page name; `subject` is "" for pages and heads have no page."""

    page: str
    subject: str
    text: str
    count: str = ""
    spoken: str = ""
    filled: bool = False


def lines_of(state: CaseState, knowledge: Knowledge, refusals: dict[tuple[str, str], int]) -> tuple[Line, ...]:
    """All lines, heads before their sections."""
    case = state.case
    who = bool(case.identity.name or case.identity.identifier)
    studies = str(len(case.studies)) if case.studies else ""
    lines = [
        Line(page="", subject=PATIENT, text=_("Patient")),
        Line(page=WHO_PAGE, subject="", text=_("Who it is about"), count="✓" if who else "", filled=who),
        Line(page=STUDIES_PAGE, subject="", text=_("Imaging examinations"), count=studies, filled=bool(studies)),
        *_sections(state, knowledge, "patient", PATIENT, refusals),
    ]
    for lesion in case.lesions:
        lines.append(Line(page="", subject=lesion.id, text=subject_word(case, lesion.id)))
        lines.extend(_sections(state, knowledge, "lesion", lesion.id, refusals))
    return tuple(lines)


def _sections(
    state: CaseState, knowledge: Knowledge, of: str, subject: str, refusals: dict[tuple[str, str], int]
) -> Iterable[Line]:
    recorded = {o.finding for o in state.case.observations if o.subject == subject}
    total: dict[str, int] = {}
    done: dict[str, int] = {}
    for finding in knowledge.findings.values():
        if (finding.id, subject) not in state.hidden:
            total[finding.group] = total.get(finding.group, 0) + 1
            done[finding.group] = done.get(finding.group, 0) + (finding.id in recorded)
    for group in knowledge.header.groups:
        if group.subject != of:
            continue
        filled, of_all, refused = done.get(group.id, 0), total.get(group.id, 0), refusals.get((group.id, subject), 0)
        count = f"{filled} / {of_all}" if filled else f"– / {of_all}"
        spoken = _("{filled} of {total} recorded").format(filled=filled, total=of_all)
        if refused:
            count = f"✗ {refused}   {count}"
            spoken += ", " + plural("{count} refused", "{count} refused", refused)
        yield Line(page=group.id, subject=subject, text=group.label, count=count, spoken=spoken, filled=bool(filled))


class CaseList(QWidget):
    """Chooses the page to fill, adds and removes lesions, finds a field by its name."""

    page_chosen = Signal(str, str)  # page, subject
    finding_chosen = Signal(str, str)  # finding, subject
    lesion_removed = Signal(str)

    def __init__(self, session: CaseSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._lines: tuple[Line, ...] = ()
        self._items: dict[tuple[str, str], QTreeWidgetItem] = {}
        self.find_input = PlainInput(self)
        self.find_input.setPlaceholderText(_("Find a field (Ctrl+F)"))
        self.find_input.setAccessibleName(_("Find a field"))
        self._targets = search_words(session.knowledge)
        completer = QCompleter(sorted(self._targets), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(12)
        completer.activated.connect(self._on_found)
        self.find_input.setCompleter(completer)
        self.find_input.returnPressed.connect(self._on_find_return)

        self.tree = QTreeWidget(self)
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(10)
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setItemDelegate(_WrappingDelegate(self.tree))
        self.tree.header().sectionResized.connect(self.tree.scheduleDelayedItemsLayout)
        self.tree.setEditTriggers(QTreeWidget.EditTrigger.NoEditTriggers)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.setAccessibleName(_("Sections of the case"))
        self.tree.currentItemChanged.connect(self._on_current_changed)
        self.tree.itemChanged.connect(self._on_item_changed)

        self.add_button = QPushButton(_("&Add lesion"))
        self.add_button.setToolTip(_("Adds a lesion (Ctrl+L)"))
        self.rename_button = QPushButton(_("Na&me"))
        self.rename_button.setToolTip(_("Gives the chosen lesion a name of your own (F2)"))
        self.remove_button = QPushButton(_("&Remove"))
        self.remove_button.setToolTip(
            _("Removes the chosen lesion with all that was recorded of it; undo brings it back")
        )
        self.add_button.clicked.connect(self.add_lesion)
        self.rename_button.clicked.connect(self.rename_lesion)
        self.remove_button.clicked.connect(self._on_remove)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.add_button, self.rename_button, self.remove_button):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 4, 6)
        column.addWidget(self.find_input)
        column.addWidget(self.tree, 1)
        column.addLayout(buttons)

    def show_state(self, state: CaseState, refusals: dict[tuple[str, str], int]) -> None:
        """Shows the sections; items are kept while the list has the same lines."""
        lines = lines_of(state, self._session.knowledge, refusals)
        if lines == self._lines:
            return
        with QSignalBlocker(self.tree):
            if [(line.page, line.subject) for line in lines] != [(line.page, line.subject) for line in self._lines]:
                self._rebuild(lines)
            for line in lines:
                self._fill(self._items[(line.page, line.subject)], line)
        self._lines = lines
        self._show_buttons()

    def choose(self, page: str, subject: str) -> None:
        """Marks a section without telling that it was chosen."""
        item = self._items.get((page, subject))
        if item is not None and item is not self.tree.currentItem():
            with QSignalBlocker(self.tree):
                self.tree.setCurrentItem(item)
            self._show_buttons()

    def chosen(self) -> tuple[str, str]:
        """The page and the subject that are marked."""
        item = self.tree.currentItem()
        return item.data(0, _KEY) if item is not None else ("", "")

    def lesion(self) -> str:
        """The lesion that the marked line belongs to, or ""."""
        subject = self.chosen()[1]
        return subject if subject not in {"", PATIENT} else ""

    def add_lesion(self) -> None:
        """Adds a lesion and opens its first section."""
        lesion = self._session.add_lesion()
        first = next((g.id for g in self._session.knowledge.header.groups if g.subject == "lesion"), "")
        self.page_chosen.emit(first, lesion)

    def rename_lesion(self) -> None:
        """Lets the name of the chosen lesion be typed."""
        lesion = self.lesion()
        item = self._items.get(("", lesion))
        if lesion and item is not None:
            with QSignalBlocker(self.tree):
                item.setText(0, self._label_of(self._session.state.case, lesion))
            self.tree.editItem(item, 0)

    def take_focus(self) -> None:
        """Puts the keyboard into the list."""
        self.tree.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _rebuild(self, lines: tuple[Line, ...]) -> None:
        chosen = self.chosen()
        self.tree.clear()
        self._items.clear()
        head = QTreeWidgetItem()
        for line in lines:
            item = QTreeWidgetItem(head) if line.page else QTreeWidgetItem(self.tree)
            item.setData(0, _KEY, (line.page, line.subject))
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if not line.page:
                head = item
                item.setExpanded(True)
                font = QFont()
                font.setBold(True)
                item.setFont(0, font)
                if line.subject != PATIENT:
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self._items[(line.page, line.subject)] = item
        if chosen in self._items:
            self.tree.setCurrentItem(self._items[chosen])

    def _fill(self, item: QTreeWidgetItem, line: Line) -> None:
        if item.text(0) != line.text:
            item.setText(0, line.text)
            item.setToolTip(0, line.text)
        if item.text(1) != line.count:
            item.setText(1, line.count)
        spoken = f"{line.text}, {line.spoken}" if line.spoken else line.text
        if item.data(0, Qt.ItemDataRole.AccessibleTextRole) != spoken:
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, spoken)

    def _show_buttons(self) -> None:
        of_lesion = bool(self.lesion())
        self.rename_button.setEnabled(of_lesion)
        self.remove_button.setEnabled(of_lesion)

    def _label_of(self, case: Case, lesion_id: str) -> str:
        return next((lesion.label for lesion in case.lesions if lesion.id == lesion_id), "")

    def _on_current_changed(self, item: QTreeWidgetItem | None) -> None:
        self._show_buttons()
        if item is None:
            return
        page, subject = item.data(0, _KEY)
        first = item.child(0)
        if not page and first is not None:
            page, subject = first.data(0, _KEY)
        self.page_chosen.emit(page, subject)

    def _on_item_changed(self, item: QTreeWidgetItem) -> None:
        page, subject = item.data(0, _KEY)
        if page or subject == PATIENT:
            return
        label = item.text(0).strip()
        self._lines = ()  # the line shows the bare label while it is typed
        if label == self._label_of(self._session.state.case, subject):
            self.show_state(self._session.state, {})
        else:
            self._session.rename_lesion(subject, label)

    def _on_remove(self) -> None:
        lesion = self.lesion()
        if lesion:
            self.lesion_removed.emit(lesion)

    def _on_found(self, text: str) -> None:
        finding = self._targets.get(text)
        if finding is None:
            return
        of_lesion = self._session.knowledge.findings[finding].subject == "lesion"
        lesions = [lesion.id for lesion in self._session.state.case.lesions]
        if of_lesion and not lesions:
            lesions = [self._session.add_lesion()]
        subject = (self.lesion() or lesions[0]) if of_lesion else PATIENT
        self.find_input.clear()
        self.finding_chosen.emit(finding, subject)

    def _on_find_return(self) -> None:
        typed = self.find_input.text().strip().lower()
        fitting = sorted(
            (text for text in self._targets if typed and typed in text.lower()),
            key=lambda text: (not text.lower().startswith(typed), text),
        )
        if fitting:
            self._on_found(fitting[0])


class _WrappingDelegate(QStyledItemDelegate):
    """Long names of sections wrap instead of being cut."""

    def __init__(self, tree: QTreeWidget) -> None:
        super().__init__(tree)
        self._tree = tree

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.features |= QStyleOptionViewItem.ViewItemFeature.WrapText

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        if index.column() == 0:
            text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
            room = self._tree.columnWidth(0) - self._tree.indentation() - 8
            metrics = self._tree.fontMetrics()
            box = metrics.boundingRect(QRect(0, 0, max(room, 40), 10_000), Qt.TextFlag.TextWordWrap, text)
            hint.setHeight(box.height() + 2)
        return hint


def search_words(knowledge: Knowledge) -> dict[str, str]:
    """What can be searched for, names with synonyms, and the finding that it is."""
    words: dict[str, str] = {}
    for finding in knowledge.findings.values():
        words.setdefault(finding.label, finding.id)
        for synonym in finding.synonyms:
            words.setdefault(f"{finding.label} ({synonym})", finding.id)
    return words
