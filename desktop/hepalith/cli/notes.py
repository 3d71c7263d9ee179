"""The commands about notes: write one in any form, verify one, run one again with today's knowledge."""

import argparse
from datetime import date
from pathlib import Path
from typing import TextIO

from hepalith.cli.parts import DONE, PROBLEMS, Parts, read_case
from hepalith.decision.assess import evaluate
from hepalith.i18n import _


def write_note(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    """`hepalith note`: the form follows the ending of the file and `--form`."""
    if arguments.verify is not None:
        return _verify(arguments.verify, parts, out)
    case = read_case(arguments.case, parts.store)
    knowledge = parts.knowledge()
    clock = parts.clock(arguments.as_of)
    assessment = evaluate(case, knowledge, clock.today(), trace=True)
    notes = parts.note(knowledge)
    notes.export(case, assessment, arguments.out, clock.now(), paper=arguments.paper, form=arguments.form)
    out.write(_("Wrote {path}\n").format(path=arguments.out))
    return DONE


def _verify(path: Path, parts: Parts, out: TextIO) -> int:
    sound, sentence = parts.note(parts.knowledge()).verified(path)
    out.write(f"{path}: {sentence}\n")
    return DONE if sound else PROBLEMS


def rerun_note(arguments: argparse.Namespace, parts: Parts, out: TextIO) -> int:
    """`hepalith rerun`: what advice of a note changed, as of its own date unless another is given."""
    knowledge = parts.knowledge()
    notes = parts.note(knowledge)
    case, before = notes.made_from(arguments.note)
    as_of = arguments.as_of or date.fromisoformat(before.as_of)
    after = evaluate(case, knowledge, as_of, trace=True)
    head = _("Knowledge {old} ({old_hash}) then, {new} ({new_hash}) now, as of {date}\n")
    out.write(
        head.format(
            old=before.knowledge_version,
            old_hash=before.knowledge_hash,
            new=after.knowledge_version,
            new_hash=after.knowledge_hash,
            date=as_of,
        )
    )
    changes = notes.changes(before, after)
    out.writelines(f"{change}\n" for change in changes or (_("No advice changed."),))
    return DONE
