"""One open case: every edit is one state, nothing typed is lost, refused values change nothing."""

from pathlib import Path

import msgspec
import pytest

from hepalith.domain.assessment import Answer, Status
from hepalith.domain.case import Identity, NumberValue, State, TextValue, YesNoValue
from hepalith.domain.errors import CaseFileError, ChangedCaseFileError, InvalidValueError, NoteError
from hepalith.services.ports import NoteRequest, Recovery
from hepalith.services.session import CaseSession, CaseState
from support.building import choice, items, no, number, yes
from support.fakes import FixedClock, MemoryJournal, MemoryNotes, MemoryStore
from support.small import compile_small


class Setting:
    """A session with its stand-ins."""

    def __init__(self, folder: Path) -> None:
        knowledge, _problems = compile_small(folder)
        self.store, self.journal, self.notes = MemoryStore(), MemoryJournal(), MemoryNotes()
        self.session = CaseSession(knowledge, FixedClock(), self.store, self.journal, self.notes)
        self.states: list[CaseState] = []
        self.session.listen(self.states.append)


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(tmp_path)


def test_each_edit_gives_one_state_with_a_new_assessment(setting: Setting) -> None:
    setting.session.record("fever", yes())
    setting.session.record("bilirubin", number("4.1", "mg/dL"))
    assert len(setting.states) == 2
    alarm = next(one for one in setting.states[-1].assessment.recommendations if one.id == "ALARM")
    assert alarm.status is Status.HOLDS
    assert setting.session.state is setting.states[-1]


def test_an_equal_edit_changes_nothing(setting: Setting) -> None:
    setting.session.record("fever", yes())
    setting.session.record("fever", yes())
    assert len(setting.states) == 1


@pytest.mark.parametrize(
    ("finding", "value", "words"),
    [
        ("age", number("240", "a"), "0 to 120"),
        ("age", number("-3", "a"), "0 to 120"),
        ("age", number("NaN", "a"), "not a number"),
        ("age", number("40", "mm"), "no unit"),
        ("bilirubin", number("100", "mg/dL"), "mg/dL"),
        ("age", YesNoValue(yes=True), "takes a number"),
        ("sex", choice("girl"), "no choice"),
        ("sex", choice(), "at least 1"),
        ("risks", items(("a",), ("a",)), "at most once"),
        ("nothing", yes(), "no finding"),
    ],
)
def test_impossible_values_are_refused_with_the_reason(
    finding: str, value: object, words: str, setting: Setting
) -> None:
    before = setting.session.state
    with pytest.raises(InvalidValueError, match=words):
        setting.session.record(finding, value)  # type: ignore[arg-type]
    assert setting.session.state is before
    assert setting.states == []


def test_improbable_values_are_recorded_with_a_warning(setting: Setting) -> None:
    warning = setting.session.record("age", number("0.5", "a"))
    assert "unusual" in warning
    shown = setting.session.shown("age")
    assert shown is not None
    assert shown.value == number("0.5", "a")
    assert setting.session.record("age", number("40", "a")) == ""


def test_a_future_date_is_refused(setting: Setting) -> None:
    with pytest.raises(InvalidValueError, match="future"):
        setting.session.record("fever", yes(), date="2026-06-02")
    with pytest.raises(InvalidValueError, match="future"):
        setting.session.add_study("us", "2027-01-01")
    with pytest.raises(InvalidValueError, match="future"):
        setting.session.record_identity(Identity(birth_date="2030-01-01"))


def test_states_and_clearing(setting: Setting) -> None:
    setting.session.record_state("fever", State.UNOBTAINABLE)
    shown = setting.session.shown("fever")
    assert shown is not None
    assert shown.state is State.UNOBTAINABLE
    setting.session.clear("fever")
    assert setting.session.shown("fever") is None


def test_an_edit_keeps_limits_date_and_study_of_what_is_shown(setting: Setting) -> None:
    setting.session.record("bilirubin", number("20", "umol/L"), date="2026-05-01", upper_limit="22")
    setting.session.record("bilirubin", number("30", "umol/L"))
    assert len(setting.session.state.case.observations) == 1
    shown = setting.session.shown("bilirubin")
    assert shown is not None
    assert (shown.date, shown.upper_limit) == ("2026-05-01", "22")
    with pytest.raises(InvalidValueError):
        setting.session.record("bilirubin", number("30", "umol/L"), upper_limit="99999")


def test_lesion_findings_go_to_the_current_study_and_priors_beside_them(setting: Setting) -> None:
    lesion = setting.session.add_lesion("segment VI")
    old = setting.session.add_study("us", "2025-06-01")
    new = setting.session.add_study("ct", "2026-05-20")
    setting.session.record("size", number("30", "mm"), lesion)
    setting.session.record("size", number("25", "mm"), lesion, study=old)
    shown = setting.session.shown("size", lesion)
    assert shown is not None
    assert (shown.study, shown.value) == (new, number("30", "mm"))
    assert len(setting.session.state.case.of("size", lesion)) == 2


def test_undo_and_redo_walk_the_states(setting: Setting) -> None:
    setting.session.record("fever", yes())
    lesion = setting.session.add_lesion()
    setting.session.record("solid", yes(), lesion)
    setting.session.remove_lesion(lesion)
    assert setting.session.state.case.lesions == ()
    setting.session.undo()
    assert setting.session.shown("solid", lesion) is not None
    for _step in range(3):
        setting.session.undo()
    assert setting.session.state.case.observations == ()
    assert not setting.session.state.dirty
    setting.session.redo()
    assert setting.session.shown("fever") is not None
    setting.session.record("fever", no())
    assert not setting.session.state.can_redo


def test_hidden_fields_never_hide_what_was_entered(setting: Setting) -> None:
    lesion = setting.session.add_lesion()
    assert ("stage", lesion) not in setting.session.state.hidden
    setting.session.record("fever", yes())
    assert ("stage", lesion) in setting.session.state.hidden
    setting.session.record("stage", choice("one"), lesion)
    assert ("stage", lesion) not in setting.session.state.hidden


def test_saving_counts_revisions_and_empties_the_journal(setting: Setting) -> None:
    setting.session.record("fever", yes())
    assert setting.journal.entries
    setting.session.save(Path("a.hepalith.json"))
    assert not setting.session.state.dirty
    assert setting.journal.entries == {}
    setting.session.record("fever", no())
    setting.session.save()
    saved = setting.store.files[Path("a.hepalith.json")]
    assert (saved.revision, saved.parent_revision) == (2, 1)


def test_what_is_saved_after_an_undo_has_a_revision_of_its_own(setting: Setting) -> None:
    path = Path("a.hepalith.json")
    setting.session.record("fever", yes())
    setting.session.save(path)
    setting.session.undo()
    setting.session.save()
    assert (setting.store.files[path].revision, setting.store.files[path].parent_revision) == (2, 1)


@pytest.mark.parametrize("opened", [False, True], ids=["saved here", "opened here"])
def test_what_another_program_wrote_is_not_written_over_without_a_question(setting: Setting, opened: bool) -> None:
    path = Path("a.hepalith.json")
    setting.session.record("fever", yes())
    setting.session.save(path)
    if opened:
        setting.session.open(path)
    theirs = msgspec.structs.replace(setting.store.files[path], identity=Identity(name="Ada"), revision=2)
    setting.store.files[path] = theirs
    setting.session.record("fever", no())
    with pytest.raises(ChangedCaseFileError):
        setting.session.save()
    assert setting.store.files[path] is theirs
    assert setting.session.state.dirty
    setting.session.save(over=True)
    assert setting.store.files[path].identity.name == ""
    setting.session.record("fever", yes())
    setting.session.save()
    del setting.store.files[path]
    setting.session.record("fever", no())
    setting.session.save()
    assert path in setting.store.files, "a file that is gone is written again"


def test_recovered_edits_are_saved_without_a_question_to_a_file_that_stayed_as_it_was(setting: Setting) -> None:
    path = Path("a.hepalith.json")
    setting.session.record("fever", yes())
    setting.session.save(path)
    case = msgspec.structs.replace(setting.session.state.case, identity=Identity(name="Ada"))
    setting.session.recover(Recovery(name="j", case=case, path=str(path), written=""))
    setting.session.save()
    assert setting.store.files[path].identity.name == "Ada"
    setting.session.recover(Recovery(name="j", case=case, path="gone.hepalith.json", written=""))
    setting.session.save()
    assert Path("gone.hepalith.json") in setting.store.files


@pytest.mark.parametrize("what", ["edit", "undo", "redo", "open", "recover"])
def test_a_fault_in_the_core_leaves_everything_as_it_was(
    setting: Setting, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    session, mine, other = setting.session, Path("mine.hepalith.json"), Path("other.hepalith.json")
    session.record("fever", yes())
    session.save(other)
    session.new()
    session.record("fever", no())
    session.save(mine)
    session.record("remarks", TextValue(text="more"))
    session.record("remarks", TextValue(text="most"))
    session.undo()
    before, theirs = session.state, setting.store.files[other]
    recovery = Recovery(name="j", case=theirs, path=str(other), written="")
    step = {
        "edit": lambda: session.record("fever", yes()),
        "undo": session.undo,
        "redo": session.redo,
        "open": lambda: session.open(other),
        "recover": lambda: session.recover(recovery),
    }[what]
    with monkeypatch.context() as broken:
        broken.setattr("hepalith.decision.assess.Assessor.assessment", fault)
        with pytest.raises(ZeroDivisionError):
            step()
    assert session.state is before
    assert session.shown("remarks").value.text == "more"
    session.save()
    assert setting.store.files[other] is theirs, "what is saved goes where the case came from"
    session.redo()
    assert session.shown("remarks").value.text == "most"
    session.undo()
    session.undo()
    session.undo()
    assert session.shown("remarks") is None


def fault(*_given: object, **_named: object) -> None:
    raise ZeroDivisionError


def test_a_refused_save_loses_nothing(setting: Setting) -> None:
    setting.session.record("fever", yes())
    setting.store.refuses = True
    with pytest.raises(CaseFileError):
        setting.session.save(Path("a.hepalith.json"))
    assert setting.session.state.dirty
    assert setting.journal.entries
    assert setting.session.shown("fever") is not None


def test_an_unreadable_file_leaves_the_open_case(setting: Setting) -> None:
    setting.session.record("fever", yes())
    with pytest.raises(CaseFileError):
        setting.session.open(Path("missing"))
    assert setting.session.shown("fever") is not None


def test_recovered_edits_stay_unsaved(setting: Setting) -> None:
    setting.session.record("fever", yes())
    (recovery,) = setting.session.recoveries()
    setting.session.new()
    setting.session.recover(recovery)
    assert setting.session.state.dirty
    assert setting.session.shown("fever") is not None


def test_the_note_is_of_the_present_state(setting: Setting) -> None:
    setting.session.record("fever", yes())
    setting.session.export_note(Path("note.pdf"))
    assert setting.notes.written[0][0] == setting.session.state.case
    setting.notes.refuses = True
    with pytest.raises(NoteError):
        setting.session.export_note(Path("note.pdf"))


def test_explanations_are_of_the_present_state(setting: Setting) -> None:
    setting.session.record("age", NumberValue(number="40", unit="a"))
    assert setting.session.explain("ASK").answer is Answer.NO
    assert setting.session.explain("gate:drug").answer is Answer.UNKNOWN
    assert setting.session.explain("total").answer is Answer.UNKNOWN
    assert setting.session.explain("nothing").answer is Answer.UNKNOWN


def test_the_keystrokes_of_one_field_undo_together(setting: Setting) -> None:
    setting.session.record("fever", yes())
    for text in ("1", "12", "12.5"):
        setting.session.record("bilirubin", number(text, "umol/L"), final=text == "12.5")
    setting.session.record("bilirubin", number("13", "umol/L"))
    setting.session.undo()
    shown = setting.session.shown("bilirubin")
    assert shown is not None
    assert shown.value == number("12.5", "umol/L")
    setting.session.undo()
    assert setting.session.shown("bilirubin") is None
    assert setting.session.shown("fever") is not None


def test_what_was_typed_and_taken_back_leaves_nothing_to_undo(setting: Setting) -> None:
    setting.session.record("age", number("4", "a"), final=False)
    setting.session.clear("age", final=True)
    assert not setting.session.state.can_undo


def decided(setting: Setting) -> Setting:
    setting.session.record("fever", yes())
    setting.session.record("bilirubin", number("4.1", "mg/dL"))
    setting.session.author = "Dr A"
    setting.session.set_aside("ALARM", "patient", "declined", "after a talk")
    return setting


def test_setting_aside_is_one_edit_that_can_be_undone_and_withdrawn(setting: Setting) -> None:
    session = decided(setting).session
    (result,) = session.state.assessment.overrides
    assert (result.reason, result.text, result.author, result.date) == (
        "The patient declines",
        "after a talk",
        "Dr A",
        "2026-06-01",
    )
    override = session.override("ALARM")
    assert override is not None
    assert override.level == "emergency_same_day"
    (advice,) = (one for one in session.state.assessment.recommendations if one.id == "ALARM")
    assert (override.title, override.advised, override.language) == (advice.title, advice.action, "en")
    assert session.state.assessment.urgency.level == "emergency_same_day"
    assert setting.journal.entries[session.state.case.case_id] == session.state.case
    session.undo()
    assert session.override("ALARM") is None
    session.redo()
    session.withdraw("ALARM")
    assert session.state.assessment.overrides == ()


def test_a_later_decision_takes_the_place_of_an_earlier_one(setting: Setting) -> None:
    session = decided(setting).session
    session.record_plan("Drain first.", recommendation="ALARM")
    session.record_plan("Call the family.")
    assert [(one.recommendation, one.kind, one.text) for one in session.state.case.overrides] == [
        ("ALARM", "other_plan", "Drain first."),
        ("", "other_plan", "Call the family."),
    ]


def test_a_decision_goes_with_its_lesion(setting: Setting) -> None:
    session = setting.session
    session.author = "Dr A"
    session.add_lesion()
    session.record_plan("Leave it.", "L1")
    session.remove_lesion("L1")
    assert session.state.case.overrides == ()


def test_what_cannot_be_decided_is_refused_with_the_reason(setting: Setting) -> None:
    session = decided(setting).session
    before = session.state
    for refused, words in (
        (lambda: session.set_aside("ALARM", "patient", "because"), "no reason"),
        (lambda: session.set_aside("ALARM", "patient", "other", " "), "in words"),
        (lambda: session.set_aside("CLOSE", "patient", "declined"), "does not apply"),
        (lambda: session.set_aside("NOTHING", "patient", "declined"), "does not apply"),
        (lambda: session.record_plan(" "), "what the plan is"),
        (lambda: session.record_plan("x", "L7"), "no lesion"),
    ):
        with pytest.raises(InvalidValueError, match=words):
            refused()
    session.author = ""
    with pytest.raises(InvalidValueError, match="who decides"):
        session.set_aside("ALARM", "patient", "declined")
    assert session.state is before


def test_a_note_is_finalised_by_the_clinician_of_the_session(setting: Setting) -> None:
    setting.session.author = "Dr A"
    setting.session.write_note(NoteRequest(files=(Path("a.pdf"), Path("a.txt")), final=True))
    setting.session.write_note(NoteRequest(files=(Path("b.pdf"),), amends=Path("a.pdf"), author="Dr B"))
    first, second = (request for _case, _assessment, request in setting.notes.written)
    assert (first.final, first.author, len(first.files)) == (True, "Dr A", 2)
    assert (second.amends, second.author) == (Path("a.pdf"), "Dr B")
