"""Our evaluators, as the benchmark sees them. The only place that knows how the checked trees are read."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import Explainer
from hepalith.decision.observed import ObservedCase
from hepalith.decision.reading import FastReader, QuickEvaluation
from hepalith.domain.case import PATIENT, Case
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.loader import hash_of, read_files
from support.generate import TODAY

KNOWLEDGE = Path(__file__).parents[2] / "resources" / "knowledge"
Read = Callable[[Case], Evaluation]


class Ours:
    """All rules for one case with the fast reader. With `trace` also the reasons of every rule that holds, in words."""

    def __init__(self, *, trace: bool, plain: bool = False) -> None:
        self.name = "Hepalith, plain interpreter" if plain else f"Hepalith, trace {'on' if trace else 'off'}"
        self._trace = trace
        self._plain = plain

    def load(self) -> None:
        """From the files of the knowledge to what can answer, all checks of the knowledge included."""
        files, places, _problems = read_files(KNOWLEDGE, hash_of(KNOWLEDGE))
        assert files is not None
        self._knowledge, _ = compile_knowledge(files, places)
        self._read = self._interpreter() if self._plain else self._fast()

    def _interpreter(self) -> Read:
        return lambda case: Evaluation(case, self._knowledge, TODAY)

    def _fast(self) -> Read:
        reader = FastReader(self._knowledge)
        return lambda case: QuickEvaluation(reader.read(ObservedCase(case, self._knowledge.findings, TODAY)))

    def answer(self, case: Case) -> Sequence[str]:
        """The recommendations whose condition holds for the patient or for any lesion."""
        evaluation = self._read(case)
        explainer = Explainer(evaluation)
        found: list[str] = []
        for name, compiled in self._knowledge.recommendations.items():
            for subject in evaluation.lesions if compiled.entry.subject == "lesion" else (PATIENT,):
                if evaluation.truth(compiled.when, subject).is_true:
                    found.append(name)
                    if self._trace:
                        explainer.trace(compiled.when, subject)
        return found


ALL = (Ours(trace=False), Ours(trace=True), Ours(trace=False, plain=True))
