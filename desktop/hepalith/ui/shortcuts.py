"""The keys of the window's actions: their own, or those that the user chose."""

from collections.abc import Mapping

import msgspec
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar

from hepalith.i18n import _
from hepalith.ui.texts import without_key

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_NATIVE = QKeySequence.SequenceFormat.NativeText
_WRITING = {"Tab", "Backtab", "Space", "Return", "Enter", "Esc", "Backspace", "Del", "Ins"}
_MOVING = {"Left", "Right", "Up", "Down", "PgUp", "PgDown", "Home", "End", "Menu"}


class Keyed(msgspec.Struct, frozen=True):
    """An action as the list of keys shows it. keys: what it has now, in the portable form; own: what it came with."""

    name: str
    text: str
    keys: str
    own: str


class Shortcuts:
    """Knows every action by a permanent name, and gives it its keys."""

    def __init__(self, actions: Mapping[str, QAction], bar: QMenuBar) -> None:
        self._actions = dict(actions)
        self._own = {name: _keys_of(action) for name, action in actions.items()}
        self._menus = {
            f"Alt+{text[text.index('&') + 1].upper()}": without_key(text)
            for text in (menu.text() for menu in bar.actions())
            if "&" in text
        }

    def give(self, chosen: Mapping[str, str]) -> None:
        """Gives each action the keys that the user chose, "" for none, or else its own."""
        for name, action in self._actions.items():
            keys = chosen.get(name, self._own[name])
            if keys != _keys_of(action):
                action.setShortcuts(_sequences(keys))
                words = action.iconText()
                shown = native(keys)
                action.setToolTip(f"{words} ({shown})" if shown else words)

    def listed(self, chosen: Mapping[str, str]) -> tuple[Keyed, ...]:
        """Every action with the keys that it has, or would have, in the order of the menus."""
        return tuple(
            Keyed(name, _words(action), chosen.get(name, self._own[name]), self._own[name])
            for name, action in self._actions.items()
        )

    def problem(self, name: str, chosen: Mapping[str, str]) -> str:
        """Why an action cannot have the keys that are chosen for it, or ""."""
        mine = set(_split(chosen.get(name, self._own[name])))
        for other in self.listed(chosen):
            if other.name != name and mine & set(_split(other.keys)):
                return _("{keys} belongs to “{action}”").format(
                    keys=native(next(iter(mine & set(_split(other.keys))))), action=other.text
                )
        for keys in mine:
            if keys in self._menus:
                return _("{keys} opens the menu “{menu}”").format(keys=native(keys), menu=self._menus[keys])
            if _is_typing(keys):
                return _("{keys} is needed for typing and moving in the form").format(keys=native(keys))
        return ""


def native(keys: str) -> str:
    """Keys as this system writes them."""
    return ", ".join(one.toString(_NATIVE) for one in _sequences(keys))


def _words(action: QAction) -> str:
    return without_key(action.text())


def _keys_of(action: QAction) -> str:
    return "; ".join(one.toString(_PORTABLE) for one in action.shortcuts())


def _split(keys: str) -> list[str]:
    return [one for one in keys.split("; ") if one]


def _sequences(keys: str) -> list[QKeySequence]:
    return [QKeySequence.fromString(one, _PORTABLE) for one in _split(keys)]


def _is_typing(keys: str) -> bool:
    """A key that a field needs: one that writes or moves, without Ctrl, Alt or Meta."""
    *held, last = keys.removesuffix("+").split("+")
    return not {"Ctrl", "Alt", "Meta"} & set(held) and (len(last) <= 1 or last in _WRITING | _MOVING)
