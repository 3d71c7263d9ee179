"""A label that remembers its heights has those of one that does not."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from hepalith.ui.fonts import embolden, plain_label
from hepalith.ui.link_label import LinkLabel
from hepalith.ui.text_label import TextLabel

SHORT, LONG = "a few words", "many more words than fit into one line of a label as narrow as this one, and then some"


def measured(label: QLabel) -> list[int]:
    """The heights of a plain label with the same text and font, for some widths; the label itself has to agree."""
    fresh = QLabel(label.text())
    fresh.setTextFormat(label.textFormat())
    fresh.setWordWrap(label.wordWrap())
    fresh.setFont(label.font())
    heights = [fresh.heightForWidth(width) for width in (100, 200)]
    assert [label.heightForWidth(width) for width in (100, 200)] == heights
    return heights


@pytest.mark.parametrize("made", [plain_label, LinkLabel])
def test_a_label_is_measured_anew_when_its_text_or_font_changes(qtbot: QtBot, made: type[TextLabel]) -> None:
    label = made()
    qtbot.addWidget(label)
    label.setText(SHORT)
    one = measured(label)
    label.setText(LONG)
    many = measured(label)
    assert many > one
    font = QFont(label.font())
    font.setPixelSize(26)
    label.setFont(font)
    large = measured(label)
    assert large > many
    embolden(label)
    assert measured(label) != large


def test_a_label_is_measured_once_for_each_width(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(QLabel, "heightForWidth", lambda _label, width: asked.append(width) or width)
    label = plain_label(LONG)
    qtbot.addWidget(label)
    for width in (100, 200, 100, 200):
        label.heightForWidth(width)
    assert asked == [100, 200]
    assert label.textFormat() is Qt.TextFormat.PlainText
