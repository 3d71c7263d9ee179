"""Editor for segments of the liver: a map whose regions are the items of a set, with all lesions shown on it."""

from functools import lru_cache

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from hepalith.domain.case import Case
from hepalith.figures.segment_map import (
    Outline,
    Outlines,
    SegmentMap,
    by_segment,
    name_rows,
    read_outlines,
    segment_map_of,
    segment_text,
)
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.model import ChoiceOption, Finding
from hepalith.resources import resource
from hepalith.ui.fields.multi import ABSENT, PRESENT, ItemButton, MultiEditor
from hepalith.ui.fonts import em, plain_label
from hepalith.ui.theme import theme_of

_WIDEST_EMS, _LEAST_EMS = 30, 11
_NAME, _LESIONS = 11.0, 10.0  # most height of the letters, in lengths of the outlines
_STEPS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}


@lru_cache(maxsize=1)
def outlines() -> Outlines:
    """The map that comes with the program."""
    return read_outlines(resource("pictures", "liver-segments.yaml"))


class RegionButton(ItemButton):
    """A region of the map. It takes mouse, keyboard and screen reader; the map paints it."""

    steered = Signal(object, object)  # itself, QPointF: the way in which the arrow key points

    def __init__(self, option: ChoiceOption, outline: Outline, parent: "LiverMap") -> None:
        super().__init__(option, parent, [])
        self.outline = outline
        self._map = parent

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._map.letters(_NAME))
        return QSize(metrics.horizontalAdvance(self.text()), metrics.ascent())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hasHeightForWidth(self) -> bool:
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = _STEPS.get(Qt.Key(event.key()))
        if way is not None and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.steered.emit(self, way)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._map.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._map.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Nothing: the map paints borders that neighbours share, which a region alone could not."""

    def _mark_once(self, state: Qt.CheckState) -> None:
        super()._mark_once(state)
        if hasattr(self, "_map"):
            self._map.update()


class LiverMap(QWidget):
    """The liver from the front; its regions are buttons."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.regions: list[RegionButton] = []
        self.lesions: SegmentMap | None = None
        self.subject = ""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, option: ChoiceOption) -> RegionButton | None:
        """The region of a choice; None for a choice that the map does not have."""
        drawn = outlines()
        outline = next((one for one in (*drawn.segments, *drawn.tags) if one.id == option.id), None)
        if outline is None:
            return None
        region = RegionButton(option, outline, self)
        self.regions.append(region)
        self.regions.sort(key=lambda one: [*drawn.segments, *drawn.tags].index(one.outline))
        for one in self.regions:  # what lies in front takes the mouse first
            one.raise_()
        return region

    def neighbour(self, region: RegionButton, way: QPointF) -> RegionButton | None:
        """The region that lies nearest in a direction; None if there is none."""
        here = QPointF(*region.outline.name)
        found: list[tuple[float, int]] = []
        for position, other in enumerate(self.regions):
            apart = QPointF(*other.outline.name) - here
            along = QPointF.dotProduct(apart, way)
            across = abs(apart.x() * way.y() - apart.y() * way.x())
            if along > max(4, across / 3):
                found.append((along + 2 * across, position))
        return self.regions[min(found)[1]] if found else None

    def letters(self, most: float) -> QFont:
        """The font of the names: that of the program, or smaller where the map is small."""
        font = QFont(self.font())
        font.setPixelSize(max(1, min(font.pixelSize(), round(most * self._scale()))))
        return font

    def sizeHint(self) -> QSize:
        width = _WIDEST_EMS * em(self)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        width = _LEAST_EMS * em(self)
        return QSize(width, self.heightForWidth(width))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        drawn = outlines()
        return round(min(width, _WIDEST_EMS * em(self)) * (drawn.height - _foot()) / drawn.width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for region in self.regions:
            path = self._path(region.outline)
            box = path.boundingRect().toAlignedRect()
            region.setGeometry(box)
            region.setMask(QRegion(path.translated(-box.x(), -box.y()).toFillPolygon().toPolygon()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marked = {region.item: region.checkState() for region in self.regions}
        vague = {part for name, parts in outlines().whole.items() if marked.get(name) is PRESENT for part in parts}
        names = by_segment(self.lesions.lesions if self.lesions else (), outlines())
        for outline in outlines().segments:
            self._paint_region(painter, outline, marked.get(outline.id), vague=outline.id in vague)
        for region in self.regions:
            if region.outline in outlines().tags:
                self._paint_region(painter, region.outline, marked[region.item])
        for region in self.regions:
            if region.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme_of(self).text), 3))
                painter.drawPath(self._path(region.outline))
            self._paint_words(painter, region, names.get(region.item, []))

    def _paint_region(
        self, painter: QPainter, outline: Outline, state: Qt.CheckState | None, *, vague: bool = False
    ) -> None:
        theme = theme_of(self)
        painter.setPen(QPen(QColor(theme.border), 1.2))
        painter.setBrush(QColor(theme.accent[0] if state is PRESENT else theme.surface))
        path = self._path(outline)
        painter.drawPath(path)
        if vague and state is not PRESENT:  # one of several, it is not told which
            painter.setBrush(QBrush(QColor(theme.accent[0]), Qt.BrushStyle.BDiagPattern))
            painter.drawPath(path)

    def _paint_words(self, painter: QPainter, region: RegionButton, lesions: list[str]) -> None:
        """The name of the region with the sign of its answer, and below it the lesions that lie there."""
        theme, state = theme_of(self), region.checkState()
        ink = QColor(theme.accent[1] if state is PRESENT else theme.muted if state is ABSENT else theme.text)
        font = self.letters(_NAME)
        font.setBold(state is PRESENT)
        sign = "✓ " if state is PRESENT else "✗ " if state is ABSENT else ""
        foot = QPointF(*region.outline.name) * self._scale()
        self._paint_line(painter, foot, sign + region.text(), font, ink)
        small = self.letters(_LESIONS)
        for row in name_rows(lesions):
            foot += QPointF(0, QFontMetrics(small).height() * 0.95)
            small.setBold(self.subject in row.split())
            self._paint_line(painter, foot, row, small, ink)

    def _paint_line(self, painter: QPainter, foot: QPointF, text: str, font: QFont, ink: QColor) -> None:
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(QPointF(foot.x() - metrics.horizontalAdvance(text) / 2, foot.y()), text)

    def _path(self, outline: Outline) -> QPainterPath:
        path = QPainterPath()
        path.addPolygon(QPolygonF([QPointF(x, y) * self._scale() for x, y in outline.outline]))
        path.closeSubpath()
        return path

    def _scale(self) -> float:
        return min(self.width(), _WIDEST_EMS * em(self)) / outlines().width


class SegmentMapEditor(MultiEditor):
    """Segments on a map of the liver, with "none of these". Digits and arrow keys go to a segment."""

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        self.map: LiverMap
        self.legend = plain_label()
        super().__init__(finding, parent)

    def show_case(self, case: Case, knowledge: Knowledge, subject: str) -> None:
        shown = segment_map_of(case, knowledge)
        if (shown, subject) == (self.map.lesions, self.map.subject):
            return
        self.map.lesions, self.map.subject = shown, subject
        names = by_segment(shown.lesions if shown else (), outlines())
        for region in self.map.regions:
            there = names.get(region.item, [])
            words = _("Here: {lesions}").format(lesions=", ".join(there)) if there else ""
            region.say(words)
            region.setToolTip("\n".join(filter(None, (f"{region.text()}: {region.outline.words}", words))))
        self.legend.setText(segment_text(shown) if shown else outlines().note)
        self.map.update()

    def _make_items(self, column: QVBoxLayout) -> list[ItemButton]:
        self.map = LiverMap(self)
        column.addWidget(self.map)
        column.addWidget(self.legend)
        made = {option.id: self.map.add(option) for option in self.finding.choices}
        rest = [option for option in self.finding.choices if made[option.id] is None]
        flowing = {item.item: item for item in self._flow(rest, column)}  # of a dictionary that the map does not know
        for region in self.map.regions:
            region.steered.connect(self._on_steered)
        return [made[option.id] or flowing[option.id] for option in self.finding.choices]

    def _spoken(self, item: ItemButton) -> str:
        return f"{item.text()}, {item.outline.words}" if isinstance(item, RegionButton) else super()._spoken(item)

    def _on_steered(self, region: RegionButton, way: QPointF) -> None:
        following = self.map.neighbour(region, way)
        if following is not None:
            following.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_typed(self, text: str) -> None:
        meant = next((region for region in self.map.regions if region.outline.key == text), None)
        if meant is None:
            super()._on_typed(text)
            return
        meant.setFocus(Qt.FocusReason.TabFocusReason)
        meant.click()


def _foot() -> float:
    """The room below the liver in which a note stands on paper."""
    return outlines().height - max(y for outline in outlines().segments for _x, y in outline.outline) - 3
