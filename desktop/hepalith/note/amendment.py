"""Final notes are never changed; an amendment is a new note that says what is different from the one it replaces."""

from collections.abc import Hashable
from pathlib import Path

from hepalith.domain.case import Case
from hepalith.domain.errors import NoteError
from hepalith.domain.words import override_text
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge
from hepalith.note.embedded import read_note
from hepalith.note.options import NoteState
from hepalith.note.phrases import join
from hepalith.note.words import CaseWords


def refuse_final(path: Path) -> None:
    """Raises NoteError if there is a final note at `path`."""
    if path.suffix.lower() != ".pdf":
        return
    try:
        there = read_note(path)
    except NoteError:
        return  # nothing, or something else, which the user chose to replace
    if there.options.state is not NoteState.DRAFT:
        raise NoteError(
            _("{path} is the final note {id}, which is never changed. Choose another name, or amend it.").format(
                path=path, id=there.note_id
            )
        )


def case_changes(before: Case, after: Case, knowledge: Knowledge) -> tuple[str, ...]:
    """What was entered differently, a line each, in the order of the case."""
    old, new = _entries(before, knowledge), _entries(after, knowledge)
    nothing = _("not recorded")
    lines = []
    for key in dict.fromkeys([*new, *old]):
        label, now = new.get(key, (old.get(key, ("", ""))[0], ""))
        then = old[key][1] if key in old else ""
        if then != now:
            lines.append(
                _("{label}: {before}; now: {after}").format(label=label, before=then or nothing, after=now or nothing)
            )
    return tuple(lines)


def _entries(case: Case, knowledge: Knowledge) -> dict[Hashable, tuple[str, str]]:
    """Everything that was entered, by what it is: its label and what it says."""
    words = CaseWords(case, knowledge)
    identity = case.identity
    entries: dict[Hashable, tuple[str, str]] = {
        "name": (_("Name"), identity.name),
        "identifier": (_("Identifier"), identity.identifier),
        "birth_date": (_("Date of birth"), identity.birth_date),
    }
    for lesion in case.lesions:
        entries["lesion", lesion.id] = (_("Lesion {id}").format(id=lesion.id), lesion.label or _("entered"))
    for study in case.studies:
        entries["study", study.id] = (_("Examination {id}").format(id=study.id), words.study_text(study))
    for one in case.observations:
        label = join(knowledge.label(one.finding), words.subject(one.subject), words.where(one), by=", ")
        entries[one.key] = (label, words.value(one))
    for override in case.overrides:
        label = join(_("Decision"), override.recommendation, words.subject(override.subject), by=" ")
        reason = knowledge.header.override_reason_text(override.reason)
        said = (override_text(override.kind), reason, override.text)
        entries["decision", override.key] = (label, join(*said, override.author, override.date, by=", "))
    return entries
