"""Every dialog of the window, and how it is opened."""

import io
from collections.abc import Callable

import pikepdf
from PySide6.QtWidgets import QDialog

from hepalith.domain.case import Case, Identity, NumberValue, YesNoValue
from hepalith.services.ports import Recovery
from hepalith.ui.main_window import MainWindow


def _recovery(window: MainWindow) -> None:
    kept = (
        Recovery(name="j", case=Case(case_id="a", identity=Identity(name="Ada")), path="", written="2026-05-31T10"),
    )
    window._session._journal.kept = list(kept)
    window.show_start()


def _preview(window: MainWindow) -> None:
    file, made = pikepdf.new(), io.BytesIO()
    file.add_blank_page()
    file.save(made)
    window.files.show_pdf(made.getvalue(), "note.pdf")


def _decision(window: MainWindow) -> None:
    """A card of advice decides otherwise."""
    window._session.record("hot", YesNoValue(yes=True))
    window._session.record("redness", NumberValue(number="90", unit="umol/L"))
    window.panel.decide(window.panel.section("now").cards()[0].card)


EVERY: dict[str, Callable[[MainWindow], None]] = {
    "StartDialog": MainWindow.show_chooser,
    "RecoveryDialog": _recovery,
    "AboutDialog": MainWindow.show_about,
    "SettingsDialog": MainWindow.show_settings,
    "ShortcutsDialog": MainWindow.show_shortcuts,
    "HelpWindow": MainWindow.show_manual,
    "TourDialog": MainWindow.show_tour,
    "DecisionDialog": _decision,
    "ErrorDialog": lambda window: window.show_unexpected(ValueError("x")),
    "PreviewDialog": _preview,
}


def opened(window: MainWindow, name: str) -> QDialog:
    """The dialog, opened."""
    EVERY[name](window)
    return next(one for one in window.findChildren(QDialog) if type(one).__name__ == name)
