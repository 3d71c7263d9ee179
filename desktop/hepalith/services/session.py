"""One open case: an immutable state, replaced as a whole at each edit; undo is the list of past states.

Widgets and commands send edits here and show the state that comes back; they decide nothing.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hepalith.decision.evaluation import Evaluation
from hepalith.domain.assessment import (
    Advice,
    Assessment,
    Further,
    Question,
    QuestionGroup,
    Status,
    TraceNode,
    Turn,
)
from hepalith.domain.case import (
    PATIENT,
    Case,
    Identity,
    Lesion,
    Observation,
    Override,
    OverrideKind,
    State,
    Study,
    Value,
)
from hepalith.domain.durations import parse_date
from hepalith.domain.errors import CaseFileError, ChangedCaseFileError, InvalidValueError, MissingCaseFileError
from hepalith.domain.truth import Truth
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.entry import check_limit, check_value
from hepalith.knowledge.model import Finding
from hepalith.services.keeping import KeptBeside
from hepalith.services.ports import CaseStore, Clock, Journal, NoteRequest, NoteWriter, Recovery, ReportText

if TYPE_CHECKING:
    from hepalith.decision.assess import Assessor
    from hepalith.decision.what_if import Asker

CASE_ENDING = ".json"  # other files that hold a case (notes) are never written over
UNDO_LIMIT = 500


class CaseState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is shown of an open case."""

    case: Case
    assess: Callable[[], Assessment]  # gives the same assessment each time
    path: Path | None
    dirty: bool
    can_undo: bool
    can_redo: bool
    kept: bool = True  # False: the last edit could not be written to the journal
    hidden: frozenset[tuple[str, str]]  # (finding, subject) whose field is not relevant now

    @property
    def assessment(self) -> Assessment:
        """What follows from the case; of the first, empty one made when it is first asked for."""
        return self.assess()


Listener = Callable[[CaseState], None]
Key = tuple[str, str, str, str]  # finding, subject, study, date


class _Answers:
    """Answers about one case at one date. Beyond its evaluation the decision core is imported when it is asked."""

    def __init__(self, case: Case, knowledge: Knowledge, as_of: date, asker: "Asker | None") -> None:
        self._case, self._knowledge, self._as_of, self._asker = case, knowledge, as_of, asker

    @cached_property
    def evaluation(self) -> Evaluation:
        if self._asker is None:
            return Evaluation(self._case, self._knowledge, self._as_of)
        return self.assessor.evaluation

    @cached_property
    def assessor(self) -> "Assessor":
        from hepalith.decision.assess import Assessor

        return Assessor(self._case, self._knowledge, self._as_of, self._asker)

    @cached_property
    def assessment(self) -> Assessment:
        return self.assessor.assessment(trace=False)


_Whole = tuple[tuple[Case, ...], tuple[Case, ...], Case, Path | None, Case | None, _Answers]  # what goes with a state


class CaseSession:
    """The use cases around one case. Every edit ends in one new state and one call of each listener.

    Edits raise InvalidValueError, with a sentence for the user, and then change nothing.
    """

    def __init__(
        self, knowledge: Knowledge, clock: Clock, store: CaseStore, journal: Journal, note: NoteWriter
    ) -> None:
        self.knowledge = knowledge
        self.author = ""  # the clinician, for what is decided otherwise and for final notes
        self._clock = clock
        self._store = store
        self._journal = journal
        self._note = note
        self._listeners: list[Listener] = []
        self._before: dict[Listener, Callable[[], None]] = {}
        self._past: list[Case] = []
        self._future: list[Case] = []
        self._typing: Key | None = None
        self._saved: Case = self._empty()
        self._path: Path | None = None
        self._on_disk: Case | None = None  # what the file held when it was last read or written here
        self._asker: Asker | None = None  # takes a moment to make: not for the first, empty state
        self._asker_awaited = False
        self._answers: _Answers
        self._state = self._make_state(self._saved)
        self._whole = self._all_of_it()

    @property
    def state(self) -> CaseState:
        """The present state."""
        return self._state

    @property
    def as_of(self) -> date:
        """The date for which the open case is assessed."""
        return self._clock.today()

    def use(self, knowledge: Knowledge, note: NoteWriter, author: str) -> None:
        """Goes on with knowledge that a site refined otherwise. The case, its file and what can be undone stay."""
        self.knowledge, self._note, self.author = knowledge, note, author
        self._asker = self._new_asker() if self._asker is not None else None
        self._show(self._state.case, keep_journal=True)

    def say_again(self) -> None:
        """Assesses the case as it is once more, for its texts: the language is another one."""
        self._show(self._state.case, keep_journal=True)

    @property
    def prepared(self) -> bool:
        """Whether it can be found out by now what to ask next."""
        return self._asker is not None

    def prepare(self) -> None:
        """Makes what takes a moment and is not needed to show an empty case, and finds out what to ask first."""
        self.go_on_with(self._new_asker())

    def await_asker(self) -> None:
        """No state waits any more for what finds out what to ask next: it is made elsewhere, for `go_on_with`.

        Until then everything is assessed by the reference interpreter, and nothing is asked.
        """
        self._asker_awaited = True

    def go_on_with(self, asker: "Asker") -> None:
        """Finds out what to ask next with an asker that may have been made on another thread, and says it."""
        self._asker_awaited = False
        if self._asker is None:
            self._asker = asker if asker.knowledge is self.knowledge else self._new_asker()
            self._show(self._state.case, keep_journal=True)

    def show_further(self, case: Case, further: Further) -> None:
        """Adds what a second look shows of a case; nothing happens if the case has changed meanwhile."""
        if case is self._state.case:
            assessment = msgspec.structs.replace(self._state.assessment, further=further)
            self._state = msgspec.structs.replace(self._state, assess=lambda: assessment)
            self._tell()

    def keep_beside(self, told: Callable[[bool], None]) -> KeptBeside:
        """Writes the journal on another thread from now on. told: called there, for `show_kept`."""
        beside = KeptBeside(self._journal, told)
        self._journal = beside
        return beside

    def show_kept(self, kept: bool) -> None:
        """Says whether edits are kept, where that turned out later."""
        if self._state.kept is not kept:
            self._state = msgspec.structs.replace(self._state, kept=kept)
            self._tell()

    def questions(self) -> list[Question | QuestionGroup]:
        """Everything that could be asked, the best first; the state holds only what comes first."""
        return self._answers.assessor.asked()

    def listen(self, listener: Listener, before: Callable[[], None] | None = None) -> None:
        """Calls `listener` with each new state, until `forget`, and `before` when the work on one begins."""
        self._listeners.append(listener)
        if before is not None:
            self._before[listener] = before

    def forget(self, listener: Listener) -> None:
        """Ends `listen`."""
        self._listeners.remove(listener)
        self._before.pop(listener, None)

    # entering

    def shown(self, finding: str, subject: str = PATIENT) -> Observation | None:
        """The observation that a form shows and edits: the latest, or None."""
        groups = self._answers.evaluation.observed.groups(finding, subject)
        return groups[0][0] if groups else None

    def record(
        self,
        finding: str,
        value: Value,
        subject: str = PATIENT,
        *,
        study: str | None = None,
        date: str | None = None,
        lower_limit: str | None = None,
        upper_limit: str | None = None,
        final: bool = True,
    ) -> str:
        """Records a value; returns a warning about an improbable one, or "".

        final: False while it is still being typed; such edits of one field count as one for undo.

        study, date, limits: None keeps those of the observation that the form shows (a first one gets the current
        study, if the finding is seen on images, and no date: current).
        """
        entry = self._finding(finding)
        warning = check_value(entry, value)
        key, old = self._target(entry, subject, study, date)
        lower = old.lower_limit if old and lower_limit is None else lower_limit or ""
        upper = old.upper_limit if old and upper_limit is None else upper_limit or ""
        unit = getattr(value, "unit", "")
        if unit:
            check_limit(entry, lower, unit)
            check_limit(entry, upper, unit)
        self._check_date(entry, key[3])
        made = Observation(
            finding=finding,
            subject=subject,
            study=key[2],
            date=key[3],
            value=value,
            lower_limit=lower,
            upper_limit=upper,
        )
        self._edit(self._state.case.with_observation(made), key, final=final)
        return warning

    def record_state(
        self, finding: str, state: State, subject: str = PATIENT, *, study: str | None = None, date: str | None = None
    ) -> None:
        """Records that a finding was looked for and cannot be told, or cannot be obtained here."""
        key, _old = self._target(self._finding(finding), subject, study, date)
        self._edit(
            self._state.case.with_observation(
                Observation(finding=finding, subject=subject, study=key[2], date=key[3], state=state)
            )
        )

    def record_together(self, answers: Iterable[tuple[str, str, Value | State]], examination: str = "") -> None:
        """Records answers to several findings as one edit: (finding, subject, value, or why there is none).

        examination: the modality of one that is added in the same edit; new lesion findings belong to it from then on.
        Raises InvalidValueError, and then records none of them.
        """
        case = self._state.case
        for finding, subject, answer in answers:
            entry = self._finding(finding)
            state, value = (answer, None) if isinstance(answer, State) else (State.KNOWN, answer)
            if value is not None:
                check_value(entry, value)
            key, _old = self._target(entry, subject, None, None)
            case = case.with_observation(
                Observation(finding=finding, subject=subject, study=key[2], date=key[3], state=state, value=value)
            )
        self._edit(case.with_study(self._new_study(modality=examination)) if examination else case)

    def clear(
        self,
        finding: str,
        subject: str = PATIENT,
        *,
        study: str | None = None,
        date: str | None = None,
        final: bool = True,
    ) -> None:
        """Makes the observation that the form shows "not recorded" again."""
        key, old = self._target(self._finding(finding), subject, study, date)
        if old is not None:
            self._edit(self._state.case.without_observation(key), key, final=final)

    def record_identity(self, identity: Identity) -> None:
        """Records who the patient is. Raises InvalidValueError for an impossible date of birth."""
        if identity.birth_date and parse_date(identity.birth_date).first > self.as_of:
            raise InvalidValueError(_("The date of birth lies in the future."))
        self._edit(msgspec.structs.replace(self._state.case, identity=identity))

    def add_lesion(self, label: str = "") -> str:
        """Adds a lesion; returns its permanent id."""
        self._edit(self._state.case.with_new_lesion(label))
        return self._state.case.lesions[-1].id

    def rename_lesion(self, lesion_id: str, label: str) -> None:
        """Gives a lesion another label; its id stays."""
        self._edit(self._state.case.with_lesion(Lesion(id=lesion_id, label=label)))

    def remove_lesion(self, lesion_id: str) -> None:
        """Removes a lesion with all that was observed of it (undo brings it back)."""
        self._edit(self._state.case.without_lesion(lesion_id))

    def add_study(self, modality: str = "", date: str = "", phase: str = "", slice_mm: str = "") -> str:
        """Adds an imaging study; returns its id. Raises InvalidValueError for an impossible date."""
        study = self._new_study(modality=modality, date=date, phase=phase, slice_mm=slice_mm)
        self.change_study(study)
        return study.id

    def change_study(self, study: Study) -> None:
        """Adds or changes a study. Raises InvalidValueError for an impossible date or slice thickness."""
        if study.date and parse_date(study.date).first > self.as_of:
            raise InvalidValueError(_("The date of the study lies in the future."))
        self._edit(self._state.case.with_study(study))

    def remove_study(self, study_id: str) -> None:
        """Removes a study with all that was seen on it (undo brings it back)."""
        self._edit(self._state.case.without_study(study_id))

    # deciding otherwise

    def override(self, recommendation: str, subject: str = PATIENT) -> Override | None:
        """What was decided otherwise about a recommendation, or None."""
        found = (one for one in self._state.case.overrides if one.key == (recommendation, subject))
        return next(found, None)

    def set_aside(self, recommendation: str, subject: str, reason: str, text: str = "") -> None:
        """Records that a recommendation is not followed, and why; the advice and its urgency stay as they are.

        reason: id of one of `knowledge.header.override_reasons`. Raises InvalidValueError: no author, no such reason, a
        reason that needs words without any, or a recommendation that does not apply.
        """
        coded = self.knowledge.header.override_reason(reason)
        if coded is None:
            raise InvalidValueError(_('The knowledge has no reason "{id}".').format(id=reason))
        if coded.needs_text and not text.strip():
            raise InvalidValueError(_('"{reason}": say in words why.').format(reason=coded.label))
        advice = self._advice_that_applies(recommendation, subject)
        self._decide(OverrideKind.SET_ASIDE, advice, subject, text, reason=reason)

    def record_plan(self, text: str, subject: str = PATIENT, recommendation: str = "") -> None:
        """Records another plan, in place of a recommendation or ("") beside all of them.

        Raises InvalidValueError: no author, no text, no such lesion, or a recommendation that does not apply.
        """
        if not text.strip():
            raise InvalidValueError(_("Say in words what the plan is."))
        advice = self._advice_that_applies(recommendation, subject) if recommendation else None
        self._check_subject(subject)
        self._decide(OverrideKind.OTHER_PLAN, advice, subject, text)

    def withdraw(self, recommendation: str, subject: str = PATIENT) -> None:
        """Takes back what was decided otherwise; without such a decision nothing changes."""
        self._edit(self._state.case.without_override(recommendation, subject))

    def undo(self) -> None:
        """Goes back one edit."""
        if self._past:
            self._future.append(self._state.case)
            self._show(self._past.pop())

    def redo(self) -> None:
        """Does again what was undone last."""
        if self._future:
            self._past.append(self._state.case)
            self._show(self._future.pop())

    # files

    def new(self) -> None:
        """Starts an empty case; what was open is left as it is on disk."""
        self._open(self._empty(), None)

    def open(self, path: Path) -> None:
        """Opens a case file, or the case in a note as unsaved. Raises CaseFileError; the open case then stays."""
        case = self._store.load(path)
        self._open(case, path if path.name.endswith(CASE_ENDING) else None)

    def open_copy(self, path: Path) -> None:
        """Opens a case file as a new, unsaved case (examples)."""
        self._open(self._store.load(path), None)

    def show_case(self, case: Case) -> None:
        """Opens a case that comes from no file."""
        self._open(case, None)

    def save(self, path: Path | None = None, *, over: bool = False) -> None:
        """Writes the case to `path`, or to where it came from. over: whatever another program wrote there meanwhile.

        Raises:
            ChangedCaseFileError: another program did.
            CaseFileError: it could not be written. Nothing is lost then.
        """
        target = path or self._path
        if target is None:
            raise InvalidValueError(_("Choose a file for the case first."))
        if target == self._path and not over and self._changed_elsewhere(target):
            raise ChangedCaseFileError(
                _('"{name}" was changed by another program since it was opened here.').format(name=target.name)
            )
        case = self._state.case
        last = max(case.revision, self._saved.revision)  # what was undone since may be older than what was saved
        saved = msgspec.structs.replace(
            case,
            revision=last + 1,
            parent_revision=last or None,
            dictionary_version=self.knowledge.header.dictionary_version,
        )
        self._store.save(saved, target)
        self._path, self._saved, self._on_disk = target, saved, saved
        self._journal.discard(case.case_id)
        self._show(saved, keep_journal=True)

    def _changed_elsewhere(self, path: Path) -> bool:
        """Whether another program wrote the file. A file that is gone is written again without a question."""
        try:
            return self._store.load(path) != self._on_disk
        except MissingCaseFileError:
            return False
        except CaseFileError:
            return True

    def _held_by(self, path: Path) -> Case | None:
        """The case in a file; None if there is none that can be read."""
        try:
            return self._store.load(path)
        except CaseFileError:
            return None

    def recoveries(self) -> tuple[Recovery, ...]:
        """Unsaved edits of earlier runs."""
        return self._journal.recoveries()

    def recover(self, recovery: Recovery) -> None:
        """Opens unsaved edits of an earlier run; they stay unsaved until the user saves them."""
        path = Path(recovery.path) if recovery.path else None
        self._open(recovery.case, path)
        self._on_disk = self._held_by(path) if path is not None else None
        self._saved = self._empty()
        self._show(recovery.case)
        if self._state.kept:
            self._journal.forget(recovery)  # it is this run's now

    def recovery_differences(self, recovery: Recovery) -> tuple[str, ...]:
        """How unsaved edits of an earlier run differ from the saved file, or from an empty case if there is none.

        Raises CaseFileError if the file cannot be read.
        """
        from hepalith.services.differences import differences

        saved = self._store.load(Path(recovery.path)) if recovery.path else self._empty()
        return differences(saved, recovery.case, self.knowledge)

    def forget_recovery(self, recovery: Recovery) -> None:
        """Gives unsaved edits of an earlier run up on purpose."""
        self._journal.forget(recovery)

    def discard(self) -> None:
        """The user chose not to save the open edits."""
        self._journal.discard(self._state.case.case_id)

    # answers

    def explain(self, item: str, subject: str = PATIENT) -> TraceNode:
        """Why a recommendation, cause, classification or gate item holds, or does not, for a subject."""
        return self._answers.assessor.explain(item, subject)

    def turns(self, item: str, subject: str = PATIENT) -> tuple[Turn, ...]:
        """What would change a recommendation, cause, classification or gate for a subject: the fewest facts."""
        return self._answers.assessor.turns(item, subject)

    def export_note(self, path: Path) -> None:
        """Writes the draft of the management note of the present state. Raises NoteError; no half file is left.

        May run on another thread: it works on the state of the moment, whatever is edited meanwhile.
        """
        self.write_note(NoteRequest(files=(path,)))

    def write_note(self, request: NoteRequest, case: Case | None = None) -> None:
        """Writes the note of a case, by default the open one, in every form of the request.

        Raises NoteError, as `export_note`; an author that the request names goes before the session's own.
        Final and amended notes are made by `author`.
        """
        from hepalith.decision.assess import evaluate

        case = case or self._state.case
        assessment = evaluate(case, self.knowledge, self.as_of, trace=False, full=True, further=True)
        signed = msgspec.structs.replace(request, author=request.author or self.author)
        self._note.export(case, assessment, self._clock.now(), signed)

    def report_text(self, *, short: bool) -> ReportText:
        """Findings, impression and recommendation of the present state, to be pasted. Raises NoteError."""
        state = self._state
        return self._note.report_text(state.case, state.assessment, self._clock.now(), short=short)

    # inside

    def _empty(self) -> Case:
        return Case(case_id=str(uuid.uuid4()), dictionary_version=self.knowledge.header.dictionary_version)

    def _finding(self, finding: str) -> Finding:
        try:
            return self.knowledge.findings[finding]
        except KeyError:
            raise InvalidValueError(_('The dictionary has no finding "{id}".').format(id=finding)) from None

    def _new_study(self, modality: str = "", date: str = "", phase: str = "", slice_mm: str = "") -> Study:
        numbers = [int(study.id[1:]) for study in self._state.case.studies if study.id[1:].isdigit()]
        name = f"S{max(numbers, default=0) + 1}"
        return Study(id=name, modality=modality, date=date, phase=phase, slice_mm=slice_mm)

    def _target(
        self, entry: Finding, subject: str, study: str | None, date: str | None
    ) -> tuple[Key, Observation | None]:
        """The key to write to, and the observation that is there now."""
        self._check_subject(subject)
        shown = self.shown(entry.id, subject) if study is None and date is None else None
        if shown is not None:
            return shown.key, shown
        where = self._current_study() if study is None and entry.subject == "lesion" else study or ""
        key = (entry.id, subject, where, date or "")
        return key, self._state.case.observed(*key)

    def _check_subject(self, subject: str) -> None:
        if subject != PATIENT and subject not in {lesion.id for lesion in self._state.case.lesions}:
            raise InvalidValueError(_('The case has no lesion "{id}".').format(id=subject))

    def _advice_that_applies(self, recommendation: str, subject: str) -> Advice:
        for advice in self._state.assessment.recommendations:
            if (advice.id, advice.subject) == (recommendation, subject) and advice.status is not Status.DOES_NOT_HOLD:
                return advice
        raise InvalidValueError(_("{id} does not apply here, so there is nothing to decide.").format(id=recommendation))

    def _decide(self, kind: OverrideKind, advice: Advice | None, subject: str, text: str, *, reason: str = "") -> None:
        if not self.author.strip():
            raise InvalidValueError(_("Say who decides: a name is missing."))
        override = Override(
            recommendation=advice.id if advice else "",
            subject=subject,
            kind=kind,
            reason=reason,
            text=text,
            author=self.author.strip(),
            date=self._clock.now().date().isoformat(),
            level=advice.urgency if advice else "",
            title=advice.title if advice else "",
            advised=advice.action if advice else "",
            language=self._state.assessment.language if advice else "",
        )
        self._edit(self._state.case.with_override(override))

    def _current_study(self) -> str:
        dated = [(study.date, study.id) for study in self._state.case.studies]
        return max(dated)[1] if dated else ""

    def _check_date(self, entry: Finding, text: str) -> None:
        if text and parse_date(text).first > self.as_of:
            raise InvalidValueError(_("{label}: the date lies in the future.").format(label=entry.label))

    def _edit(self, case: Case, typed: Key | None = None, *, final: bool = True) -> None:
        """Goes to the next case. typed: the observation whose field is edited, so that its keystrokes undo together."""
        joined = typed is not None and typed == self._typing
        self._typing = None if final else typed
        if case == self._state.case:
            return
        if not joined:
            self._past.append(self._state.case)
            del self._past[:-UNDO_LIMIT]
        elif self._past and self._past[-1] == case:
            self._past.pop()  # typed and taken back: as if nothing had been
        self._future.clear()
        self._show(case)

    def _open(self, case: Case, path: Path | None) -> None:
        self._past.clear()
        self._future.clear()
        self._saved, self._path, self._on_disk = case, path, case
        self._show(case, keep_journal=True)

    def _show(self, case: Case, keep_journal: bool = False) -> None:
        for before in tuple(self._before.values()):
            before()
        try:
            made = self._make_state(case)
            made.assess()
        except BaseException:  # before anything is kept or told: a fault leaves everything as it was
            past, future, self._saved, self._path, self._on_disk, self._answers = self._whole
            self._past[:], self._future[:] = past, future
            self._asker = None  # what it keeps of the case before may be half of it
            raise
        self._state, self._whole = made, self._all_of_it()
        if not keep_journal:
            self._keep(case)
        self._tell()

    def _all_of_it(self) -> _Whole:
        return tuple(self._past), tuple(self._future), self._saved, self._path, self._on_disk, self._answers

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener(self._state)

    def _keep(self, case: Case) -> None:
        """The edit goes to the journal at once; a case that is as it was saved needs no entry."""
        if self._state.dirty:
            kept = self._journal.write(case, str(self._path or ""), self._clock.now())
            self._state = msgspec.structs.replace(self._state, kept=kept)
        else:
            self._journal.discard(case.case_id)

    def _make_state(self, case: Case) -> CaseState:
        if self._asker is None and not self._asker_awaited and (case.observations or case.lesions):
            self._asker = self._new_asker()
        answers = self._answers = _Answers(case, self.knowledge, self.as_of, self._asker)
        return CaseState(
            case=case,
            assess=lambda: answers.assessment,
            path=self._path,
            dirty=case != self._saved,
            can_undo=bool(self._past),
            can_redo=bool(self._future),
            hidden=self._hidden(case),
        )

    def _new_asker(self) -> "Asker":
        from hepalith.decision.what_if import Asker

        return Asker(self.knowledge)

    def _hidden(self, case: Case) -> frozenset[tuple[str, str]]:
        hidden: set[tuple[str, str]] = set()
        for name, tree in self.knowledge.relevance.items():
            of_lesion = self.knowledge.findings[name].subject == "lesion"
            for subject in [lesion.id for lesion in case.lesions] if of_lesion else [PATIENT]:
                if self._answers.evaluation.truth(tree, subject) is Truth.FALSE and not case.of(name, subject):
                    hidden.add((name, subject))
        return frozenset(hidden)
