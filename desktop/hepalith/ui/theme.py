"""Gives the window its colours (`ui.colours`)."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QMargins, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from hepalith.ui.colours import DARK, LIGHT, Theme, ThemeName

if TYPE_CHECKING:
    from hepalith.domain.assessment import Urgency

_EDGE = 1.4
_EDGED = ("QLineEdit", "QPlainTextEdit", "QAbstractSpinBox", "QComboBox", "QPushButton", "QCheckBox", "QRadioButton")


def theme_of(widget: QWidget) -> Theme:
    """The theme that the widget is shown in.

    That of the program: while the theme changes, the window hears of it before the widgets in it have their colours.
    """
    return DARK if QApplication.palette(widget).base().color().lightness() < 128 else LIGHT


def level_colours(theme: Theme, level: "Urgency") -> tuple[QColor, QColor]:
    """Background and text of an urgency."""
    background, text = theme.levels[level.value]
    return QColor(background), QColor(text)


def resolved(choice: ThemeName) -> Theme:
    """The theme to show; "system" follows the desktop."""
    if choice == "system":
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return DARK if dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def apply_theme(app: QApplication, choice: ThemeName) -> None:
    """Gives the whole program the colours of a theme."""
    theme = resolved(choice)
    palette = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.Button: theme.surface,
        role.ButtonText: theme.text,
        role.PlaceholderText: theme.muted,
        role.Highlight: theme.accent[0],
        role.HighlightedText: theme.accent[1],
        role.Accent: theme.accent[0],
        role.Link: theme.accent[0],
        role.LinkVisited: theme.accent[0],
        role.ToolTipBase: theme.surface,
        role.ToolTipText: theme.text,
        role.BrightText: theme.text,
        role.Light: theme.surface,
        role.Midlight: theme.window,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.border,
    }
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
        for which, colour in colours.items():
            palette.setColor(group, which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.border))
    app.setPalette(palette)
    # The style draws the edge of a control as its window colour, made darker by 1.4: with that of the theme the edge
    # would be too faint to see (WCAG 2.2, 1.4.11 asks for 3:1). None of these controls shows its window colour itself.
    edged = QPalette(palette)
    edged.setColor(role.Window, _lightened(QColor(theme.border), _EDGE))
    for name in _EDGED:
        app.setPalette(edged, name)  # type: ignore[arg-type]  # the stubs say bytes, which it refuses
    for label in app.allWidgets():
        if isinstance(label, QLabel) and label.textFormat() is Qt.TextFormat.RichText:
            text = label.text()
            label.clear()
            label.setText(text)  # Qt gives links their colour when it reads the text


def leading_bar(widget: QWidget, width: float, margin: float = 0) -> QRectF:
    """The place of a bar at the edge of a widget where reading begins."""
    return QRectF(widget.width() - width if _leftwards(widget) else 0, margin, width, widget.height() - 2 * margin)


def margins(widget: QWidget, leading: int, top: int, trailing: int, bottom: int) -> QMargins:
    """Margins from where reading begins; Qt has left and right ones only."""
    left, right = (trailing, leading) if _leftwards(widget) else (leading, trailing)
    return QMargins(left, top, right, bottom)


def _leftwards(widget: QWidget) -> bool:
    return widget.layoutDirection() is Qt.LayoutDirection.RightToLeft


def tinted(widget: QWidget, colour: str) -> None:
    """Gives the text of a label another colour of the theme, if it has not got it yet."""
    wanted = QColor(colour)
    if widget.palette().color(QPalette.ColorRole.WindowText) != wanted:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.WindowText, wanted)
        widget.setPalette(palette)


def _lightened(colour: QColor, factor: float) -> QColor:
    """The colour that becomes `colour` when Qt makes it darker by `factor`."""
    return QColor.fromHsvF(colour.hsvHueF(), colour.hsvSaturationF(), min(1.0, colour.valueF() * factor))
