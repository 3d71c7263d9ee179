"""The form of the site settings: everything that a hospital may refine, with what does not fit beside its field."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QFrame,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hepalith.domain.words import cost_text
from hepalith.i18n import _
from hepalith.knowledge.model import Cost, KnowledgeFiles
from hepalith.knowledge.site import Site, SiteProblem, can_change_times, drugs_of
from hepalith.ui.fields.editor import CalmCombo, PlainInput
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.headings import Heading
from hepalith.ui.theme import theme_of, tinted

_KEY = Qt.ItemDataRole.UserRole


class ProblemLabel(QLabel):
    """What is wrong with the field above; hidden while nothing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.hide()

    def say(self, messages: Sequence[str]) -> None:
        """Shows the messages, or nothing."""
        self.setText("\n".join(f"✗ {message}" for message in messages))
        tinted(self, theme_of(self).alert)
        self.setVisible(bool(messages))


class LinesInput(QPlainTextEdit):
    """A few lines of text; Tab goes on to the next field."""

    def __init__(self, lines: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setFixedHeight(em(self) * lines + 12)

    def lines(self) -> tuple[str, ...]:
        """The lines that are not empty."""
        return tuple(line.strip() for line in self.toPlainText().splitlines() if line.strip())


class Part(msgspec.Struct, frozen=True):
    """One field of an entry: its key in the file, its label, what it holds, an example."""

    key: str
    label: str
    kind: str  # text, list (separated by commas), yes_no
    example: str = ""


class EntryBox(QFrame):
    """One entry of a table of the file, such as a contact."""

    changed = Signal()
    removed = Signal(object)

    def __init__(self, title: str, parts: Sequence[Part], keys: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.name = ""
        self._parts = parts
        self._inputs: dict[str, PlainInput | QCheckBox] = {}
        self._problems: dict[str, ProblemLabel] = {"": ProblemLabel()}
        self.key_input: CalmCombo | None = None
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        if keys:
            self.key_input = CalmCombo()
            self.key_input.setAccessibleName(title)
            self.key_input.setSizeAdjustPolicy(CalmCombo.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            self.key_input.setMinimumContentsLength(24)
            for key, text in keys.items():
                self.key_input.addItem(text, key)
            self.key_input.currentIndexChanged.connect(self.changed)
            _add_row(form, title, self.key_input)
        form.addRow(self._problems[""])
        for part in parts:
            edit = QCheckBox(part.label) if part.kind == "yes_no" else PlainInput()
            edit.setAccessibleName(f"{title}: {part.label}")
            if isinstance(edit, QCheckBox):
                edit.toggled.connect(self.changed)
                form.addRow(edit)
            else:
                edit.setPlaceholderText(part.example)
                edit.textEdited.connect(self.changed)
                _add_row(form, part.label, edit)
            self._inputs[part.key] = edit
            self._problems[part.key] = ProblemLabel()
            form.addRow(self._problems[part.key])
        remove = QPushButton(_("Remove"))
        remove.setAccessibleName(_("Remove this: {title}").format(title=title))
        remove.clicked.connect(self._on_remove)
        form.addRow(remove)

    @property
    def key(self) -> str:
        """The key of the entry in the file."""
        return str(self.key_input.currentData()) if self.key_input is not None else self.name

    def show_entry(self, key: str, entry: Mapping[str, Any]) -> None:
        """Shows what the file says."""
        self.name = key
        if self.key_input is not None:
            if self.key_input.findData(key) < 0:
                self.key_input.addItem(key, key)  # of another version: kept, and named as a problem
            self.key_input.setCurrentIndex(self.key_input.findData(key))
        for part in self._parts:
            edit = self._inputs[part.key]
            value = entry.get(part.key)
            if isinstance(edit, QCheckBox):
                edit.setChecked(value is not False)
            else:
                edit.setText(", ".join(value) if isinstance(value, tuple | list) else str(value or ""))

    def entry(self) -> dict[str, Any]:
        """What is entered."""
        found: dict[str, Any] = {}
        for part in self._parts:
            edit = self._inputs[part.key]
            if isinstance(edit, QCheckBox):
                found[part.key] = edit.isChecked()
            elif part.kind == "list":
                found[part.key] = tuple(word.strip() for word in edit.text().split(",") if word.strip())
            else:
                found[part.key] = edit.text().strip()
        return found

    def show_problems(self, problems: Mapping[str, Sequence[str]]) -> None:
        """Shows what is wrong with which part ("" for the entry as a whole)."""
        for key, label in self._problems.items():
            label.say(problems.get(key, ()))

    def take_focus(self) -> None:
        """Puts the keyboard into the first field."""
        (self.key_input or next(iter(self._inputs.values()))).setFocus()

    def _on_remove(self) -> None:
        self.removed.emit(self)


class EntriesEditor(QWidget):
    """All entries of a table of the file."""

    changed = Signal()

    def __init__(self, title: str, parts: Sequence[Part], keys: Mapping[str, str], new_key: str = "") -> None:
        super().__init__()
        self._title, self._parts, self._keys, self._new_key = title, parts, keys, new_key
        self.boxes: list[EntryBox] = []
        self._list = QVBoxLayout()
        self.add_button = QPushButton(_("Add: {title}").format(title=title))
        self.add_button.clicked.connect(self._on_add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._list)
        column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_entries(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """Shows what the file says."""
        for key, entry in entries.items():
            self._add(key, entry)

    def entries(self) -> dict[str, dict[str, Any]]:
        """What is entered, by key; of several with one key the last."""
        return {box.key: box.entry() for box in self.boxes}

    def show_problems(self, problems: Sequence[SiteProblem]) -> tuple[SiteProblem, ...]:
        """Shows what is wrong beside its field; returns these, and what the file could not hold."""
        doubled = {box.key for box in self.boxes if [other.key for other in self.boxes].count(box.key) > 1}
        found = list(problems)
        for box in self.boxes:
            here: dict[str, list[str]] = {}
            for problem in problems:
                if problem.place[1] == box.key:
                    here.setdefault(problem.place[2] if len(problem.place) > 2 else "", []).append(problem.message)
            if box.key in doubled:
                message = _("{name} stands here twice").format(name=self._keys.get(box.key, box.key))
                here.setdefault("", []).append(message)
                found.append(SiteProblem((self._title, box.key), message))
            box.show_problems(here)
        return tuple(found)

    def _on_add(self) -> None:
        used = {box.key for box in self.boxes}
        free = (key for key in self._keys if key not in used)
        numbered = (f"{self._new_key}_{number}" for number in range(1, len(used) + 2))
        key = next(free, "") if self._keys else next(name for name in numbered if name not in used)
        self._add(key, {}).take_focus()
        self.changed.emit()

    def _add(self, key: str, entry: Mapping[str, Any]) -> EntryBox:
        box = EntryBox(self._title, self._parts, self._keys, self)
        box.show_entry(key, entry)
        box.changed.connect(self.changed)
        box.removed.connect(self._on_removed)
        self.boxes.append(box)
        self._list.addWidget(box)
        return box

    def _on_removed(self, box: EntryBox) -> None:
        self.boxes.remove(box)
        self._list.removeWidget(box)
        box.hide()  # it may live on until the next round of events
        box.deleteLater()
        self.add_button.setFocus()
        self.changed.emit()


class NotePage(QWidget):
    """Institution, clinician and letterhead of notes."""

    changed = Signal()

    def __init__(self, site: Site, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = QFormLayout(self)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.institution_input, self.clinician_input, self.logo_input = PlainInput(), PlainInput(), PlainInput()
        self.lines_input = LinesInput(4)
        self._logo_problem = ProblemLabel()
        for text, edit, value in (
            (_("Institution"), self.institution_input, site.institution),
            (_("Clinician"), self.clinician_input, site.clinician),
            (_("Logo (SVG or PNG file)"), self.logo_input, site.letterhead.logo),
        ):
            edit.setText(value)
            edit.textEdited.connect(self.changed)
            _add_row(self.form, text, edit)
        self.form.addRow(self._logo_problem)
        self.lines_input.setPlainText("\n".join(site.letterhead.lines))
        self.lines_input.textChanged.connect(self.changed)
        _add_row(self.form, _("Lines of the letterhead"), self.lines_input)

    def entered(self, site: Site) -> Site:
        """The settings with what is entered here."""
        letterhead = msgspec.structs.replace(
            site.letterhead, lines=self.lines_input.lines(), logo=self.logo_input.text().strip()
        )
        return msgspec.structs.replace(
            site,
            institution=self.institution_input.text().strip(),
            clinician=self.clinician_input.text().strip(),
            letterhead=letterhead,
        )

    def show_problems(self, problems: Sequence[SiteProblem]) -> tuple[SiteProblem, ...]:
        """Shows what is wrong beside its field; returns these."""
        here = tuple(problem for problem in problems if problem.place[0] == "letterhead")
        self._logo_problem.say([problem.message for problem in here])
        return here


class SitePage(QWidget):
    """What cannot be done here, regions, contacts, products and follow-up times."""

    changed = Signal()

    def __init__(self, site: Site, shipped: KnowledgeFiles, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setSpacing(6)
        column.addWidget(plain_label(_("Texts and options of your hospital. The safety logic cannot be changed here.")))
        column.addWidget(Heading(_("Examinations that cannot be done here"), 1.1))
        self.kind_boxes: dict[Cost, QCheckBox] = {}
        for kind in get_args(Cost):
            box = QCheckBox(cost_text(kind))
            box.setChecked(kind in site.unavailable)
            box.toggled.connect(self.changed)
            self.kind_boxes[kind] = box
            column.addWidget(box)
        column.addWidget(Heading(_("Regions added to the lists"), 1.1))
        column.addWidget(plain_label(_("Regions can only be added: widening is the safe side.")))
        self.region_tree = _RegionTree(site, shipped)
        self.region_tree.itemChanged.connect(self._on_item_changed)
        self._region_problem = ProblemLabel()
        column.addWidget(self.region_tree)
        column.addWidget(self._region_problem)
        self.editors = {
            "contacts": EntriesEditor(_("Contact"), _contact_parts(), {}, "contact"),
            "formulary": EntriesEditor(_("Drug"), _product_parts(), {drug: drug for drug in drugs_of(shipped)}),
            "follow_up": EntriesEditor(_("Follow-up of"), _time_parts(), _own_times(shipped)),
        }
        headings = (_("Contacts"), _("Formulary"), _("Follow-up times"))
        written = msgspec.to_builtins(site)
        for heading, (key, editor) in zip(headings, self.editors.items(), strict=True):
            column.addWidget(Heading(heading, 1.1))
            editor.show_entries(written.get(key, {}))
            editor.changed.connect(self.changed)
            column.addWidget(editor)
        column.addWidget(plain_label(_("Written to {path}").format(path=path)))
        column.addStretch(1)

    def entered(self, site: Site) -> Site:
        """The settings with what is entered here."""
        data = msgspec.to_builtins(site)
        data["unavailable"] = [kind for kind, box in self.kind_boxes.items() if box.isChecked()]
        data["endemic"] = self.region_tree.added()
        for key, editor in self.editors.items():
            data[key] = editor.entries()
        return msgspec.convert(data, Site)

    def show_problems(self, problems: Sequence[SiteProblem]) -> tuple[SiteProblem, ...]:
        """Shows what is wrong beside its field; returns these."""
        found = [problem for problem in problems if problem.place[0] == "endemic"]
        self._region_problem.say([problem.message for problem in found])
        for key, editor in self.editors.items():
            found += editor.show_problems([problem for problem in problems if problem.place[0] == key])
        return tuple(found)

    def _on_item_changed(self) -> None:
        self.changed.emit()


class _RegionTree(QTreeWidget):
    """The lists of regions; those that come with the program are ticked and cannot be taken away."""

    def __init__(self, site: Site, shipped: KnowledgeFiles) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setAccessibleName(_("Regions added to the lists"))
        self.setMinimumHeight(em(self) * 12)
        labels = {finding.id: {one.id: one.label for one in finding.choices} for finding in shipped.findings}
        self._unknown = {
            name: values for name, values in site.endemic.items() if name not in {entry.id for entry in shipped.lists}
        }
        blocker = QSignalBlocker(self)
        for entry in shipped.lists:
            head = QTreeWidgetItem(self, [entry.label])
            head.setData(0, _KEY, entry.id)
            wanted = site.endemic.get(entry.id, ())
            for choice, label in (
                labels[entry.of] | {one: one for one in wanted if one not in labels[entry.of]}
            ).items():
                item = QTreeWidgetItem(head, [label])
                item.setData(0, _KEY, choice)
                own = choice in entry.values
                item.setCheckState(0, Qt.CheckState.Checked if own or choice in wanted else Qt.CheckState.Unchecked)
                item.setDisabled(own)
        blocker.unblock()

    def added(self) -> dict[str, tuple[str, ...]]:
        """What is ticked beyond what comes with the program."""
        found = dict(self._unknown)
        for head in filter(None, map(self.topLevelItem, range(self.topLevelItemCount()))):
            items = filter(None, map(head.child, range(head.childCount())))
            ticked = [one for one in items if not one.isDisabled() and one.checkState(0) is Qt.CheckState.Checked]
            if ticked:
                found[head.data(0, _KEY)] = tuple(one.data(0, _KEY) for one in ticked)
        return found


def _contact_parts() -> tuple[Part, ...]:
    return (
        Part("name", _("Name"), "text"),
        Part("telephone", _("Telephone"), "text"),
        Part("advice", _("Advice that names it (ids, separated by commas)"), "list"),
    )


def _product_parts() -> tuple[Part, ...]:
    return (
        Part("name", _("What the formulary has"), "text"),
        Part("available", _("In the formulary"), "yes_no"),
        Part("note", _("Remark"), "text"),
    )


def _time_parts() -> tuple[Part, ...]:
    return (
        Part("after", _("After (separated by commas)"), "list", _("for example 4 months, 12 months")),
        Part("then_every", _("Then every"), "text", _("for example 12 months")),
        Part("until", _("Until"), "text", _("for example 5 years")),
        Part("reason", _("Reason"), "text"),
    )


def _own_times(shipped: KnowledgeFiles) -> dict[str, str]:
    """Recommendations whose follow-up times a site may choose."""
    return {entry.id: f"{entry.id}: {entry.title}" for entry in shipped.recommendations if can_change_times(entry)}


def _add_row(form: QFormLayout, text: str, edit: QWidget) -> None:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setBuddy(edit)
    if not edit.accessibleName():
        edit.setAccessibleName(text)
    form.addRow(label, edit)
