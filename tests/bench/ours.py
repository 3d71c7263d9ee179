"""Our evaluator, as the benchmark sees it. The only place that knows which reader of the checked trees is measured."""

from collections.abc import Sequence
from pathlib import Path

from hepalith.decision.evaluation import Evaluation
from hepalith.decision.explain import Explainer
from hepalith.domain.case import PATIENT, Case
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.loader import hash_of, read_files
from support.generate import TODAY

KNOWLEDGE = Path(__file__).parents[2] / "resources" / "knowledge"
READER = "the plain interpreter (reference)"


class Ours:
    """All rules for one case. With `trace` also the reasons of every rule that holds, in words."""

    def __init__(self, *, trace: bool) -> None:
        self.name = f"Hepalith, trace {'on' if trace else 'off'}"
        self._trace = trace

    def load(self) -> None:
        """From the files of the knowledge to what can answer, all checks of the knowledge included."""
        files, places, _problems = read_files(KNOWLEDGE, hash_of(KNOWLEDGE))
        assert files is not None
        self._knowledge, _ = compile_knowledge(files, places)

    def answer(self, case: Case) -> Sequence[str]:
        """The recommendations whose condition holds for the patient or for any lesion."""
        evaluation = Evaluation(case, self._knowledge, TODAY)
        explainer = Explainer(evaluation)
        lesions = [lesion.id for lesion in case.lesions]
        found: list[str] = []
        for name, compiled in self._knowledge.recommendations.items():
            for subject in lesions if compiled.entry.subject == "lesion" else [PATIENT]:
                if evaluation.fires(name, subject).is_true:
                    found.append(name)
                    if self._trace:
                        explainer.trace(compiled.when, subject)
        return found
