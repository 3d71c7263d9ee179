"""The commands about notes: write one in any form, verify one, run one again with today's knowledge."""

import argparse
from datetime import date
from pathlib import Path
from typing import TextIO

from hepalith.cli.parts import DONE, PROBLEMS, Parts, read_case
from hepalith.decision.assess import Assessor, evaluate
from hepalith.decision.changes import change_text, explained_changes
from hepalith.i18n import _
from hepalith.services.ports import NoteRequest


def write_note(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    """`hepalith note`: the form of each file follows its ending and `--form`, its dates `--as-of` and `--at`."""
    if arguments.verify is not None:
        return _verify(arguments.verify, parts, out)
    request = NoteRequest(
        files=tuple(arguments.out),
        patient_page=arguments.patient_page,
        paper=arguments.paper,
        form=arguments.form,
        final=arguments.final,
        author=arguments.author or parts.author(),
        amends=arguments.amends,
    )
    case = read_case(arguments.case, parts.store)
    knowledge = parts.knowledge()
    clock = parts.clock(arguments.as_of or (arguments.at and arguments.at.date()))
    assessment = evaluate(case, knowledge, clock.today(), trace=False, full=True, further=True)
    parts.note(knowledge).export(case, assessment, arguments.at or clock.now(), request)
    out.writelines(
        _("Wrote {path}\n").format(path=path) for path in (*request.files, *filter(None, (request.patient_page,)))
    )
    return DONE


def _verify(path: Path, parts: Parts, out: TextIO) -> int:
    sound, sentence = parts.note(parts.knowledge()).verified(path)
    out.write(f"{path}: {sentence}\n")
    return DONE if sound else PROBLEMS


def rerun_note(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    """`hepalith rerun`: what advice of a note changed and why, as of its own date unless another is given."""
    knowledge = parts.knowledge()
    case, before = parts.note(knowledge).made_from(arguments.note)
    made_for = date.fromisoformat(before.as_of)
    as_of = arguments.as_of or made_for
    head = _("Knowledge {old} ({old_hash}) as of {then}; now {new} ({new_hash}) as of {date}\n")
    out.write(
        head.format(
            old=before.knowledge_version,
            old_hash=before.knowledge_hash,
            then=made_for,
            new=knowledge.header.version,
            new_hash=knowledge.hash,
            date=as_of,
        )
    )
    changes = explained_changes(before, Assessor(case, knowledge, made_for), Assessor(case, knowledge, as_of))
    for change in changes:
        out.write(f"{change_text(change)}\n")
        out.write(_("    because {reason}\n").format(reason=change.because))
    if not changes:
        out.write(_("No advice changed.\n"))
    return DONE
