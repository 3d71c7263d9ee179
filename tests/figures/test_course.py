"""The course of a lesion: each measurement is judged as of its date, and nothing leaves the picture."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepalith.decision.assess import evaluate
from hepalith.domain.case import PATIENT, Case, Observation, Override, OverrideKind, State, Study
from hepalith.figures.course import Course, Measured, NextExamination, course_text, courses_of
from hepalith.figures.drawing import Area, Dot, Label, Line
from hepalith.figures.plot import draw_course
from hepalith.knowledge.base import Knowledge
from support.building import case, choice, no, number, seen, yes
from support.small import FINDINGS, REST, compile_small
from support.vignettes import all_vignettes, case_of, knowledge_and_problems

TODAY = date(2026, 6, 1)
STUDIES = tuple(
    Study(id=f"S{place}", modality=modality, date=day)
    for place, (modality, day) in enumerate(
        (("us", "2024-01-10"), ("ct", "2024-07"), ("ct", "2025-01-10"), ("ct", "2026-05-20"))
    )
)
DERIVED = """derived:
- {id: size_error, label: Error, subject: lesion, type: number, unit: mm, basis: default, expr: "1 if size < 10 else 4"}
- {id: size_change, label: Change, subject: lesion, type: choice, basis: default,
   choices: [{id: grown, label: "Grown (by 4 mm)"}, {id: same, label: Unchanged}],
   rows: [{id: r1, when: "size - previous(size) >= 4", then: grown}], otherwise: same}
"""


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    course = "id: size, course: {error: size_error, change: size_change, stage: stage_of}, "
    stage = (
        "- {id: stage_of, label: Stage, subject: lesion, type: choice, basis: default, relevant: solid,\n"
        "   choices: [{id: a, label: Stage A (early)}, {id: b, label: Stage B}],\n"
        '   rows: [{id: r1, when: "size < 10", then: a}], otherwise: b}\n'
    )
    made, problems = compile_small(
        tmp_path,
        findings=FINDINGS.replace("id: size, ", course, 1),
        rest=REST.replace("derived:\n", DERIVED + stage, 1),
    )
    assert problems == ()
    return made


def sizes(*texts: str) -> Case:
    """A lesion measured at the studies, the first at S0."""
    found = [seen("size", number(text, "mm"), "L1", f"S{place}") for place, text in enumerate(texts)]
    return case(*found, seen("solid", yes(), "L1"), lesions=1, studies=STUDIES)


def course_of(about: Case, knowledge: Knowledge, on: date = TODAY) -> Course:
    (course,) = courses_of(about, knowledge, evaluate(about, knowledge, on))
    return course


def test_each_examination_is_judged_with_what_was_known_then(knowledge: Knowledge) -> None:
    course = course_of(sizes("8", "9", "14", "15.5"), knowledge)
    assert [(one.shown, one.entered, one.modality) for one in course.measured] == [
        ("2024-01-10", "8 mm", "Ultrasound"),
        ("2024-07", "9 mm", "CT"),
        ("2025-01-10", "14 mm", "CT"),
        ("2026-05-20", "15.5 mm", "CT"),
    ]
    assert [one.change for one in course.measured] == ["", "Unchanged", "Grown", "Unchanged"]
    assert [one.error for one in course.measured] == [1, 1, 4, 4]
    assert [one.stage for one in course.measured] == ["Stage A", "Stage A", "Stage B", "Stage B"]


def test_units_are_put_together_and_the_entered_one_is_shown(knowledge: Knowledge) -> None:
    mixed = sizes("8", "9").with_observation(seen("size", number("1.2", "cm"), "L1", "S1"))
    course = course_of(mixed, knowledge)
    assert [(one.value, one.entered) for one in course.measured] == [(8, "8 mm"), (Decimal("12.0"), "1.2 cm")]


@pytest.mark.parametrize(
    "about",
    [
        sizes("8"),
        sizes("8").with_observation(seen("size", number("9", "mm"), "L1")),  # without a date
        sizes("8").with_observation(seen("size", number("9", "mm", "<"), "L1", "S1")),
        sizes("8").with_observation(Observation(finding="size", subject="L1", study="S1", state=State.INDETERMINATE)),
    ],
    ids=["one", "undated", "censored", "indeterminate"],
)
def test_two_measurements_with_a_date_are_needed(about: Case, knowledge: Knowledge) -> None:
    assert courses_of(about, knowledge, evaluate(about, knowledge, TODAY)) == ()


def test_what_is_not_decided_has_no_name(knowledge: Knowledge) -> None:
    about = msgspec.structs.replace(sizes("8", "9"), observations=sizes("8", "9").observations[:2])
    assert [one.stage for one in course_of(about, knowledge).measured] == ["", ""]  # solid or not is unknown


def test_a_stage_that_was_only_reported_says_so() -> None:
    found = [
        one
        for study, size, stage in (("S0", "60", "CE4"), ("S2", "58", ""), ("S3", "57", "CE5"))
        for one in (
            seen("size_mm", number(size, "mm"), "L1", study),
            seen("us_stage_reported", choice(stage), "L1", study) if stage else None,
        )
        if one is not None
    ]
    about = case(*found, lesions=1, studies=STUDIES)
    assert [one.stage for one in course_of(about, real()).measured] == [
        "CE4 (reported)",
        "no stage recorded",
        "CE5 (reported)",
    ]


def test_a_step_without_a_name_says_what_it_needs() -> None:
    sizes = (seen("size_mm", number("9", "mm"), "L1", study) for study in ("S2", "S3"))
    measured = course_of(about := case(*sizes, lesions=1, studies=STUDIES), real())
    assert measured.open == ()
    assert measured.measured[-1].change == "Unchanged", "two sizes are a comparison, also if nobody says so"
    doubted = Observation(finding="prior_imaging", subject=PATIENT, state=State.INDETERMINATE)
    assert "Earlier imaging" in course_of(about.with_observation(doubted), real()).open


def test_a_step_that_the_technique_would_name_says_so_and_asks_for_it() -> None:
    alike = {"modality": "ct_single_phase", "phase": "portal venous", "slice_mm": "1"}
    sizes = [seen("size_mm", number(text, "mm"), "L1", study) for study, text in (("S2", "12"), ("S3", "20"))]
    about = case(*sizes, lesions=1, studies=STUDIES)
    grown = course_of(about, real())
    assert grown.measured[-1].change == "technique not recorded"
    assert grown.open == ("modality, phase and slice thickness of both examinations",)
    known = tuple(msgspec.structs.replace(study, **alike) for study in STUDIES)
    measured = course_of(msgspec.structs.replace(about, studies=known), real())
    assert (measured.measured[-1].change, measured.open) == ("Definite growth", ())


def staged(*found: tuple[str, str, str]) -> Course:
    """The course of a cyst: study, size, stage ("" for none) of each examination."""
    sizes = [seen("size_mm", number(size, "mm"), "L1", study) for study, size, _stage in found]
    stages = [seen("us_stage_reported", choice(stage), "L1", study) for study, _size, stage in found if stage]
    about = case(*sizes, *stages, seen("nature", choice("complex_cystic"), "L1"), lesions=1, studies=STUDIES)
    return course_of(about, real())


def test_a_step_of_the_stage_is_called_on_the_day_it_is_seen_and_on_no_other() -> None:
    course = staged(("S0", "60", "CE3b"), ("S1", "58", "CE4"), ("S2", "58", "CE3b"), ("S3", "58", ""))
    steps = [one.stage_step for one in course.measured]
    assert steps == ["", "Regressed", "Reactivated", ""]
    again = staged(("S0", "60", "CE1"), ("S1", "58", "CE3a"), ("S2", "58", "CE4"), ("S3", "58", "CE4"))
    assert [one.stage_step for one in again.measured] == ["", "Regressed", "Regressed", "Same stage"]
    assert "CE3b (reported), Reactivated, Unchanged" in course_text(course, "L1")


def test_a_step_is_called_of_a_lesion_that_was_found_to_be_a_cyst_later() -> None:
    sizes = [seen("size_mm", number("60", "mm"), "L1", study) for study in ("S0", "S1", "S3")]
    stages = [seen("us_stage_reported", choice(one), "L1", study) for study, one in (("S0", "CE3a"), ("S1", "CE4"))]
    kind = seen("nature", choice("complex_cystic"), "L1", "S3")
    course = course_of(case(*sizes, *stages, kind, lesions=1, studies=STUDIES), real())
    assert [one.stage_step for one in course.measured] == ["", "Regressed", ""]


def test_a_stage_in_doubt_has_no_step_and_none_is_no_step() -> None:
    assert [one.stage_step for one in staged(("S0", "60", "CE4"), ("S1", "60", "")).measured] == ["", ""]
    doubted = seen("us_stage_reported", choice("CE3b", "CE4"), "L1", "S1")
    sizes = [seen("size_mm", number("60", "mm"), "L1", study) for study in ("S0", "S1")]
    first = seen("us_stage_reported", choice("CE4"), "L1", "S0")
    about = case(*sizes, first, doubted, seen("nature", choice("cystic"), "L1"), lesions=1, studies=STUDIES)
    assert [one.stage_step for one in course_of(about, real()).measured] == ["", ""]


def test_a_stage_found_earlier_is_none_of_an_examination_that_records_none() -> None:
    """By signs: CE1 at the first; only the size at the second; too little to tell the stage at the third."""
    sizes = [seen("size_mm", number("60", "mm"), "L1", study) for study in ("S0", "S1", "S3")]
    signs = [
        seen(name, value, "L1", "S0")
        for name, value in (
            ("content", choice("fluid")),
            ("locularity", choice("unilocular")),
            ("double_line", yes()),
            ("daughter_cysts", no()),
            ("detached_membrane", no()),
        )
    ]
    later = seen("content", choice("fluid"), "L1", "S3")
    kind = seen("nature", choice("cystic"), "L1")
    course = course_of(case(*sizes, *signs, later, kind, lesions=1, studies=STUDIES), real())
    assert [one.stage for one in course.measured] == ["CE1", "no stage recorded", "stage undecided"]
    assert ", no stage recorded, Unchanged; 2026-05-20" in course_text(course, "L1")
    shown = [shape.text for shape in draw_course(course, "L1").shapes if isinstance(shape, Label)]
    assert "stage undecided" in shown
    assert shown.count("CE1") == 1


def test_a_lesion_without_stages_says_nothing_of_them() -> None:
    sizes = [seen("size_mm", number("60", "mm"), "L1", study) for study in ("S0", "S1")]
    mass = seen("nature", choice("solid"), "L1", "S0")
    assert {one.stage for one in course_of(case(*sizes, mass, lesions=1, studies=STUDIES), real()).measured} == {""}


def test_a_step_of_the_stage_has_a_row_of_its_own_in_the_picture() -> None:
    plain = draw_course(staged(("S0", "60", "CE4"), ("S3", "60", "")), "L1")
    moved = draw_course(staged(("S0", "60", "CE4"), ("S3", "60", "CE3b")), "L1")
    assert moved.height > plain.height
    (step,) = (shape for shape in moved.shapes if isinstance(shape, Label) and shape.text == "Reactivated")
    others = [s.at[1] for s in moved.shapes if isinstance(s, Label) and s is not step and s.at[1] > 120]
    assert all(abs(step.at[1] - other) > 3 for other in others)


def real() -> Knowledge:
    """The program's own knowledge, which says what is entered beside the size."""
    knowledge, problems = knowledge_and_problems()
    assert problems == ()
    return knowledge


def test_the_next_examination_is_that_of_advice_that_is_followed(knowledge: Knowledge) -> None:
    about = sizes("18", "19")
    shown = course_of(about, knowledge).next
    assert shown == NextExamination(
        test="Ultrasound", due=date(2026, 9, 1), earliest=date(2026, 8, 18), latest=date(2026, 10, 1)
    )
    aside = Override(
        recommendation="DRUG",
        subject="L1",
        kind=OverrideKind.SET_ASIDE,
        reason="declined",
        author="A",
        date="2026-06-01",
    )
    assert course_of(about.with_override(aside), knowledge).next is None


def test_a_test_that_was_missed_is_the_next_until_it_is_made_up_for() -> None:
    base = next(one for one in all_vignettes() if one.id == "CV01")
    studies = {"S0": {"modality": "us", "date": "2025-04-01"}, "S1": {"modality": "us", "date": "2026-04-01"}}
    about = msgspec.structs.replace(base, studies=studies, lesions={**base.lesions, "L1@S0": {"size_mm": 60}})
    made = case_of(about, real())
    missed = course_of(made, real(), date(2026, 12, 2)).next
    assert missed is not None
    assert (missed.due, missed.missed) == (date(2026, 10, 1), True)
    drawing = draw_course(course_of(made, real(), date(2026, 12, 2)), "L1")
    assert any(isinstance(one, Label) and "missed, was due 2026-10-01" in one.text for one in drawing.shapes)
    fresh = course_of(made, real(), date(2026, 4, 1)).next
    assert fresh is not None
    assert (fresh.due, fresh.missed) == (date(2026, 10, 1), False)


def test_the_text_says_all_that_the_picture_shows(knowledge: Knowledge) -> None:
    text = course_text(course_of(sizes("18", "29"), knowledge), "L1")
    assert text == (
        "Size of L1 over time: 2024-01-10 18 mm ± 4, Ultrasound, Stage B; 2024-07 29 mm ± 4, CT, Stage B, Grown. "
        "Next: Ultrasound, due 2026-09-01, not before 2026-08-18, not after 2026-10-01."
    )
    plain = Measured(day=TODAY, shown="2026", value=Decimal(5), entered="5 mm")
    bare = Course(finding="size", label="Size", unit="mm", lesion="L1", measured=(plain, plain))
    assert course_text(bare, "L1") == "Size of L1 over time: 2026 5 mm; 2026 5 mm."


DAYS = st.dates(date(1950, 1, 1), date(2099, 1, 1))
VALUES = st.decimals(0, 500, places=1)
MEASURED = st.builds(
    lambda day, value, error: Measured(day=day, shown=str(day), value=value, entered=f"{value} mm", error=error),
    DAYS,
    VALUES,
    st.none() | st.decimals(0, 50, places=1),
)
NEXT = st.none() | st.builds(
    lambda days: NextExamination(test="CT", due=days[1], earliest=days[0], latest=days[2]),
    st.tuples(DAYS, DAYS, DAYS).map(sorted),
)


@given(st.lists(MEASURED, min_size=2, max_size=12), NEXT, st.floats(150, 500))
def test_every_point_lies_within_the_picture(
    measured: list[Measured], planned: NextExamination | None, width: float
) -> None:
    ordered = tuple(sorted(measured, key=lambda one: one.day))
    drawing = draw_course(
        Course(finding="size", label="Size", unit="mm", lesion="L1", measured=ordered, next=planned), "L1", width
    )
    assert drawing.width == width
    dots = [shape.at for shape in drawing.shapes if isinstance(shape, Dot)]
    assert len(dots) == len(ordered)
    assert dots == sorted(dots, key=lambda at: at[0])
    places = [*dots, *(shape.at for shape in drawing.shapes if isinstance(shape, Label))]
    places += [place for shape in drawing.shapes if isinstance(shape, Line | Area) for place in shape.places]
    assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in places)
    lowest = max(y for _x, y in dots)
    highest = min(y for _x, y in dots)
    by_value = sorted(zip(dots, ordered, strict=True), key=lambda pair: pair[1].value)
    assert by_value[0][0][1] == lowest
    assert by_value[-1][0][1] == highest
    shown = [shape.text for shape in drawing.shapes if isinstance(shape, Label)]
    assert ordered[-1].entered in shown


def test_the_band_is_as_wide_as_the_error() -> None:
    first = Measured(day=date(2024, 1, 1), shown="a", value=Decimal(20), entered="20 mm", error=Decimal(5))
    last = Measured(day=date(2025, 1, 1), shown="b", value=Decimal(40), entered="40 mm", error=Decimal(10))
    drawing = draw_course(Course(finding="s", label="S", unit="mm", lesion="L1", measured=(first, last)), "L1")
    (band,) = (shape for shape in drawing.shapes if isinstance(shape, Area))
    left, right, right_below, left_below = band.places
    assert right_below[1] - right[1] == pytest.approx(2 * (left_below[1] - left[1]))
    dots = [shape.at for shape in drawing.shapes if isinstance(shape, Dot)]
    assert dots[0] == pytest.approx((left[0], (left[1] + left_below[1]) / 2))
