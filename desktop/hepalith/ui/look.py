"""The look of the whole program: style, fonts, text size and colours."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from hepalith.ui.fonts import apply_text_size, load_fonts
from hepalith.ui.opening import the_application
from hepalith.ui.settings import WindowSettings
from hepalith.ui.theme import apply_theme

_EFFECTS = (
    Qt.UIEffect.UI_General,
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
    Qt.UIEffect.UI_AnimateToolBox,
)


def make_application(settings: WindowSettings) -> QApplication:
    """The application with its fonts, colours and text size; the one that runs already, if there is one."""
    app = the_application()
    for effect in _EFFECTS:
        app.setEffectEnabled(effect, False)  # noqa: FBT003 : nothing moves, whatever the system asks for
    load_fonts()
    apply_text_size(app, settings.preferences.text_percent)
    apply_theme(app, settings.preferences.theme)
    return app
