"""Our evaluators, as the benchmark sees them. The only place that knows how the checked trees are read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import Explainer
from hepalith.decision.observed import ObservedCase
from hepalith.decision.reading import QuickEvaluation
from hepalith.decision.single import CaseReader, CaseReading
from hepalith.domain.case import PATIENT, Case
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.loader import hash_of, read_files
from hepalith.knowledge.tree import TruthNode
from support.generate import TODAY

KNOWLEDGE = Path(__file__).parents[2] / "resources" / "knowledge"
Rules = dict[str, TruthNode]


class Ours:
    """All rules for one case, by the reader for a case alone. With `trace` every part of every condition is kept."""

    def __init__(self, name: str, *, trace: bool) -> None:
        self.name = f"Hepalith, {name}"
        self._trace = trace

    def load(self) -> None:
        """From the files of the knowledge to what can answer, all checks of the knowledge included."""
        files, places, _problems = read_files(KNOWLEDGE, hash_of(KNOWLEDGE))
        assert files is not None
        self._knowledge, _ = compile_knowledge(files, places)
        rules: dict[str, Rules] = {"patient": {}, "lesion": {}}
        for name, one in self._knowledge.recommendations.items():
            rules[one.entry.subject][name] = one.when
        self._of_patient, self._of_lesion = rules["patient"], rules["lesion"]
        self._ready()

    def _ready(self) -> None:
        wanted = [*self._of_patient.values(), *self._of_lesion.values()]
        self._reader = CaseReader(self._knowledge, wanted, trace=self._trace)
        self._held_by_patient, self._held_by_lesion = map(self._reader.held, (self._of_patient, self._of_lesion))

    def prepared(self, case: Case) -> Any:
        """The values that the rules read, made before the clock starts, as for the other engines."""
        return self._reader.inputs(ObservedCase(case, self._knowledge.findings, TODAY))

    def answer(self, prepared: Any) -> Iterable[str]:
        """The recommendations whose condition holds for the patient or for any lesion."""
        return [name for name, _subject in self._holding(self._reader.read(prepared))]

    def _holding(self, reading: CaseReading) -> list[tuple[str, str]]:
        found = [(name, PATIENT) for name in self._held_by_patient.of(reading, PATIENT)]
        for lesion in reading.lesions:
            found += [(name, lesion) for name in self._held_by_lesion.of(reading, lesion)]
        return found


class FromCase(Ours):
    """The same from the observations as they are entered: dates are read and units converted while the clock runs."""

    def prepared(self, case: Case) -> Any:
        return case

    def answer(self, prepared: Any) -> Iterable[str]:
        return super().answer(super().prepared(prepared))


class InWords(FromCase):
    """With the reasons of every rule that holds written out, as the window does for the one that is opened."""

    def answer(self, prepared: Any) -> Iterable[str]:
        reading = self._reader.read(Ours.prepared(self, prepared))
        explainer = Explainer(QuickEvaluation(reading))
        holding = self._holding(reading)
        for name, subject in holding:
            explainer.trace(self._knowledge.recommendations[name].when, subject)
        return [name for name, _subject in holding]


class Interpreter(FromCase):
    """The plain interpreter."""

    def _ready(self) -> None:
        pass

    def answer(self, prepared: Any) -> Iterable[str]:
        evaluation = Evaluation(prepared, self._knowledge, TODAY)
        found = [name for name, tree in self._of_patient.items() if evaluation.truth(tree, PATIENT).is_true]
        for name, tree in self._of_lesion.items():
            if any(evaluation.truth(tree, lesion).is_true for lesion in evaluation.lesions):
                found.append(name)
        return found


ALL: tuple[Ours, ...] = (
    Ours("trace off", trace=False),
    Ours("trace on", trace=True),
    FromCase("trace on, from what was entered", trace=True),
    InWords("all reasons in words, from what was entered", trace=True),
    Interpreter("plain interpreter, from what was entered", trace=False),
)
