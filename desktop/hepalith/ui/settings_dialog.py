"""The settings: what is shown changes at once, Cancel takes it back; the site settings are written by OK."""

from collections.abc import Sequence
from typing import Any

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from hepalith.domain.words import is_conventional
from hepalith.i18n import _, languages
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.site import Site, SiteError, SiteProblem
from hepalith.services.ports import SiteSettings
from hepalith.ui.dialogs import ok_and_cancel
from hepalith.ui.fields.editor import CalmCombo
from hepalith.ui.flow_layout import FlowLayout
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.settings import Preferences
from hepalith.ui.site_form import NotePage, ProblemLabel, SitePage
from hepalith.ui.texts import unit_word


class SettingsDialog(QDialog):
    """Edits preferences and, where there is one, the file of the site."""

    previewed = Signal(object)  # Preferences: to be shown now
    files_forgotten = Signal()
    site_saved = Signal()

    def __init__(
        self, preferences: Preferences, knowledge: Knowledge, site: SiteSettings | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Settings"))
        self._before = preferences
        self._chosen = preferences
        self._site = site
        self._site_before = Site()
        self._problem = ProblemLabel()
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(_("Groups of settings"))
        self.general = GeneralPage(preferences)
        self.units = UnitsPage(preferences, knowledge)
        self._add_page(_("General"), self.general)
        self._add_page(_("Units"), self.units)
        self.general.changed.connect(self._on_changed)
        self.general.files_forgotten.connect(self.files_forgotten)
        self.units.changed.connect(self._on_changed)
        self.note: NotePage | None = None
        self.site: SitePage | None = None
        if site is not None:
            self._add_site(site)
        buttons = ok_and_cancel(self)
        self.ok_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        column = QVBoxLayout(self)
        column.addWidget(self.tabs, 1)
        column.addWidget(self._problem)
        column.addWidget(buttons)
        self.resize(em(self) * 40, em(self) * 34)

    @property
    def chosen(self) -> Preferences:
        """The preferences as they are chosen now."""
        return self._chosen

    def accept(self) -> None:
        """Writes the site file if it changed; stays open while something does not fit."""
        entered = self._entered_site()
        if self._site is not None and entered != self._site_before:
            problems = self._show_problems()
            if problems:
                self._go_to(problems[0])
                return
            try:
                self._site.save(entered)
            except SiteError as error:
                self._problem.say([str(error)])
                return
            self.site_saved.emit()
        super().accept()

    def reject(self) -> None:
        """Everything as it was."""
        if self._chosen != self._before:
            self._chosen = self._before
            self.previewed.emit(self._before)
        super().reject()

    def _add_site(self, site: SiteSettings) -> None:
        try:
            self._site_before = site.read()
        except SiteError as error:
            self._site = None
            self._problem.say([str(error)])
            return
        self.note = NotePage(self._site_before)
        self.site = SitePage(self._site_before, site.shipped(), site.path)
        self._add_page(_("The note"), self.note)
        self._add_page(_("Site"), self.site)
        for page in (self.note, self.site):
            page.changed.connect(self._show_problems)
        self._show_problems()

    def _add_page(self, title: str, page: QWidget) -> None:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(title)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(page)
        column.addStretch(1)
        area.setWidget(inside)
        self.tabs.addTab(area, title)

    def _on_changed(self) -> None:
        self._chosen = self.units.entered(self.general.entered(self._before))
        self.previewed.emit(self._chosen)

    def _entered_site(self) -> Site:
        if self.note is None or self.site is None:
            return self._site_before
        return self.site.entered(self.note.entered(self._site_before))

    def _show_problems(self) -> tuple[SiteProblem, ...]:
        """Shows every problem beside its field; what has no field, at the foot."""
        if self._site is None or self.note is None or self.site is None:
            return ()
        problems = self._site.problems(self._entered_site())
        placed = (*self.note.show_problems(problems), *self.site.show_problems(problems))
        self._problem.say([one.message for one in problems if one not in placed])
        return (*placed, *(one for one in problems if one not in placed))

    def _go_to(self, problem: SiteProblem) -> None:
        page = self.note if problem.place[0] == "letterhead" else self.site
        for area in self.tabs.findChildren(QScrollArea):
            if page is not None and area.isAncestorOf(page):
                self.tabs.setCurrentWidget(area)
                shown = next((label for label in page.findChildren(ProblemLabel) if not label.isHidden()), None)
                if shown is not None:
                    area.ensureWidgetVisible(shown)


class GeneralPage(QWidget):
    """Language, theme, text size, paper, recent files."""

    changed = Signal()
    files_forgotten = Signal()

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = QFormLayout(self)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.language_input = self._combo(
            _("Language"), [("", _("As the system")), *languages().items()], preferences.language
        )
        themes = [("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))]
        self.theme_input = self._combo(_("Theme"), themes, preferences.theme)
        self.size_input = QSpinBox()
        self.size_input.setRange(100, 200)
        self.size_input.setSingleStep(5)
        self.size_input.setSuffix(" %")
        self.size_input.setValue(preferences.text_percent)
        self.size_input.valueChanged.connect(self.changed)
        self._row(_("Text size"), self.size_input)
        papers = [("a4", _("A4")), ("us-letter", _("Letter"))]
        self.paper_input = self._combo(_("Paper of notes"), papers, preferences.paper)
        self.recent_input = QCheckBox(_("Remember recent files"))
        self.recent_input.setChecked(preferences.remembers_files)
        self.recent_input.toggled.connect(self.changed)
        self.form.addRow(self.recent_input)
        forget = QPushButton(_("Forget recent files now"))
        forget.clicked.connect(self.files_forgotten)
        self.form.addRow(forget)

    def entered(self, preferences: Preferences) -> Preferences:
        """The preferences with what is chosen here."""
        return msgspec.structs.replace(
            preferences,
            language=self.language_input.currentData(),
            theme=self.theme_input.currentData(),
            text_percent=self.size_input.value(),
            paper=self.paper_input.currentData(),
            remembers_files=self.recent_input.isChecked(),
        )

    def _combo(self, text: str, choices: Sequence[tuple[Any, str]], chosen: object) -> CalmCombo:
        combo = CalmCombo()
        for value, label in choices:
            combo.addItem(label, value)
        combo.setCurrentIndex(max(0, combo.findData(chosen)))
        combo.currentIndexChanged.connect(self.changed)
        self._row(text, combo)
        return combo

    def _row(self, text: str, edit: QWidget) -> None:
        label = QLabel(text)
        label.setBuddy(edit)
        edit.setAccessibleName(text)
        self.form.addRow(label, edit)


class UnitsPage(QWidget):
    """The unit of each quantity that can be entered in several."""

    changed = Signal()

    def __init__(self, preferences: Preferences, knowledge: Knowledge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.addWidget(
            plain_label(
                _(
                    "Where you choose a unit, new values are entered in it, and values entered in another one are also "
                    "shown in it. What was entered stays as it is."
                )
            )
        )
        self.si_button, self.conventional_button = QPushButton(_("All SI")), QPushButton(_("All conventional"))
        self.si_button.clicked.connect(self._on_si)
        self.conventional_button.clicked.connect(self._on_conventional)
        row = FlowLayout()
        row.addWidget(self.si_button)
        row.addWidget(self.conventional_button)
        column.addLayout(row)
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.unit_inputs: dict[str, CalmCombo] = {}
        for finding in knowledge.findings.values():
            if finding.other_units:
                form.addRow(*self._field(finding, preferences.units.get(finding.id, finding.unit)))
        column.addLayout(form)
        column.addStretch(1)

    def entered(self, preferences: Preferences) -> Preferences:
        """The preferences with the units chosen here; a finding's own unit only where there was another choice."""
        chosen = {
            name: combo.currentData()
            for name, combo in self.unit_inputs.items()
            if combo.currentIndex() or name in preferences.units
        }
        return msgspec.structs.replace(preferences, units=preferences.units | chosen)

    def _field(self, finding: Finding, unit: str) -> tuple[QLabel, CalmCombo]:
        combo = CalmCombo()
        for one in (finding.unit, *finding.other_units):
            combo.addItem(unit_word(one), one)
        combo.setCurrentIndex(max(0, combo.findData(unit)))
        combo.setAccessibleName(finding.label)
        combo.currentIndexChanged.connect(self.changed)
        label = plain_label(finding.label)
        label.setBuddy(combo)
        self.unit_inputs[finding.id] = combo
        return label, combo

    def _on_si(self) -> None:
        self._choose(conventional=False)

    def _on_conventional(self) -> None:
        self._choose(conventional=True)

    def _choose(self, *, conventional: bool) -> None:
        for combo in self.unit_inputs.values():
            units = [str(combo.itemData(i)) for i in range(combo.count())]
            fitting = [i for i, unit in enumerate(units) if is_conventional(unit) is conventional]
            combo.setCurrentIndex(fitting[0] if fitting else 0)
