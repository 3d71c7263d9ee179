"""The proofs of the knowledge, as lines for a terminal. Needs the solver z3, a development tool."""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from hepalith.domain.errors import HepalithError
from hepalith.i18n import _
from hepalith.knowledge.base import Knowledge, Places
from hepalith.proofs.results import Result, Verdict
from hepalith.services.ports import CaseStore


class ProverMissingError(HepalithError):
    """The solver is not installed."""


def prove(knowledge: Knowledge, places: Places, arguments: argparse.Namespace, store: CaseStore, out: TextIO) -> bool:
    """Writes every proof that fails, with its patient, and the counts; whether all is proved.

    Raises ProverMissingError without z3, HepalithError for a proof that does not exist.
    """
    try:
        from hepalith.proofs.prove import PROOFS, Prover, bounds
        from hepalith.proofs.search import TIMEOUT_MS
    except ImportError as error:
        raise ProverMissingError(
            _("The proofs need the solver z3, a development tool: pip install z3-solver ({reason}).").format(
                reason=error
            )
        ) from None
    chosen = [
        proof for proof in PROOFS if arguments.only in {None, proof.name} and (proof.is_fast or not arguments.fast)
    ]
    if not chosen:
        names = ", ".join(proof.name for proof in PROOFS)
        raise HepalithError(
            _('There is no such proof; there are {names} ("--fast" leaves some out).').format(names=names)
        )
    prover = Prover(knowledge, TIMEOUT_MS if arguments.seconds is None else round(arguments.seconds * 1000))
    proved = True
    for proof in chosen:
        started = time.perf_counter()
        counts = Counter[Verdict]()
        for result in proof.run(prover, arguments.fast):
            counts[result.verdict] += 1
            if result.verdict is not Verdict.PROVED:
                proved = False
                out.writelines(_lines(result, places, _keep(arguments.out, store)))
                out.flush()
        out.write(_summary(proof.name, proof.title, counts, time.perf_counter() - started))
    out.write(bounds() + "\n")
    return proved


def _lines(result: Result, places: Places, keep: Callable[[Result], str]) -> Iterator[str]:
    file, line = places.get(result.place, (result.place[0], 0))
    yield _("{file}:{line}: {key}: {verdict}: {text}\n").format(
        file=file, line=line, key=result.key, verdict=result.verdict, text=result.text
    )
    if result.case is not None:
        yield keep(result)


def _keep(folder: Path | None, store: CaseStore) -> Callable[[Result], str]:
    """How a patient is shown: written into the folder, or as text."""

    def into_folder(result: Result) -> str:
        name = "".join(letter if letter.isalnum() else "-" for letter in result.key).strip("-")
        assert folder is not None and result.case is not None  # noqa: S101, PT018
        path = folder / f"{name}.hepalith.json"
        folder.mkdir(parents=True, exist_ok=True)
        store.save(result.case, path)
        return f"    {path}\n"

    def as_text(result: Result) -> str:
        assert result.case is not None  # noqa: S101
        return store.encode(result.case).decode()

    return as_text if folder is None else into_folder


def _summary(name: str, title: str, counts: Counter[Verdict], seconds: float) -> str:
    failed = sum(count for verdict, count in counts.items() if verdict is not Verdict.PROVED)
    return _("{name}: {title}: {proved} proved, {failed} not, {seconds:.0f} s\n").format(
        name=name, title=title, proved=counts[Verdict.PROVED], failed=failed, seconds=seconds
    )
