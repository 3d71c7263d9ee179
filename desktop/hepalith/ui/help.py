"""The manual in a window of its own, at the place that is about what has the keyboard; the tour of the first run."""

import re
from collections.abc import Iterator
from html import escape

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from hepalith.domain.words import cost_text, unit_text
from hepalith.i18n import SOURCE_LANGUAGE, _, language
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import Finding
from hepalith.resources import resource
from hepalith.ui.fields.editor import PlainInput
from hepalith.ui.fonts import em, embolden, plain_label
from hepalith.ui.headings import Heading
from hepalith.ui.topics import field_topic

_HEADING = re.compile(r'<h2><a name="([\w-]+)"></a>(.*?)</h2>')


def manual(knowledge: Knowledge) -> str:
    """The manual as HTML, with a chapter about every field of the dictionary."""
    text = resource("help", "en.html").read_text(encoding="utf-8")
    title = _("Every field")
    text += f'<h2><a name="fields"></a>{escape(title)}</h2>'
    text += f"<p>{escape(knowledge.translation.note)}</p>" + "".join(_fields(knowledge))
    contents = " · ".join(f'<a href="#{name}">{words}</a>' for name, words in _HEADING.findall(text))
    return text.replace("<!--contents-->", f"<p>{contents}</p>")


class HelpWindow(QDialog):
    """Shows the manual; finds words in it."""

    def __init__(self, knowledge: Knowledge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Manual"))
        self.browser = QTextBrowser()
        self.browser.setAccessibleName(_("Manual"))
        self.browser.setOpenExternalLinks(False)
        self.browser.setHtml(manual(knowledge))
        self.find_input = PlainInput()
        self.find_input.setAccessibleName(_("Find in the manual"))
        self.find_input.setPlaceholderText(_("Find in the manual"))
        self.find_input.returnPressed.connect(self._on_find)
        find_button, close_button = QPushButton(_("&Find")), QPushButton(_("&Close"))
        find_button.setAutoDefault(False)
        close_button.setAutoDefault(False)
        find_button.clicked.connect(self._on_find)
        close_button.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addWidget(self.find_input, 1)
        row.addWidget(find_button)
        row.addWidget(close_button)
        column = QVBoxLayout(self)
        column.addLayout(row)
        if language() != SOURCE_LANGUAGE:
            column.addWidget(
                plain_label(_("The chapters of this manual are in English only; the fields are as in the form."))
            )
        column.addWidget(self.browser, 1)
        self.resize(em(self) * 40, em(self) * 36)

    def show_topic(self, topic: str) -> None:
        """Goes to a place of the manual."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.browser.setFocus()
        self.browser.setSource(QUrl(f"#{topic}"))

    def _on_find(self) -> None:
        words = self.find_input.text()
        if words and not self.browser.find(words):
            self.browser.moveCursor(QTextCursor.MoveOperation.Start)
            self.browser.find(words)


class TourDialog(QDialog):
    """What is where, on one screen."""

    manual_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("A short tour"))
        column = QVBoxLayout(self)
        column.setSpacing(6)
        column.addWidget(Heading(_("From the report to the note"), 1.4))
        for number, (title, text) in enumerate(_tour(), 1):
            head = plain_label(f"{number}. {title}")
            embolden(head)
            column.addWidget(head)
            column.addWidget(plain_label(text))
        column.addStretch(1)
        self.manual_button, self.begin_button = QPushButton(_("Open the &manual")), QPushButton(_("&Begin"))
        row = QHBoxLayout()
        row.addWidget(self.manual_button)
        row.addStretch(1)
        row.addWidget(self.begin_button)
        self.begin_button.setDefault(True)
        self.manual_button.clicked.connect(self.manual_wanted)
        self.begin_button.clicked.connect(self.accept)
        column.addLayout(row)
        self.resize(em(self) * 36, em(self) * 26)


def _tour() -> tuple[tuple[str, str], ...]:
    return (
        (
            _("The list, left"),
            _("Sections of the patient and of each lesion. Ctrl+L adds a lesion, Ctrl+F finds a field."),
        ),
        (
            _("The form, middle"),
            _("Enter what the report says. Not recorded is never taken for normal; ? says that it cannot be told. "
              "Ctrl+G asks one question at a time instead."),
        ),
        (
            _("The guidance, right"),
            _("Follows every edit: urgency, causes, what to do, what to avoid, what to ask next. Cards open to reasons "
              "and sources."),
        ),
        (_("The note"), _("Ctrl+E writes it as PDF, Ctrl+P shows and prints it.")),
        (
            _("Safe and by keyboard"),
            _("Every edit is kept at once, even if the machine stops. F6 goes round the regions, F1 explains what has "
              "the keyboard."),
        ),
    )  # fmt: skip


def _fields(knowledge: Knowledge) -> Iterator[str]:
    for group in knowledge.header.groups:
        yield f"<h3>{escape(group.label)}</h3>"
        if group.help:
            yield f"<p>{escape(group.help)}</p>"
        for finding in knowledge.findings.values():
            if finding.group == group.id:
                yield f'<p><a name="{escape(field_topic(finding.id))}"></a><b>{escape(finding.label)}</b>'
                yield "".join(f"<br>{escape(line)}" for line in _about(finding))
                yield "</p>"


def _about(finding: Finding) -> Iterator[str]:
    if finding.help:
        yield finding.help
    units = [unit_text(unit) for unit in (finding.unit, *finding.other_units) if unit_text(unit)]
    if units:
        yield _("Units: {units}").format(units=", ".join(units))
    if finding.choices:
        words = [f"{one.label} ({one.help})" if one.help else one.label for one in finding.choices]
        yield _("Answers: {answers}").format(answers="; ".join(words))
    if finding.synonyms:
        yield _("Also called: {words}").format(words=", ".join(finding.synonyms))
    yield _("Known by: {kind}").format(kind=cost_text(finding.cost))
