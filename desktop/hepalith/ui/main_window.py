"""The main window: case list, form and guidance side by side, below each other, or in turns, as the room allows.

What the first form can be used without is made later (`_make_later`), or when it is first asked for: the panel, the
other pages, what only menus show. Dialogs are imported when they are first opened.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QMainWindow,
    QMenu,
    QSplitter,
    QTabBar,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from hepalith.domain.assessment import Status
from hepalith.domain.case import PATIENT
from hepalith.i18n import _, plural
from hepalith.services.ports import Recovery, ReferenceManual, SiteSettings
from hepalith.services.session import CaseSession, CaseState
from hepalith.ui.bridge import SessionBridge
from hepalith.ui.case_list import STUDIES_PAGE, WHO_PAGE, CaseList
from hepalith.ui.colours import ThemeName
from hepalith.ui.examples import Example, examples_in, title_of
from hepalith.ui.files import FileActions, dropped_file
from hepalith.ui.fonts import SIZES, apply_text_size, em, plain_label
from hepalith.ui.form import FormPane, SectionForm
from hepalith.ui.icons import icon
from hepalith.ui.later import Later
from hepalith.ui.manual import ManualOpener
from hepalith.ui.opening import restore_place
from hepalith.ui.progress import ProgressStrip
from hepalith.ui.settings import Preferences, WindowSettings
from hepalith.ui.shortcuts import Shortcuts
from hepalith.ui.texts import without_key
from hepalith.ui.theme import apply_theme
from hepalith.ui.topics import FIRST_TOPIC, set_topic, topic_of

if TYPE_CHECKING:
    from hepalith.ui.form import Page
    from hepalith.ui.guided.page import GuidedPage
    from hepalith.ui.panel.guidance_panel import GuidancePanel

QUIET_MS = 200  # after an edit; what takes some milliseconds and nobody sees can wait so long
GUIDED_PAGE = "page:guided"
_WIDE_EMS = 62  # width that three panes side by side need
_TALL_EMS = 46  # height that form and panel below each other need


class Arrangement(Enum):
    """How the panes lie."""

    BESIDE = "beside"
    BELOW = "below"
    IN_TURN = "in_turn"


class MainWindow(QMainWindow):
    """Shows every state of a session and sends the user's intents to it."""

    renewal_wanted = Signal()  # another language, or other site settings: a new window on the same session
    site_changed = Signal()

    def __init__(
        self,
        session: CaseSession,
        manual: ReferenceManual,
        settings: WindowSettings,
        examples: Path,
        site: SiteSettings | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._site = site
        self._settings = settings
        self._examples_folder = examples
        self._arrangement = Arrangement.BESIDE
        self._closing = False
        self._shown_before = False
        self._announced: tuple[str, int] = ("", 0)
        self._preferences = settings.preferences  # as shown
        self._panel: GuidancePanel | None = None
        self._after_tour: Callable[[], object] | None = None
        self.bridge = SessionBridge(session, self)
        self.files = FileActions(session, settings, self)
        self.manual = ManualOpener(manual, session, self)
        self.case_list = CaseList(session)
        self.form = FormPane(session)
        self._before_guided = ("", "")  # page and subject to which guided entry goes back
        self.form.add_page(WHO_PAGE, self._make_who)
        self.form.add_page(STUDIES_PAGE, self._make_studies)
        self.form.add_page(GUIDED_PAGE, self._make_guided)
        for region, topic in ((self.case_list, "list"), (self.form, "form"), (self.form.problems, "problems")):
            set_topic(region, topic)

        self.tabs = QTabBar()
        self.tabs.addTab(_("Findings"))
        self.tabs.addTab(_("Guidance"))
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(_("Findings or guidance"))
        self.tabs.currentChanged.connect(self._show_tab)
        self.entry_splitter = QSplitter(Qt.Orientation.Horizontal)
        self.entry_splitter.addWidget(self.case_list)
        self.entry_splitter.addWidget(self.form)
        self.entry_splitter.setStretchFactor(1, 1)
        self.main_splitter = QSplitter(Qt.Orientation.Horizontal)
        self.main_splitter.addWidget(self.entry_splitter)
        self._side = QWidget()  # the panel, once that is made
        self.main_splitter.addWidget(self._side)
        for splitter in (self.entry_splitter, self.main_splitter):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(5)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.main_splitter, 1)
        self.setCentralWidget(central)
        self.statusBar().setSizeGripEnabled(False)
        self.not_kept_label = plain_label("⚠ " + _("Edits cannot be kept on this disk. Save often."), wraps=False)
        self.not_kept_label.hide()
        self.statusBar().addPermanentWidget(self.not_kept_label)
        self.progress = ProgressStrip(self.files.worker, _("Writing the note"))
        self.statusBar().addPermanentWidget(self.progress)
        self.translation_label = plain_label(session.knowledge.translation.legend, wraps=False)
        self.translation_label.setToolTip(session.knowledge.translation.note)
        self.translation_label.setContentsMargins(0, 0, 6, 0)
        self.statusBar().addPermanentWidget(self.translation_label)
        self.setMinimumSize(QSize(480, 360))
        self.setAcceptDrops(True)
        self._ordering = QTimer(self)
        self._ordering.setSingleShot(True)
        self._ordering.setInterval(QUIET_MS)
        self._ordering.timeout.connect(self._order_tabs)
        self._make_actions()
        self._connect()
        self._restore_layout()
        self.apply_preferences(settings.preferences)
        self._show_case(session.state)
        self._open_first_page()
        self.later = Later(self, self._make_later())

    # state

    def show_state(self, state: CaseState) -> None:
        """Shows a state everywhere."""
        self._show_case(state)
        self.panel.show_state(state)
        self._show_urgency(state)

    def _show_case(self, state: CaseState) -> None:
        """Shows what is recorded, without what follows from it."""
        self.form.show_state(state)
        self._show_list(state)
        self._show_title(state)
        self.not_kept_label.setVisible(not state.kept)
        self.undo_action.setEnabled(state.can_undo)
        self.redo_action.setEnabled(state.can_redo)
        self._ordering.start()

    def _show_urgency(self, state: CaseState) -> None:
        """Shows outside the panel what stands in it."""
        self._show_guidance_of_field()
        tab = _("Guidance: {urgency}").format(urgency=self._urgency_word())
        if self.tabs.tabText(1) != tab:
            self.tabs.setTabText(1, tab)
        self._announce(state)

    def open_page(self, page: str, subject: str) -> None:
        """Shows a section of a subject, or a page, in the middle."""
        if self.form.open_page(page, subject) is not None:
            self.case_list.choose(page, subject)
            self._ordering.start()
            if self._arrangement is Arrangement.IN_TURN:
                self.tabs.setCurrentIndex(0)

    def open_finding(self, finding: str, subject: str) -> None:
        """Goes to the field of a finding and puts the keyboard into it."""
        entry = self._session.knowledge.findings.get(finding)
        if entry is None:
            return
        self.open_page(entry.group, subject)
        page = self.form.current()
        if isinstance(page, SectionForm):
            page.show_finding(finding)

    def start_guided(self) -> None:
        """Asks one question after the other, in place of the form."""
        if not self._session.prepared:
            self._session.prepare()
        page = self.form.current()
        if isinstance(page, SectionForm):
            self._before_guided = (page.group, page.subject)
        self.open_page(GUIDED_PAGE, "")
        self.guided.start()

    def _add_lesion(self) -> None:
        if self.form.shows(GUIDED_PAGE):
            self.guided.add_lesion()
        else:
            self.case_list.add_lesion()

    def _follow_guided(self, section: str, subject: str) -> None:
        """The list of sections shows where the question of guided entry belongs."""
        if self.form.shows(GUIDED_PAGE):
            self.case_list.choose(section, subject)

    def _leave_guided(self) -> None:
        page, subject = self._before_guided
        if not page or self.form.form(page, subject) is None:
            page, subject = self._first_group(), PATIENT
        self.open_page(page, subject)
        current = self.form.current()
        if current is not None:
            current.take_focus()

    # parts that are made later

    @property
    def panel(self) -> "GuidancePanel":
        """What follows from the case, beside the form."""
        if self._panel is None:
            self._panel = self._make_panel()
            self._panel.show_state(self._session.state)
            self._show_urgency(self._session.state)
        return self._panel

    @property
    def guided(self) -> "GuidedPage":
        """The page that asks one question after the other."""
        return cast("GuidedPage", self.form.page(GUIDED_PAGE))

    def _make_later(self) -> Iterator[Callable[[], object]]:
        """Steps that each take no longer than a key may wait; the first thing to be seen comes first."""
        yield partial(import_module, "hepalith.decision.assess")
        yield lambda: self._session.state.assessment
        yield lambda: self.panel
        yield self._draw_icons
        yield self._fill_examples
        for name in (WHO_PAGE, STUDIES_PAGE, GUIDED_PAGE):
            yield partial(self.form.page, name)

    def _make_panel(self) -> "GuidancePanel":
        from hepalith.ui.panel.guidance_panel import GuidancePanel

        panel = GuidancePanel(self._session)
        set_topic(panel, "guidance")
        self.main_splitter.replaceWidget(1, panel)
        self._side.deleteLater()
        self._side = panel
        panel.need_activated.connect(self.open_finding)
        panel.reason_pointed.connect(self.form.light_up)
        panel.copied.connect(self._on_copied)
        panel.page_wanted.connect(self.manual.open)
        panel.failed.connect(self._say)
        return panel

    def _make_who(self) -> "Page":
        from hepalith.ui.identity_page import IdentityPage

        page = IdentityPage(self._session)
        set_topic(page, "who")
        return page

    def _make_studies(self) -> "Page":
        from hepalith.ui.studies_page import StudiesPage

        page = StudiesPage(self._session)
        set_topic(page, "examinations")
        return page

    def _make_guided(self) -> "Page":
        from hepalith.ui.guided.page import GuidedPage

        page = GuidedPage(self._session)
        set_topic(page, "guided")
        page.left.connect(self._leave_guided)
        page.export_wanted.connect(self.files.export_note)
        page.asking.connect(self._follow_guided)
        return page

    def _draw_icons(self) -> None:
        """Those of menus and of the window; those of the tool bar are there."""
        self.setWindowIcon(icon("hepalith", self))
        for action, name in self._pictured:
            if action.icon().isNull():
                action.setIcon(icon(name, self))

    @cached_property
    def _examples(self) -> tuple[Example, ...]:
        return examples_in(self._examples_folder)

    def _fill_examples(self) -> None:
        if self._example_menu.actions() == [self.chooser_action]:
            self._example_menu.addSeparator()
            for example in self._examples:
                action = self._example_menu.addAction(example.title.replace("&", "&&"))
                action.triggered.connect(partial(self.files.open_example, example.path))

    # starting

    def begin(self, start: Callable[[], object]) -> None:
        """Starts; on the very first run after the tour."""
        if self._settings.preferences.tour_seen:
            start()
        else:
            self._after_tour = start
            self.show_tour()

    def show_start(self) -> None:
        """Offers unsaved edits of an earlier run, or else how to begin."""
        if not self.offer_recovery(self.show_chooser):
            self.show_chooser()

    def offer_recovery(self, later: Callable[[], object] | None = None) -> bool:
        """Offers unsaved edits of an earlier run; returns whether there are any. later: if they are put off."""
        recoveries = self._session.recoveries()
        if recoveries:
            from hepalith.ui.dialogs import RecoveryDialog

            dialog = RecoveryDialog(recoveries, self._session.recovery_differences, self)
            dialog.recovery_chosen.connect(self.files.recover)
            dialog.recovery_given_up.connect(self._on_recovery_given_up)
            if later is not None:
                dialog.rejected.connect(later)
            self.open_dialog(dialog, "recovery")
        return bool(recoveries)

    def show_chooser(self) -> None:
        """Shows how to begin: empty case, file or example."""
        from hepalith.ui.dialogs import StartDialog

        dialog = StartDialog(self._examples, self._session.knowledge, self)
        dialog.new_wanted.connect(self.files.new)
        dialog.open_wanted.connect(self.files.open)
        dialog.example_chosen.connect(self.files.open_example)
        self.open_dialog(dialog, "start")

    def show_about(self) -> None:
        """Intended use, limits, review state, versions and licences."""
        from hepalith.ui.dialogs import AboutDialog

        self.open_dialog(AboutDialog(self._session.knowledge, self), "limits")

    def show_help(self) -> None:
        """The manual at the place that is about what has the keyboard."""
        self.show_topic(topic_of(QApplication.focusWidget()))

    def show_topic(self, topic: str) -> None:
        """The manual at a place; in front of the dialog that is open, if one is."""
        from hepalith.ui.help import HelpWindow

        host = QApplication.activeWindow() or self
        found = host if isinstance(host, HelpWindow) else host.findChild(HelpWindow)
        (found or HelpWindow(self._session.knowledge, host)).show_topic(topic)

    def show_manual(self) -> None:
        """The manual from its beginning."""
        self.show_topic(FIRST_TOPIC)

    def show_tour(self) -> None:
        """What is where, on one screen."""
        from hepalith.ui.help import TourDialog

        dialog = TourDialog(self)
        dialog.manual_wanted.connect(self.show_manual)
        dialog.finished.connect(self._on_tour_closed)
        self.open_dialog(dialog, FIRST_TOPIC)

    def show_unexpected(self, error: BaseException) -> None:
        """Tells of an exception that nobody caught; of the same one again only how often."""
        from hepalith.ui.errors import ErrorDialog, error_report

        header = self._session.knowledge.header
        version = f"{_('Knowledge')} {header.version} {self._session.knowledge.hash}"
        shown = self.findChild(ErrorDialog)
        if shown is not None:
            if shown.report == error_report(error, version):
                shown.count()
            return  # one dialog at a time: what follows mostly follows from the first
        safe = _("Your work is safe: the case is as it was before that step, and every edit is kept on this machine.")
        dialog = ErrorDialog(error, version, safe=safe, parent=self)
        dialog.copy_wanted.connect(self._on_report_copied)
        dialog.save_wanted.connect(self._on_report_saved)
        self.open_dialog(dialog, "errors")

    def open_dialog(self, dialog: QDialog, topic: str) -> None:
        """Opens a dialog in which the key of the manual leads to a place of it."""
        set_topic(dialog, topic)
        for keys in self.help_action.shortcuts():
            QShortcut(keys, dialog).activated.connect(self.show_help)
        dialog.open()

    def show_shortcuts(self) -> None:
        """The editor of keys."""
        from hepalith.ui.shortcuts_dialog import ShortcutsDialog

        dialog = ShortcutsDialog(self.shortcuts, self._preferences.keys, self)
        dialog.keys_chosen.connect(self._on_keys_chosen)
        dialog.print_wanted.connect(self._on_keys_printed)
        dialog.save_wanted.connect(self._on_keys_saved)
        self.open_dialog(dialog, "keys")

    def show_settings(self) -> None:
        """The settings; what is chosen shows at once."""
        from hepalith.ui.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self._settings.preferences, self._session.knowledge, self._site, self)
        dialog.previewed.connect(self.apply_preferences)
        dialog.files_forgotten.connect(self._settings.forget_files)
        dialog.site_saved.connect(self.site_changed)
        dialog.finished.connect(self._on_settings_closed)
        self.open_dialog(dialog, "settings")

    def apply_preferences(self, chosen: Preferences) -> None:
        """Shows preferences without remembering them; another language comes with the next window."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            if chosen.theme != self._preferences.theme:
                apply_theme(app, chosen.theme)
            if chosen.text_percent != self._preferences.text_percent:
                apply_text_size(app, chosen.text_percent)
                self._arrange()
                self._share_room()
        for action, value in self._choices:
            action.setChecked(value in {chosen.theme, chosen.text_percent})
        self.shortcuts.give(chosen.keys)
        self.form.prefer_units(chosen.units)
        self._preferences = chosen

    def give_up(self) -> None:
        """Closes without a question: another window took over the session."""
        self.later.stop()
        self.files.worker.wait()
        self.manual.worker.wait()
        self.files.lock.release()
        self.bridge.close()
        self._closing = True
        self.hide()
        self.deleteLater()

    # events of Qt

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab, after an edit or on a page that was just opened."""
        if self._ordering.isActive():
            self._ordering.stop()
            self._order_tabs()
        return super().focusNextPrevChild(forward)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A case file or a note may be dropped anywhere on the window."""
        if dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.files.open_path(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.form.commit()
        if not self._closing and self._session.state.dirty:
            event.ignore()
            self.files.ask_then(self._close_for_good)
            return
        self.later.stop()
        self.files.worker.wait()
        self.files.lock.release()
        self.manual.worker.wait()
        self.remember_layout()
        self.bridge.close()
        super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._shown_before:  # sizes can only be shared once there is room to share
            self._shown_before = True
            self._restore_entry()
            self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and hasattr(self, "later"):
            self._arrange()
        elif event.type() is QEvent.Type.PaletteChange and hasattr(self, "later"):
            for action, name in self._pictured:
                action.setIcon(icon(name, self))
            self.show_state(self._session.state)

    # arrangement

    def _arrange(self) -> None:
        line = em(self)
        if self._tools.iconSize().height() != line + 4:
            self._tools.setIconSize(QSize(line + 4, line + 4))
        if self.width() >= _WIDE_EMS * line:
            wanted = Arrangement.BESIDE
        elif self.height() >= _TALL_EMS * line:
            wanted = Arrangement.BELOW
        else:
            wanted = Arrangement.IN_TURN
        if wanted is self._arrangement and not self.tabs.isHidden() is not (wanted is Arrangement.IN_TURN):
            return
        self._arrangement = wanted
        vertical = wanted is Arrangement.BELOW
        self.main_splitter.setOrientation(Qt.Orientation.Vertical if vertical else Qt.Orientation.Horizontal)
        self.tabs.setVisible(wanted is Arrangement.IN_TURN)
        self._show_tab()
        self._share_room()

    def _share_room(self) -> None:
        remembered = self._settings.layout(f"main_{self._arrangement.value}")
        if remembered is not None:
            self.main_splitter.restoreState(remembered)
            self.main_splitter.setOrientation(
                Qt.Orientation.Vertical if self._arrangement is Arrangement.BELOW else Qt.Orientation.Horizontal
            )
        elif self._arrangement is Arrangement.BELOW:
            self.main_splitter.setSizes([self.height() // 2, self.height() // 2])
        else:
            panel = max(26 * em(self), round(self.width() * 0.36))
            self.main_splitter.setSizes([self.width() - panel, panel])
        if self._settings.layout("entry") is None:
            self.entry_splitter.setSizes([13 * em(self), max(1, self.width() - 13 * em(self))])

    def _show_tab(self) -> None:
        turn = self._arrangement is Arrangement.IN_TURN
        self.entry_splitter.setVisible(not turn or self.tabs.currentIndex() == 0)
        self._side.setVisible(not turn or self.tabs.currentIndex() == 1)

    def _restore_layout(self) -> None:
        restore_place(self, self._settings.layout("window"))
        self.tabs.hide()
        self._restore_entry()
        self._share_room()

    def _restore_entry(self) -> None:
        entry = self._settings.layout("entry")
        if entry is not None:
            self.entry_splitter.restoreState(entry)

    def remember_layout(self) -> None:
        """Remembers size, place and shares of the panes."""
        self._settings.remember_layout("window", self.saveGeometry())
        self._settings.remember_layout("entry", self.entry_splitter.saveState())
        self._settings.remember_layout(f"main_{self._arrangement.value}", self.main_splitter.saveState())

    # actions

    def _make_actions(self) -> None:
        self._pictured: list[tuple[QAction, str]] = []
        self._choices: list[tuple[QAction, object]] = []  # checkable: theme and text size
        keys = QKeySequence.StandardKey
        bar = self.menuBar()
        file_menu = bar.addMenu(_("&File"))
        self.new_action = self._action(file_menu, _("&New case"), self.files.new, keys.New, "new")
        self.open_action = self._action(file_menu, _("&Open..."), self.files.open, keys.Open, "open")
        self._recent_menu = file_menu.addMenu(_("Open &recent"))
        self._recent_menu.aboutToShow.connect(self._fill_recent)
        file_menu.addSeparator()
        self.save_action = self._action(file_menu, _("&Save"), self.files.save, keys.Save, "save")
        self.save_as_action = self._action(file_menu, _("Save &as..."), self.files.save_as, "Ctrl+Shift+S")
        file_menu.addSeparator()
        self.export_action = self._action(file_menu, _("&Export note..."), self.files.export_note, "Ctrl+E", "note")
        self.print_action = self._action(file_menu, _("&Print..."), self.files.preview_note, keys.Print)
        file_menu.addSeparator()
        self.close_action = self._action(file_menu, _("&Close"), self.close, keys.Close)

        edit_menu = bar.addMenu(_("&Edit"))
        self.undo_action = self._action(edit_menu, _("&Undo"), self._undo, keys.Undo, "undo")
        self.redo_action = self._action(edit_menu, _("&Redo"), self._redo, keys.Redo, "redo")
        redo_keys = {one.toString(): one for one in (*QKeySequence.keyBindings(keys.Redo), QKeySequence("Ctrl+Y"))}
        self.redo_action.setShortcuts(list(redo_keys.values()))  # the same key twice would be ambiguous
        edit_menu.addSeparator()
        self.find_action = self._action(edit_menu, _("&Find a field"), self._find, keys.Find, "find")
        self.lesion_action = self._action(edit_menu, _("Add a &lesion"), self._add_lesion, "Ctrl+L", "add")
        self.guided_action = self._action(edit_menu, _("&Guided entry"), self.start_guided, "Ctrl+G", "help")
        self.rests_action = self._action(
            edit_menu, _("Guidance that rests &on the field"), self.form.help.take_focus, "Ctrl+K"
        )
        self.rename_action = self._action(edit_menu, _("Na&me the lesion"), self.case_list.rename_lesion, "F2")
        self.copy_action = self._action(edit_menu, _("&Copy for the report"), self._copy_short, "Ctrl+Shift+C", "copy")
        self.copy_long_action = self._action(
            edit_menu, _("Copy for the &record, in full"), self._copy_long, "Ctrl+Alt+C"
        )
        edit_menu.addSeparator()
        self.settings_action = self._action(edit_menu, _("S&ettings..."), self.show_settings, "Ctrl+,")

        view_menu = bar.addMenu(_("&View"))
        self.region_action = self._action(view_menu, _("Next &region"), self._next_region, "F6")
        self.region_back_action = self._action(view_menu, _("&Previous region"), self._previous_region, "Shift+F6")
        self._add_choices(
            view_menu.addMenu(_("&Theme")),
            [(_("As the system"), "system"), (_("Light"), "light"), (_("Dark"), "dark")],
            self.choose_theme,
        )
        sizes = [(f"{percent} %", percent) for percent in SIZES]
        self._add_choices(view_menu.addMenu(_("Text &size")), sizes, self.choose_text_size)

        self._example_menu = bar.addMenu(_("E&xamples"))
        self.chooser_action = self._action(self._example_menu, _("&Start page..."), self.show_chooser, "")
        self._example_menu.aboutToShow.connect(self._fill_examples)
        help_menu = bar.addMenu(_("&Help"))
        self.keys_action = self._action(help_menu, _("&Keys..."), self.show_shortcuts, "")
        self.help_action = self._action(help_menu, _("&Manual"), self.show_help, keys.HelpContents, "help")
        self.manual_action = self._action(help_menu, _("Reference m&anual"), self.manual.open_first, "", "book")
        self.tour_action = self._action(help_menu, _("&Tour..."), self.show_tour, "")
        self.about_action = self._action(help_menu, _("A&bout, intended use, licences"), self.show_about, "")

        named = {
            name.removesuffix("_action"): value for name, value in vars(self).items() if isinstance(value, QAction)
        }
        self.shortcuts = Shortcuts(named, bar)

        tools = QToolBar(_("Tools"))
        tools.setObjectName("tools")
        tools.setMovable(False)
        self._tools = tools
        tools.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for action in (self.new_action, self.open_action, self.save_action):
            tools.addAction(action)
        tools.addSeparator()
        for action in (self.undo_action, self.redo_action):
            tools.addAction(action)
        tools.addSeparator()
        tools.addAction(self.guided_action)
        tools.addAction(self.lesion_action)
        tools.addAction(self.export_action)
        for action, name in self._pictured:
            if action in tools.actions():
                action.setIcon(icon(name, self))
        self.addToolBar(tools)
        tools.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def _action(
        self,
        menu: QMenu,
        text: str,
        slot: Callable[..., object],
        key: QKeySequence.StandardKey | str,
        picture: str = "",
    ) -> QAction:
        action = menu.addAction(text)
        if key:
            action.setShortcut(QKeySequence(key))
        if picture:
            self._pictured.append((action, picture))
        words = without_key(text)
        action.setIconText(words)
        shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{words} ({shortcut})" if shortcut else words)
        action.triggered.connect(slot)
        return action

    def _add_choices(self, menu: QMenu, choices: Sequence[tuple[str, Any]], slot: Callable[..., None]) -> None:
        group = QActionGroup(menu)
        group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)  # a size between these has no mark
        for text, value in choices:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(partial(slot, value))
            group.addAction(action)
            self._choices.append((action, value))

    def choose_theme(self, name: ThemeName, _checked: bool = True) -> None:
        """Shows and remembers another theme."""
        self._choose(theme=name)

    def choose_text_size(self, percent: int, _checked: bool = True) -> None:
        """Shows and remembers another text size."""
        self._choose(text_percent=percent)

    def _choose(self, **chosen: Any) -> None:
        self.apply_preferences(self._settings.change(**chosen))
        self._warn_of_settings()

    def _warn_of_settings(self) -> None:
        if not self._settings.kept:
            self._say(_("Settings cannot be kept on this disk; they hold until the program ends."))

    def _fill_recent(self) -> None:
        self._recent_menu.clear()
        for path in self._settings.recent:
            action = self._recent_menu.addAction(path.name.replace("&", "&&"))
            action.triggered.connect(partial(self.files.open_path, path))
        if not self._settings.recent:
            self._recent_menu.addAction(_("None yet")).setEnabled(False)
        else:
            self._recent_menu.addSeparator()
            self._recent_menu.addAction(_("&Forget these")).triggered.connect(self._settings.forget_files)

    def _connect(self) -> None:
        self.bridge.state_changed.connect(self.show_state)
        self.case_list.page_chosen.connect(self._on_page_chosen)
        self.case_list.finding_chosen.connect(self.open_finding)
        self.case_list.lesion_removed.connect(self._on_lesion_removed)
        self.form.refusal_changed.connect(self._on_refusal_changed)
        self.form.studies_wanted.connect(self._on_studies_wanted)
        self.form.field_chosen.connect(self.open_finding)
        self.form.field_entered.connect(self._show_guidance_of_field)
        self.form.help.card_wanted.connect(self._go_to_card)
        self.manual.announced.connect(self._say)
        self.manual.failed.connect(self._on_manual_failed)
        self.files.committing.connect(self.form.commit)
        self.files.case_opened.connect(self._on_case_opened)
        self.files.announced.connect(self._say)
        self.files.dialog_made.connect(self.open_dialog)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    # slots

    def _order_tabs(self) -> None:
        from hepalith.ui.tab_order import set_tab_order

        self.panel.show_rest()
        set_tab_order((self.tabs, self.case_list, self.form, self.panel, self.progress))

    def _on_page_chosen(self, page: str, subject: str) -> None:
        self.open_page(page, "" if page in {WHO_PAGE, STUDIES_PAGE} else subject)

    def _on_lesion_removed(self, lesion: str) -> None:
        self.open_page(self._first_group(), PATIENT)
        self._session.remove_lesion(lesion)
        self._say(_("The lesion was removed; undo brings it back."))

    def _on_refusal_changed(self) -> None:
        self._show_list(self._session.state)

    def _on_studies_wanted(self) -> None:
        self.open_page(STUDIES_PAGE, "")
        page = self.form.current()
        if page is not None:
            page.take_focus()

    def _show_guidance_of_field(self) -> None:
        if self.form.entered is not None and self._panel is not None:
            self.form.show_guidance(self.panel.resting_on(*self.form.entered))

    def _go_to_card(self, key: tuple[str, str, str]) -> None:
        if self._arrangement is Arrangement.IN_TURN:
            self.tabs.setCurrentIndex(1)
        self.panel.go_to_card(key)

    def _on_case_opened(self) -> None:
        self.form.reset()
        self.show_state(self._session.state)
        self._open_first_page()

    def _on_recovery_given_up(self, recovery: Recovery) -> None:
        self._session.forget_recovery(recovery)

    def _copy_short(self) -> None:
        self.panel.copy_short()

    def _copy_long(self) -> None:
        self.panel.copy_long()

    def _on_copied(self, what: str) -> None:
        self._say(_("Copied: {what}").format(what=what))

    def _on_manual_failed(self, reason: str) -> None:
        self.files.show_error(_("The reference manual was not opened."), reason)

    def _on_scheme_changed(self) -> None:
        app = QApplication.instance()
        if self._preferences.theme == "system" and isinstance(app, QApplication):
            apply_theme(app, "system")

    def _on_report_copied(self, report: str) -> None:
        QGuiApplication.clipboard().setText(report)

    def _on_report_saved(self, report: str) -> None:
        self.files.save_text(_("Save the report"), _("Text files (*.txt)"), "txt", report.encode())

    def _on_tour_closed(self) -> None:
        self._settings.change(tour_seen=True)
        then, self._after_tour = self._after_tour, None
        if then is not None:
            then()

    def _on_keys_chosen(self, keys: dict[str, str]) -> None:
        self._choose(keys=keys)

    def _on_keys_printed(self, keys: dict[str, str]) -> None:
        from hepalith.ui.keys_page import keys_page
        from hepalith.ui.printing import print_html

        print_html(keys_page(self.shortcuts.listed(keys)), self)

    def _on_keys_saved(self, keys: dict[str, str]) -> None:
        from hepalith.ui.keys_page import keys_page

        page = keys_page(self.shortcuts.listed(keys)).encode()
        self.files.save_text(_("Save the list of keys"), _("Web pages (*.html)"), "html", page)

    def _on_settings_closed(self, result: int) -> None:
        from hepalith.ui.settings_dialog import SettingsDialog

        dialog = self.sender()
        if result == QDialog.DialogCode.Accepted and isinstance(dialog, SettingsDialog):
            other_language = dialog.chosen.language != self._settings.preferences.language
            self._settings.preferences = dialog.chosen
            self._warn_of_settings()
            if other_language:
                self.renewal_wanted.emit()

    def _close_for_good(self) -> None:
        self._closing = True
        self.close()

    def _undo(self) -> None:
        self.form.commit()
        self._session.undo()

    def _redo(self) -> None:
        self._session.redo()

    def _find(self) -> None:
        if self._arrangement is Arrangement.IN_TURN:
            self.tabs.setCurrentIndex(0)
        self.case_list.find_input.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.case_list.find_input.selectAll()

    def _next_region(self) -> None:
        self._go_region(1)

    def _previous_region(self) -> None:
        self._go_region(-1)

    def _go_region(self, step: int) -> None:
        """From list to form to guidance and round again."""
        regions = (self.case_list, self.form, self.panel)
        focused = QApplication.focusWidget()
        here = next((i for i, region in enumerate(regions) if focused is not None and region.isAncestorOf(focused)), -1)
        target = (here + step) % len(regions) if here >= 0 else 1
        if self._arrangement is Arrangement.IN_TURN:
            self.tabs.setCurrentIndex(1 if target == 2 else 0)
        page = self.form.current()
        if target == 1 and page is not None:
            page.take_focus()
        elif target == 0:
            self.case_list.take_focus()
        else:
            self.panel.take_focus()

    # showing

    def _show_list(self, state: CaseState) -> None:
        groups = self._session.knowledge.header.groups
        subjects = [PATIENT, *(lesion.id for lesion in state.case.lesions)]
        refusals = {(g.id, s): n for g in groups for s in subjects if (n := self.form.refusals(g.id, s))}
        self.case_list.show_state(state, refusals)
        page = self.form.current()
        if isinstance(page, SectionForm):
            self.case_list.choose(page.group, page.subject)

    def _show_title(self, state: CaseState) -> None:
        if state.path is not None:
            name = state.path.name
        else:
            name = state.case.identity.name or title_of(state.case) or _("Unsaved case")
        title = f"{name}[*] – {_('Hepalith')}"
        if self.windowTitle() != title:
            self.setWindowTitle(title)
        if self.isWindowModified() is not state.dirty:
            self.setWindowModified(state.dirty)

    def _announce(self, state: CaseState) -> None:
        """Says in the status bar what the edit changed in urgency or number of actions."""
        holding = sum(1 for one in state.assessment.recommendations if one.status is Status.HOLDS)
        now = (self._urgency_word(), holding)
        if now != self._announced and state.case.observations:
            count = plural("{count} advice applies", "{count} pieces of advice apply", holding)
            self._say(_("Urgency: {word}. {count}.").format(word=now[0], count=count))
        self._announced = now

    def _urgency_word(self) -> str:
        """As at the head of the panel: an empty case has none."""
        return self.panel.guidance.head.word if self.panel.guidance is not None else ""

    def _say(self, text: str) -> None:
        self.statusBar().showMessage(text, 8000)

    def _first_group(self) -> str:
        return next(group.id for group in self._session.knowledge.header.groups if group.subject == PATIENT)

    def _open_first_page(self) -> None:
        self.open_page(self._first_group(), PATIENT)
        page = self.form.current()
        if page is not None:
            page.take_focus()
