"""The map of the liver segments: each lesion stands in every segment that was recorded, and nowhere else."""

import msgspec
import pytest

from hepalith.domain.case import ItemsValue, Observation, State
from hepalith.figures.drawing import Area, Label
from hepalith.figures.segment_map import Outlines, draw_segments, read_outlines, segment_map_of, segment_text
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiled import load_knowledge
from hepalith.resources import resource
from note.builders import make_case, make_knowledge

SHAPES = resource("pictures", "liver-segments.yaml")


@pytest.fixture(scope="module")
def outlines() -> Outlines:
    return read_outlines(SHAPES)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return make_knowledge()


def placed(finding: str, subject: str, *segments: str, study: str = "") -> Observation:
    return Observation(finding=finding, subject=subject, study=study, value=ItemsValue(present=segments))


def inside(place: tuple[float, float], corners: tuple[tuple[float, float], ...]) -> bool:
    x, y = place
    crossings = 0
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            crossings += 1
    return crossings % 2 == 1


def test_every_segment_of_the_dictionary_is_drawn(outlines: Outlines) -> None:
    drawn = {outline.id for outline in outlines.segments}
    findings = [f for f in load_knowledge(resource("knowledge")).findings.values() if f.widget == "segment_map"]
    assert findings
    for finding in findings:
        for option in finding.choices:
            assert option.id in drawn or set(outlines.whole[option.id]) <= drawn


def test_names_stand_in_their_segment_and_in_no_other(outlines: Outlines) -> None:
    on_top = {outline.id: outline.outline for outline in outlines.segments}
    for outline in outlines.segments:
        assert inside(outline.name, outline.outline), outline.id
        others = [name for name, corners in on_top.items() if name != outline.id and inside(outline.name, corners)]
        assert others in ([], ["IVa"]) if outline.id == "I" else others == [], outline.id


def test_lesions_stand_where_they_were_recorded_last(knowledge: Knowledge, outlines: Outlines) -> None:
    case = make_case(lesions=3)
    for observation in (
        placed("segments", "L1", "VII", study="S0"),
        placed("segments", "L1", "VI", "V", study="S1"),
        placed("segments", "L2", "IV", study="S1"),
        Observation(finding="segments", subject="L3", study="S1", state=State.INDETERMINATE),
        placed("wide_ducts", "patient", "II"),
    ):
        case = case.with_observation(observation)
    shown = segment_map_of(case, knowledge)
    assert shown is not None
    assert shown.lesions == (("L1", ("VI", "V")), ("L2", ("IV",)))
    assert segment_text(shown) == (
        "Liver segments: L1 in VI, V; L2 in IV; not recorded for L3; Segments with wide ducts: II."
    )
    drawing = draw_segments(shown, outlines)
    names = {outline.name: outline.id for outline in outlines.segments}
    labels = [shape for shape in drawing.shapes if isinstance(shape, Label) and shape.bold]
    assert {(label.text, names[(label.at[0], label.at[1] - 11)]) for label in labels} == {
        ("L1", "VI"),
        ("L1", "V"),
        ("L2", "IVa"),
        ("L2", "IVb"),
    }
    shaded = [shape.places for shape in drawing.shapes if isinstance(shape, Area) and shape.fill == "shade"]
    assert len(shaded) == 4
    dashed = [shape.places for shape in drawing.shapes if isinstance(shape, Area) and shape.dashed]
    assert dashed == [outline.outline for outline in outlines.segments if outline.id == "II"]


def test_many_lesions_of_one_segment_are_counted(knowledge: Knowledge, outlines: Outlines) -> None:
    case = make_case(lesions=20)
    for number in range(1, 21):
        case = case.with_observation(placed("segments", f"L{number}", "VIII", study="S1"))
    shown = segment_map_of(case, knowledge)
    assert shown is not None
    labels = [shape.text for shape in draw_segments(shown, outlines).shapes if isinstance(shape, Label) and shape.bold]
    assert labels == ["L1 L2 L3", "L4 L5 +15"]


def test_without_a_segment_there_is_no_map(knowledge: Knowledge) -> None:
    case = make_case()
    bare = msgspec.structs.replace(case, observations=tuple(o for o in case.observations if o.finding != "segments"))
    assert segment_map_of(bare, knowledge) is None
