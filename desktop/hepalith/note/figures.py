"""The pictures of the note: the course of each lesion, and the map of the liver segments."""

from hepalith.domain.assessment import Assessment
from hepalith.domain.case import Case
from hepalith.figures.course import courses_of
from hepalith.figures.drawing import Drawing
from hepalith.figures.plot import draw_course
from hepalith.figures.segment_map import Outlines, draw_segments, segment_map_of
from hepalith.knowledge.base import Knowledge
from hepalith.note.content import FigurePart
from hepalith.note.svg import svg
from hepalith.note.words import CaseWords


def figures_of(
    case: Case, assessment: Assessment, knowledge: Knowledge, outlines: Outlines, words: CaseWords
) -> tuple[FigurePart, ...]:
    """The map first, then a plot for each lesion that was measured at two or more dates."""
    shown = segment_map_of(case, knowledge)
    drawings = [draw_segments(shown, outlines)] if shown else []
    drawings += [
        draw_course(course, words.subject(course.lesion)) for course in courses_of(case, knowledge, assessment)
    ]
    return tuple(map(_part, drawings))


def _part(drawing: Drawing) -> FigurePart:
    return FigurePart(title=drawing.title, svg=svg(drawing), alt=drawing.alt)
