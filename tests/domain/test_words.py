"""The words for what the core decided."""

import msgspec
import pytest

from hepalith.domain.assessment import (
    Answer,
    Basis,
    Completed,
    Doubt,
    Further,
    GateChange,
    GateState,
    Leaders,
    LesionAdvice,
    LesionConflict,
    Named,
    Need,
    Outcome,
    OverrideResult,
    Status,
    TraceNode,
    Turn,
    Urgency,
)
from hepalith.domain.words import (
    basis_meaning,
    between_lesions_text,
    completed_text,
    completions_text,
    cost_text,
    decision_text,
    doubt_text,
    is_conventional,
    outcome_text,
    review_text,
    robust_text,
    since_decided_text,
    some,
    strength_text,
    turn_text,
    unit_text,
)


def named(*labels: str) -> tuple[Named, ...]:
    return tuple(Named(id=label, subject="patient", label=label) for label in labels)


def needs(*labels: str) -> tuple[Need, ...]:
    return tuple(Need(finding=label, subject="patient", label=label) for label in labels)


def test_the_strength_of_an_argument_has_four_words() -> None:
    words = ["weak", "moderate", "strong", "near-specific"]
    assert [strength_text(strength) for strength in (1, 2, 3, 4)] == words
    assert strength_text(5) == "5"


def test_what_has_no_word_is_said_as_it_is() -> None:
    assert cost_text("laboratory") == "laboratory"
    assert cost_text("something else") == "something else"
    assert basis_meaning("something else") == ""


@pytest.mark.parametrize(
    ("now", "said"), [(Urgency.ROUTINE, "urgency rises to"), (Urgency.EMERGENCY_NOW, "urgency falls to")]
)
def test_an_answer_raises_or_lowers_the_urgency(now: Urgency, said: str) -> None:
    assert outcome_text(Outcome(answer="yes", urgency=Urgency.URGENT), now).count(said) == 1


def test_a_review_is_overdue_only_when_it_is() -> None:
    assert review_text(Basis(level="read", review_by="2026-01-01")) == "not reviewed"
    overdue = Basis(level="read", review_by="2026-01-01", overdue=True, reviewed_by="Dr A")
    assert review_text(overdue) == "reviewed by Dr A, review overdue since 2026-01-01"


@pytest.mark.parametrize(
    ("unit", "shown", "conventional"),
    [
        ("umol/L", "µmol/L", False),
        ("U/L", "U/L", False),
        ("u", "u", False),
        ("mL/min/{1.73_m2}", "mL/min/1.73 m²", False),
        ("10*9/L", "×10⁹/L", False),
        ("10*3/uL", "×10³/µL", True),
        ("mg/dL", "mg/dL", True),
        ("[degF]", "°F", True),
        ("[lb_av]", "lb", True),
        ("Cel", "°C", False),
        ("a", "years", False),
        ("1", "", False),
    ],
)
def test_units_as_people_write_them(unit: str, shown: str, conventional: bool) -> None:
    assert unit_text(unit) == shown
    assert is_conventional(unit) is conventional


@pytest.mark.parametrize(
    ("outcome", "settles", "said"),
    [
        (Outcome(answer="yes"), 0, "If yes: nothing changes"),
        (Outcome(answer="yes"), 1, "If yes: decides 1 open piece of advice"),
        (Outcome(answer="no", urgency=Urgency.NONE), 0, "If no: urgency falls to none"),
        (Outcome(answer="yes", urgency=Urgency.SOON), 0, "If yes: urgency falls to soon"),
        (Outcome(answer="yes", urgency=Urgency.EMERGENCY_NOW), 0, "If yes: urgency rises to emergency: act now"),
        (Outcome(answer="yes", starts=named("A", "A", "B", "C")), 0, "If yes: adds A, B, C"),
        (Outcome(answer="yes", ends=named("A", "B", "C", "D", "E")), 0, "If yes: ends A, B, C (+ 2 more)"),
        (
            Outcome(
                answer="yes",
                gates=(GateChange(gate=named("Before the drug")[0], state=GateState.SHUT),),
                leaders=(Leaders(subject="L1", causes=named("Cyst", "Abscess")), Leaders(subject="L2")),
            ),
            2,
            (
                "If yes: Before the drug: shut; leading cause: Cyst or Abscess; no cause leads; "
                "decides 2 open pieces of advice"
            ),
        ),
    ],
)
def test_what_an_answer_changes(outcome: Outcome, settles: int, said: str) -> None:
    assert outcome_text(outcome, Urgency.URGENT, settles) == said


def test_a_few_names_and_how_many_more() -> None:
    assert [some("A" * count) for count in (0, 1, 3)] == ["", "A", "A, A, A"]
    assert some("ABCD", " or ") == "A or B or C (+ 1 more)"


DECIDED = OverrideResult(recommendation="R1", subject="L1", kind="set_aside", author="Dr A", date="2026-06-01")


@pytest.mark.parametrize(
    ("changed", "begins"),
    [
        ({"status": Status.HOLDS}, [""]),
        ({"status": None}, ["This advice is not in the knowledge"]),
        ({"status": None, "recommendation": ""}, [""]),
        ({"status": Status.DOES_NOT_HOLD, "risen": True}, ["This advice does not apply"]),
        ({"status": Status.HOLDS, "risen": True}, ["This advice is more urgent"]),
        ({"status": Status.HOLDS, "reworded": True}, ["This advice says something else"]),
        (
            {"status": Status.HOLDS, "risen": True, "reworded": True},
            ["This advice is more urgent", "This advice says something else"],
        ),
    ],
)
def test_what_became_of_advice_since_it_was_decided_otherwise(changed: dict[str, object], begins: list[str]) -> None:
    said = since_decided_text(msgspec.structs.replace(DECIDED, **changed))
    assert [text in said for text in begins] == [True] * len(begins)
    assert said.count("This advice") == sum(map(bool, begins))


def test_a_decision_names_its_reason_if_there_is_one() -> None:
    assert decision_text(DECIDED) == "Set aside by Dr A, 2026-06-01"
    assert decision_text(msgspec.structs.replace(DECIDED, reason="declined")).endswith(": declined")


def test_a_conflict_between_lesions_names_each_lesion_once() -> None:
    wanted = tuple(LesionAdvice(recommendation="R1", lesion=one, title="Drain") for one in ("L1", "L3"))
    barred = (LesionAdvice(recommendation="R2", lesion="L2", title="No needle"),)
    said = between_lesions_text(LesionConflict(matter="needle", wanted=wanted, barred=barred), str.lower)
    assert said[0].endswith("wanted for l1, l3, warned against for l2")
    assert said[1:] == ("Drain (R1) – l1, l3", "No needle (R2) – l2")
    drug = between_lesions_text(LesionConflict(matter="drug:albendazole", wanted=wanted, barred=barred), str)
    assert drug[0].startswith("Albendazole: wanted")


def test_a_doubt_says_whether_it_matters() -> None:
    either = (Outcome(answer="CE1", urgency=Urgency.SOON), Outcome(answer="CE2"))
    matters = Doubt(id="stage", subject="L1", label="Stage", recorded=True, same=False, alternatives=either)
    assert doubt_text(matters, Urgency.ROUTINE) == (
        "The plan depends on which it is",
        "If CE1: urgency rises to soon",
        "If CE2: nothing changes",
    )
    alike = msgspec.structs.replace(matters, same=True)
    assert doubt_text(alike, Urgency.ROUTINE) == ("Whichever it is, the plan is the same with what is known",)
    through = msgspec.structs.replace(alike, recorded=False, through=needs("Wall", "Wall", "Sand"))
    assert doubt_text(through, Urgency.ROUTINE)[0].endswith("what would decide it: Wall, Sand")
    nothing = msgspec.structs.replace(through, through=())
    assert doubt_text(nothing, Urgency.ROUTINE)[0].startswith("No advice rests on which it is")


@pytest.mark.parametrize(
    ("further", "said"),
    [
        (None, "pairs of them have not been tried yet"),
        (Further(pairs_found=1, pairs_left=5), "but 1 pair does."),
        (Further(pairs_found=2), "but 2 pairs do."),
        (Further(pairs_tried=7, pairs_left=5), "nor do the 7 pairs of them that were tried; 5 pairs were not tried"),
        (Further(pairs_tried=7), "Robust: no open finding"),
    ],
)
def test_robust_is_said_only_where_everything_was_tried(further: Further | None, said: str) -> None:
    assert said in robust_text(further)


@pytest.mark.parametrize(
    ("facts", "shortest", "none_up_to", "said"),
    [
        (("fever: no; needs yes", "pain"), True, 1, "It would hold, if fever: no; needs yes; pain"),
        (("pain",), False, 0, "It would hold, if pain (perhaps not the fewest)"),
        (("pain",), False, 1, "It would hold, if pain (perhaps not the fewest; 1 finding is not enough)"),
        ((), False, 0, "It would hold: no facts were found that do it"),
        ((), False, 2, "It would hold: no facts were found that do it; up to 2 findings are not enough"),
    ],
)
def test_what_would_turn_a_conclusion(facts: tuple[str, ...], shortest: bool, none_up_to: int, said: str) -> None:
    nodes = tuple(TraceNode(text=text, answer=Answer.NO) for text in facts)
    turn = Turn(item="R1", subject="L1", turns="it would hold", facts=nodes, shortest=shortest, none_up_to=none_up_to)
    assert turn_text(turn) == said


def test_what_is_decided_under_every_completion_is_labelled_so() -> None:
    gate = Completed(
        kind="gate", id="drug", subject="patient", label="Drug", answer=Answer.YES, needs=needs("A", "A", "B")
    )
    assert completed_text(gate) == "By completion: fulfilled, whatever is answered to A, B"
    not_so = msgspec.structs.replace(gate, answer=Answer.NO)
    assert completed_text(not_so) == "By completion: not fulfilled, whatever is answered to A, B"
    a_class = msgspec.structs.replace(gate, answer=None, choices=("CE1", "CE2"))
    assert completed_text(a_class) == "By completion: CE1 or CE2, whatever is answered to A, B"
    said = completions_text(Further(completed=(gate,), conclusions_tried=2, conclusions_left=3))
    assert "tried for 2 open conclusions: 1 comes out alike. 3 rest" in said
