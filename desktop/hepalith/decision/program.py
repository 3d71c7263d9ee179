"""The fast reader's program: Python source generated from the checked trees, one statement for each different part.

A statement computes planes, the answers for every variant at once (see `planes`), or the pieces of a number. What
several conditions share is computed once: the text of a statement is its identity. What rests on a finding of the
lesion is computed for each lesion, everything else once for the patient. Advice for the patient may look at all
lesions, and advice for a lesion at the patient: statements stand in levels, patient, lesions, patient again, ...
Statements that rest on the same findings are a block: after an edit only the blocks that rest on it are run.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from functools import lru_cache, partial
from itertools import chain, count
from typing import Any, NamedTuple

from hepalith.decision import arithmetic
from hepalith.decision import observed as seen
from hepalith.decision.evaluation import LESION_COUNT
from hepalith.decision.planes import Pieces, common, single, union
from hepalith.domain import interval as numbers
from hepalith.domain.interval import Interval
from hepalith.domain.truth import Truth, from_bool
from hepalith.knowledge.base import CompiledDerived, Knowledge
from hepalith.knowledge.model import Finding
from hepalith.knowledge.tree import (
    And,
    Arithmetic,
    AsOf,
    ChoiceIn,
    ChoiceNode,
    ChoiceOf,
    Compare,
    Constant,
    CountLesions,
    CountTrue,
    DateNode,
    Either,
    Elapsed,
    Fires,
    Function,
    GatePasses,
    Holds,
    LesionNumber,
    Limit,
    Missing,
    ModalityOf,
    Node,
    Not,
    Number,
    NumberNode,
    ObservationDate,
    Or,
    Overlaps,
    Quantified,
    Quantity,
    Reference,
    SameChoice,
    SameTechnique,
    TruthNode,
)
from hepalith.knowledge.uses import nodes_behind

Part = tuple[int, bool]  # a part of a condition: the identity of its node, whether old values count as not recorded
Entry = tuple[str, str]  # kind and id of an entry of the knowledge
Pair = tuple[str, str]  # the variables of a truth: known to hold, known not to hold
Frame = list[Any]
VARIABLE = re.compile(r"(?<!@)\bv\d+")
_SLOT = re.compile(r"@(v\d+)")  # the slot of a variable, in the frame of each lesion
NOTHING = "nothing"  # the block that computes nothing
OF_ANY = "*"  # before the name of a finding: that of every lesion


class Read(NamedTuple):
    """What a statement reads from the observations of a subject. domain: all choices, in the order of the planes.

    until: only what is older than the latest observation of this finding; "" for no such limit.
    """

    finding: Finding
    which: int
    until: str
    fresh: bool
    domain: tuple[str, ...]


class Slot(NamedTuple):
    """Where a value is kept: in the frame of the lesion, or of the patient."""

    of_lesion: bool
    number: int


class Block(NamedTuple):
    """Statements that rest on the same findings; they write what they give into the frame of their subject."""

    name: str
    rests_on: frozenset[str]  # findings; with `OF_ANY` in front, those of every lesion
    mark: int  # the place in the frame that says when it was run


class Program(NamedTuple):
    """What is run for a case: each level writes what it makes into a frame; a lesion has a frame of its own.

    The frames are the trace: they hold the answer to every part of every condition, by the identity of its node.
    """

    source: str
    code: Mapping[str, Any]  # what the source defines
    levels: tuple[tuple[Block, ...], ...]  # patient, lesion, patient, ...
    sizes: tuple[int, int]  # of the frame of the patient, of a lesion
    reads: tuple[Read, ...]
    truths: dict[Part, tuple[bool, int, int]]  # as `holds`
    marks: dict[Part, tuple[bool, int, int]]  # of truths: where their frame says when each of the two was computed
    together: dict[Entry, tuple[bool, int]]  # of all conditions of an entry: whose frame says when any was computed
    numbers_in: dict[Part, Slot]  # of the numbers that are parts of conditions: the pieces
    holds: dict[str, tuple[bool, int, int]]  # derived: whose frame as in `Slot`, known to hold, known not to hold
    choices: dict[str, tuple[Slot, ...]]  # of derived findings: each choice that may be, in the order of `ordered`
    numbers: dict[str, Slot]  # of derived findings: the pieces


class Runner:
    """Runs a program for one case after the other; belongs to one thread. What rests on nothing that changed is kept.

    generation: counts the runs; the mark of a block in a frame tells in which it was run.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._generations = count()
        self.generation = next(self._generations)
        self._levels = [_Level(blocks, program.code) for blocks in program.levels]
        self._frames: dict[str, Frame] = {}

    def run(
        self, observed: Mapping[str, Any], full: int, changed: Mapping[str, Set[str]] | None = None
    ) -> dict[str, Frame]:
        """The frames of a case, by subject. observed: what the statements read, by subject, the patient first.

        changed: by subject the findings of which anything else is recorded than in the run before; None: all is run.
        """
        patient, *lesions = observed
        names = None if changed is None else _names(changed, observed, patient)
        due = [
            (subject, level.due(None if names is None else names[subject]))
            for number, level in enumerate(self._levels)
            for subject in (lesions if number % 2 else [patient])
        ]
        frames = (
            self._begun({subject for subject, blocks in due if blocks}) if names else self._empty(observed, patient)
        )
        of_patient, of_lesions = frames[patient], [frames[lesion] for lesion in lesions]
        generation = next(self._generations)
        for subject, blocks in due:
            frame, leaves = frames[subject], observed[subject]
            for run, mark in blocks:
                run(leaves, frame, of_patient, of_lesions, full)
                frame[mark] = generation
        self._frames, self.generation = frames, generation
        return frames

    def _begun(self, touched: Set[str]) -> dict[str, Frame]:
        """Frames as they were, those that will be written into anew: readings before this one keep theirs."""
        return {subject: frame.copy() if subject in touched else frame for subject, frame in self._frames.items()}

    def _empty(self, subjects: Iterable[str], patient: str) -> dict[str, Frame]:
        return {subject: [None] * self.program.sizes[subject != patient] for subject in subjects}


class _Level:
    """The blocks of a level, to find those that rest on some findings."""

    def __init__(self, blocks: Sequence[Block], code: Mapping[str, Any]) -> None:
        self._all = [(code[block.name], block.mark) for block in blocks]
        self._resting_on: dict[str, list[int]] = {}
        for position, block in enumerate(blocks):
            for name in block.rests_on:
                self._resting_on.setdefault(name, []).append(position)

    def due(self, names: Set[str] | None) -> list[tuple[Any, int]]:
        """Those that rest on any of these names, each with its mark, in order; all if there are none."""
        if names is None:
            return self._all
        positions = {position for name in names for position in self._resting_on.get(name, ())}
        return [self._all[position] for position in sorted(positions)]


def _names(changed: Mapping[str, Set[str]], subjects: Iterable[str], patient: str) -> dict[str, Set[str]]:
    """What changed for each subject, as blocks name it: its own, the patient's, and that of any lesion."""
    of_any = {OF_ANY + name for subject, names in changed.items() if subject != patient for name in names}
    of_all = of_any | changed.get(patient, set())
    return {subject: of_all | changed.get(subject, set()) for subject in subjects}


@lru_cache(maxsize=4)
def program_of(knowledge: Knowledge) -> Program:
    """The program of a knowledge base, written at the first use."""
    return Writer(knowledge).program()


def ordered(domain: Iterable[str]) -> tuple[str, ...]:
    """All choices, in the order in which a program keeps them."""
    return tuple(sorted(domain))


class Statement(NamedTuple):
    """What is computed, and the variables that it gives."""

    targets: list[str]
    text: str


class Writer:
    """Writes the statements. Truths are pairs of variables, choices a variable for each, numbers one variable."""

    never, always = "0", "full"

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._levels: list[list[Statement]] = [[], []]
        self._written: dict[tuple[str, bool], Statement] = {}  # text, of a lesion
        self._level_of: dict[str, int] = {}  # of a variable; odd ones are those of lesions
        self._constants: dict[str, Any] = {"union": union, "common": common, "single": single}
        self._constant_names: dict[str, str] = {}
        self._reads: dict[tuple[str, int, str, bool], int] = {}
        self._read_list: list[Read] = []
        self._kept: dict[str, None] = {}  # the variables that are kept
        self._slots: dict[str, int] = {}  # their places in a frame, once all is written
        self._read_in: dict[str, frozenset[str]] = {}  # by the text of a statement: what is read from the observations
        self._rests_on: dict[str, frozenset[str]] = {}  # of a variable
        self._blocks: list[list[Block]] = []
        self._marks: dict[str, int] = {}  # of the blocks of variables
        self._places = count(), count()  # the next one in the frame of the patient, of a lesion
        self._once: dict[tuple[Hashable, ...], Any] = {}
        self._truths: dict[Part, Pair] = {}
        self._numbers: dict[Part, str] = {}
        self._truth_writers: dict[type[Node], Callable[[Any, bool], Pair]] = {
            Constant: lambda node, _fresh: (self.always, self.never) if node.value else (self.never, self.always),
            Holds: lambda node, fresh: self._holds(node.reference, fresh),
            And: lambda node, fresh: self._all(self._truth(part, fresh) for part in node.parts),
            Or: lambda node, fresh: self._any(self._truth(part, fresh) for part in node.parts),
            Not: lambda node, fresh: _not(self._truth(node.part, fresh)),
            Compare: self._compare,
            ChoiceIn: self._choice_in,
            SameChoice: self._same_choice,
            Overlaps: self._overlaps,
            Quantified: self._quantified,
            GatePasses: self._gate_passes,
            Fires: lambda node, _fresh: self._any(self._recommendation(name) for name in node.recommendations),
            Missing: self._missing,
            SameTechnique: self._same_technique,
        }
        self._number_writers: dict[type[Node], Callable[[Any, bool], str]] = {
            Number: lambda node, _fresh: self._constant(str(node.value), Pieces(numbers.point(node.value))),
            Quantity: lambda node, fresh: self._quantity(node.reference, fresh),
            Limit: self._limit,
            Arithmetic: self._arithmetic,
            Function: self._function,
            Either: self._either,
            CountTrue: self._count_true,
            CountLesions: self._count_lesions,
            LesionNumber: self._over_lesions,
            Elapsed: self._elapsed,
        }

    # everything that has a name

    def program(self, wanted: Sequence[TruthNode] | None = None, *, trace: bool = True) -> Program:
        """Some conditions with all that they use; by default everything that decides, and every derived finding.

        Without `trace` only the answers to what is wanted are kept.
        """
        if wanted is None:
            self._write_everything()
        asked = {(id(tree), False): self._truth(tree, fresh=False) for tree in wanted or ()}
        derived = {
            str(place[1]): made
            for place, made in self._once.items()
            if trace and place[0] == "derived" and place[2] is False
        }
        kinds = {name: self._knowledge.derived[name].entry.type for name in derived}
        truths = {part: self._keep(*pair) for part, pair in (self._truths if trace else asked).items()}
        numbers_in = {part: self._keep(name) for part, name in self._numbers.items() if trace}
        holds = {name: self._keep(*made) for name, made in derived.items() if kinds[name] == "yes_no"}
        choices = {
            name: [self._keep(made[choice]) for choice in ordered(made)]
            for name, made in derived.items()
            if kinds[name] == "choice"
        }
        numbers = {name: self._keep(made) for name, made in derived.items() if kinds[name] == "number"}
        source = self._source()
        together = {
            entry: self._marked_together([name for tree in trees for name in truths[(id(tree), False)]])
            for entry, trees in (self._entries() if wanted is None and self._marks else ())
        }
        of_patient, of_lesion = self._places
        namespace = dict(self._constants)
        exec(compile(source, "<the program of the knowledge>", "exec"), namespace)  # noqa: S102 (written above)
        return Program(
            source=source,
            code=namespace,
            levels=tuple(map(tuple, self._blocks)),
            sizes=(next(of_patient), next(of_lesion)),
            reads=tuple(self._read_list),
            truths={part: self._pair_slots(*names) for part, names in truths.items()},
            marks={part: self._pair_marks(*names) for part, names in truths.items() if self._marks},
            together=together,
            numbers_in={part: self._slot(*names) for part, names in numbers_in.items()},
            holds={name: self._pair_slots(*names) for name, names in holds.items()},
            choices={name: tuple(self._slot(*names) for names in planes) for name, planes in choices.items()},
            numbers={name: self._slot(*names) for name, names in numbers.items()},
        )

    def _write_everything(self) -> None:
        for tree in self._knowledge.trees():
            if isinstance(tree, TruthNode):
                self._truth(tree, fresh=False)
        for name, gate in self._knowledge.gates.items():
            for position in range(len(gate.items)):
                self._gate_item(name, position)
        for name in self._knowledge.derived:
            self._derive(name, fresh=False)

    def _entries(self) -> Iterator[tuple[Entry, Sequence[TruthNode]]]:
        """Advice and causes, with all conditions by which they are judged."""
        for name, advice in self._knowledge.recommendations.items():
            yield ("recommendations", name), (advice.when, *advice.escalate)
        for name, cause in self._knowledge.conditions.items():
            yield (
                ("conditions", name),
                (cause.excluded, cause.confirmed, *cause.arguments_for, *cause.arguments_against),
            )

    def _marked_together(self, names: Sequence[str]) -> tuple[bool, int]:
        """The mark of a block that computes nothing: it is run when anything changes on which variables rest."""
        of_lesion = any(map(self._is_of_lesion, names))
        mark = self._place(of_lesion)
        rests_on = frozenset[str]().union(*(self._rests_on[name] for name in names))
        self._blocks[of_lesion].append(Block(NOTHING, rests_on, mark))
        return of_lesion, mark

    def _keep(self, *names: str) -> tuple[str, ...]:
        """Variables for these that are kept, all in the same frame."""
        if any(map(self._is_of_lesion, names)):
            names = tuple(self._of_lesion(name) for name in names)
        variables = tuple(name if name in self._level_of else self._plane(name) for name in names)
        self._kept.update(dict.fromkeys(variables))
        return variables

    def _slot(self, name: str) -> Slot:
        return Slot(self._is_of_lesion(name), self._slots[name])

    def _pair_slots(self, true: str, false: str) -> tuple[bool, int, int]:
        return self._is_of_lesion(true), self._slots[true], self._slots[false]

    def _pair_marks(self, true: str, false: str) -> tuple[bool, int, int]:
        return self._is_of_lesion(true), self._marks[true], self._marks[false]

    # statements

    def _statement(self, text: str, count: int = 1, *, lesion: bool = False) -> list[str]:
        """The variables of a statement; written unless the same was written before. # in the text: its own number."""
        key = (text, lesion)
        if key not in self._written:
            level = self._level_for(text, lesion=lesion)
            while len(self._levels) <= level:
                self._levels.append([])
            self._written[key] = Statement([], text.replace("#", str(len(self._level_of))))
            self._levels[level].append(self._written[key])
            self._targets(self._written[key].targets, level, count)
        return self._written[key].targets

    def _targets(self, targets: list[str], level: int, count: int) -> list[str]:
        """So many variables more for a statement."""
        first = len(self._level_of)
        more = [f"v{first + number}" for number in range(count)]
        targets.extend(more)
        self._level_of.update(dict.fromkeys(more, level))
        return more

    def _level_for(self, text: str, *, lesion: bool) -> int:
        used, over_lesions = VARIABLE.findall(text), _SLOT.findall(text)  # what is made over lesions is of the patient
        lesion = lesion or any(map(self._is_of_lesion, used))
        return max(
            (
                self._level_of[name] + (self._is_of_lesion(name) is not lesion)  # the next of the other side
                for name in (*used, *over_lesions)
            ),
            default=int(lesion),
        )

    def _is_of_lesion(self, name: str) -> bool:
        """Whether a name is a variable of the lesions' frames."""
        return name in self._level_of and self._level_of[name] % 2 == 1

    def _plane(self, text: str) -> str:
        (name,) = self._statement(text)
        return name

    def _of_lesion(self, name: str) -> str:
        """A variable of the lesions' frames, also for what does not rest on the lesion."""
        (own,) = [name] if self._is_of_lesion(name) else self._statement(name, lesion=True)
        return own

    def _constant(self, key: str, value: Any) -> str:
        name = self._constant_names.setdefault(key, f"k{len(self._constant_names)}")
        self._constants.setdefault(name, value)
        return name

    def _lift(self, key: str, function: Callable[..., Interval], *arguments: str) -> str:
        return self._plane(self._lifted(self._constant(key, function), *arguments))

    def _test(self, key: str, function: Callable[..., Truth], *arguments: str) -> Pair:
        true, false = self._statement(self._tested(self._constant(key, function), *arguments), 2)
        return true, false

    def _compared(self, operator: str, left: str, right: str) -> Pair:
        return self._test(operator, arithmetic.COMPARISONS[operator], left, right)

    def _is_known(self, number: str) -> str:
        true, _false = self._test("is known", _is_point, number)
        return true

    # what is written of planes

    def _every(self, planes: Iterable[str]) -> str:
        return " & ".join(planes)

    def _some(self, planes: Iterable[str]) -> str:
        return " | ".join(planes)

    def _rest(self, plane: str) -> str:
        return f"full ^ {plane}"

    def _without(self, plane: str, other: str) -> str:
        return f"{plane} ^ {plane} & {other}"

    def _single(self, planes: Iterable[str]) -> str:
        return f"single({', '.join(planes)})"

    def _in_some_lesion(self, plane: str) -> str:
        return f"union([F[@{plane}] for F in L])"

    def _in_every_lesion(self, plane: str) -> str:
        return f"common([F[@{plane}] for F in L], full)"

    # how the observations are asked, and what is made of numbers

    def _or_limits(self, finding: Finding, recorded: str, ruled_out: str) -> str:
        """A number as it was recorded, or the limits in which it lies."""
        if not ruled_out:
            return self._lift(f"any {finding.id}", partial(_or_anything, finding), recorded)
        whether = self._as_value(ruled_out, self._rest(ruled_out))
        return self._lift(f"instead of {finding.id}", partial(_or_instead, finding), recorded, whether)

    def _observed(self, name: str, *arguments: Any) -> str:
        return f"S.{name}({', '.join(map(repr, arguments))})" if arguments else f"S.{name}"

    def _lifted(self, function: str, *arguments: str) -> str:
        return f"S.lift({', '.join((function, *arguments))})"

    def _tested(self, function: str, *arguments: str) -> str:
        return f"S.test({', '.join((function, *arguments))})"

    def _unlisted(self, count: str) -> str:
        return f"S.unlisted({count}, len(L))"

    def _assumable(self, derived: CompiledDerived, planes: list[str]) -> list[str]:
        """The choices of a derived finding; a class can be taken to be one of several (`Variation`)."""
        if not derived.entry.classification or len(planes) == 1:
            return planes
        text = f"S.assumed({', '.join((repr(derived.entry.id), *planes))})"
        return self._statement(text, len(planes), lesion=derived.entry.subject == "lesion")

    def _as_value(self, true: str, false: str) -> str:
        """A truth among the values that a number is made of."""
        return f"({true}, {false})"

    def _within(self, limits: tuple[Decimal, Decimal], number: str) -> str:
        return self._lift(f"within {limits}", partial(arithmetic.within, limits=limits), number)

    def _counted(self, truths: Iterable[Pair]) -> str:
        """How many of these hold."""
        return self._lift("count", arithmetic.counted, *(self._as_value(*truth) for truth in truths))

    def _table(self, possible: Sequence[str], results: Sequence[str]) -> str:
        """A number that is one of several results: where each is possible, and the results."""
        whether = [self._as_value(plane, self._rest(plane)) for plane in possible]
        return self._lift("table", _hull_of_possible, *whether, *results)

    def _read(self, method: str, reference: Reference, *more: Any, count: int, fresh: bool) -> list[str]:
        """Variables that come from the observations."""
        finding = self._knowledge.findings[reference.name]
        fresh = fresh and finding.max_age_days_for_gates is not None
        key = (reference.name, reference.which, reference.until, fresh)
        if key not in self._reads:
            self._reads[key] = len(self._read_list)
            domain = ordered(self._knowledge.domains[reference.name])
            self._read_list.append(Read(finding, reference.which, reference.until, fresh, domain))
        text = self._observed(method, self._reads[key], *more)
        behind = self._remembered(("behind", finding.id), lambda: self._behind(finding))
        self._read_in[text] = behind | {reference.until} if reference.until else behind
        return self._statement(text, count, lesion=reference.lesion)

    def _behind(self, finding: Finding) -> frozenset[str]:
        """A finding, and those that answer for it (`absent_when`), of this lesion or of any."""
        tree = self._knowledge.absence.get(finding.id)
        if tree is None:
            return frozenset([finding.id])
        nodes = list(nodes_behind(self._knowledge, [tree]))
        names = {node.name for node in nodes if isinstance(node, Reference) and not node.derived} | {finding.id}
        if any(isinstance(node, Quantified | CountLesions | LesionNumber) for node in nodes):
            names.add(LESION_COUNT)
        return frozenset(names) | self._of_any(names)

    def _source(self) -> str:
        """A function for each block. S: what is observed; V: the subject's frame; P: the patient's; L: all lesions'."""
        levels = [self._in_blocks(statements) for statements in self._needed()]
        self._keep_between(list(chain.from_iterable(levels)))
        lines = [f"def {NOTHING}(*_): pass"]
        for number, blocks in enumerate(levels):
            self._blocks.append([])
            for rests_on, statements in blocks:
                name, mark = f"block_{number}_{len(self._blocks[-1])}", self._place(number % 2)
                lines.append(f"def {name}(S, V, P, L, full):")
                for targets, text in statements:
                    made = ", ".join(self._at(target, number % 2) for target in targets)
                    lines.append(f"  {made} = {self._as_run(text, number % 2)}")
                    self._marks.update(dict.fromkeys(targets, mark))
                self._blocks[-1].append(Block(name, rests_on, mark))
        return "\n".join(lines) + "\n"

    def _as_run(self, text: str, of_lesion: int) -> str:
        """A statement for the patient, or for a lesion, as it is run."""
        return self._with_slots(VARIABLE.sub(lambda found: self._at(found.group(), of_lesion), text))

    def _with_slots(self, text: str) -> str:
        return _SLOT.sub(lambda found: str(self._slots[found.group(1)]), text)

    def _in_blocks(self, statements: Iterable[Statement]) -> list[tuple[frozenset[str], list[Statement]]]:
        """Statements by what they rest on. A block uses only what rests on less, so that the small ones come first."""
        blocks: dict[frozenset[str], list[Statement]] = {}
        for statement in statements:
            used = (self._rests_on[name] for name in VARIABLE.findall(statement.text))
            of_lesions = (self._of_any(self._rests_on[name]) for name in _SLOT.findall(statement.text))
            rests_on = self._read_in.get(statement.text, frozenset()).union(*used, *of_lesions)
            self._rests_on.update(dict.fromkeys(statement.targets, rests_on))
            blocks.setdefault(rests_on, []).append(statement)
        return sorted(blocks.items(), key=lambda pair: len(pair[0]))

    def _keep_between(self, blocks: Sequence[tuple[frozenset[str], list[Statement]]]) -> None:
        """Gives a place in a frame to what is kept, and to what one block makes for another."""
        for _rests_on, statements in blocks:
            own = {name for targets, _text in statements for name in targets}
            for text in (statement.text for statement in statements):
                self._kept.update(dict.fromkeys(name for name in VARIABLE.findall(text) if name not in own))
                self._kept.update(dict.fromkeys(_SLOT.findall(text)))
        for name in self._kept:
            self._slots[name] = self._place(self._is_of_lesion(name))

    def _place(self, of_lesion: int) -> int:
        """A new place in a frame."""
        return next(self._places[of_lesion])

    def _of_any(self, findings: Iterable[str]) -> frozenset[str]:
        """The same findings, but where they are of a lesion, of any."""
        known = self._knowledge.findings
        return frozenset(
            OF_ANY + name if name in known and known[name].subject == "lesion" else name for name in findings
        )

    def _at(self, name: str, of_lesion: int) -> str:
        """Where a statement finds or puts a variable: in a frame, if another block uses it."""
        if name not in self._slots:
            return name
        return f"{'V' if self._is_of_lesion(name) == of_lesion else 'P'}[{self._slots[name]}]"

    def _needed(self) -> list[list[Statement]]:
        """The statements that what is kept rests on; what they use of other levels is kept from now on."""
        needed, found = set(self._kept), []
        for number in reversed(range(len(self._levels))):
            statements = []
            for statement in reversed(self._levels[number]):
                if needed.isdisjoint(statement.targets):
                    continue
                used = (*VARIABLE.findall(statement.text), *_SLOT.findall(statement.text))
                needed.update(used)
                self._kept.update(dict.fromkeys(name for name in used if self._is_of_lesion(name) != number % 2))
                statements.append(statement)
            found.append(statements[::-1])
        return found[::-1]

    # truths

    def _truth(self, node: TruthNode, fresh: bool) -> Pair:
        pair = self._truths[(id(node), fresh)] = self._truth_writers[type(node)](node, fresh)
        return pair

    def _all(self, parts: Iterable[Pair]) -> Pair:
        pairs = sorted(set(parts))
        match pairs:
            case [pair]:
                return pair
        return self._plane(self._every(true for true, _ in pairs)), self._plane(self._some(false for _, false in pairs))

    def _any(self, parts: Iterable[Pair]) -> Pair:
        return _not(self._all(_not(part) for part in parts))

    def _compare(self, node: Compare, fresh: bool) -> Pair:
        return self._compared(node.operator, self._number(node.left, fresh), self._number(node.right, fresh))

    def _holds(self, reference: Reference, fresh: bool) -> Pair:
        if reference.derived:
            pair: Pair = self._derive(reference.name, fresh)
            return pair
        true, false, missing = self._read("truth", reference, count=3, fresh=fresh)
        ruled_out = self._ruled_out(reference)
        if not ruled_out:
            return true, false
        return true, self._plane(self._some([false, self._every([missing, ruled_out])]))

    def _ruled_out(self, reference: Reference) -> str:
        """The plane in which another finding answers for one that is not recorded (`absent_when`); "" for none."""
        absence = self._knowledge.absence_of(reference)
        return self._truth(absence, fresh=False)[0] if absence is not None else ""

    def _choice_in(self, node: ChoiceIn, fresh: bool) -> Pair:
        possible = self._choice(node.choice, fresh)
        inside = self._union(possible[choice] for choice in ordered(possible) if choice in node.options)
        outside = self._union(possible[choice] for choice in ordered(possible) if choice not in node.options)
        return self._plane(self._rest(outside)), self._plane(self._without(outside, inside))

    def _same_choice(self, node: SameChoice, fresh: bool) -> Pair:
        left, right = self._choice(node.left, fresh), self._choice(node.right, fresh)
        shared = self._union(
            self._plane(self._every([left[choice], right[choice]])) for choice in ordered(left.keys() & right)
        )
        both_known = (self._single(left.values()), self._single(right.values()))
        return self._plane(self._every([shared, *both_known])), self._plane(self._rest(shared))

    def _overlaps(self, node: Overlaps, fresh: bool) -> Pair:
        present, possible, _known = self._items(node.reference, fresh)
        true = self._union(present[item] for item in node.items)
        return true, self._plane(self._rest(self._union([true, *(possible[item] for item in node.items)])))

    def _quantified(self, node: Quantified, fresh: bool) -> Pair:
        true, false = (self._of_lesion(name) for name in self._truth(node.part, fresh))
        unlisted = self._plane(self._unlisted(self._lesion_count()))
        if node.quantifier == "any":
            none = self._plane(self._in_every_lesion(false))
            return self._plane(self._in_some_lesion(true)), self._plane(self._without(none, unlisted))
        every = self._plane(self._in_every_lesion(true))
        return self._plane(self._without(every, unlisted)), self._plane(self._in_some_lesion(false))

    def _gate_passes(self, node: GatePasses, _fresh: bool) -> Pair:
        entries = self._knowledge.gates[node.gate].entry.items
        return self._all(
            self._gate_item(node.gate, position)
            for position, item in enumerate(entries)
            if (item.id == node.only if node.only else item.severity == "block" and item.id not in node.excepted)
        )

    def _gate_item(self, gate: str, position: int) -> Pair:
        compiled = self._knowledge.gates[gate]
        fresh = compiled.entry.kind == "safety"
        place = ("gate item", gate, position)
        pair: Pair = self._remembered(place, lambda: self._truth(compiled.items[position], fresh=fresh))
        return pair

    def _recommendation(self, name: str) -> Pair:
        tree = self._knowledge.recommendations[name].when
        pair: Pair = self._remembered(("recommendation", name), lambda: self._truth(tree, fresh=False))
        return pair

    def _remembered(self, place: tuple[Hashable, ...], write: Callable[[], Any]) -> Any:
        if place not in self._once:
            self._once[place] = write()
        return self._once[place]

    def _missing(self, node: Missing, _fresh: bool) -> Pair:
        known = self._known(node.reference)
        return self._plane(self._rest(known)), known

    def _known(self, reference: Reference) -> str:
        name = reference.name
        entry = self._knowledge.derived[name].entry if reference.derived else self._knowledge.findings[name]
        if entry.type == "yes_no":
            return self._plane(self._some(self._holds(reference, fresh=False)))
        if entry.type == "number":
            return self._is_known(self._quantity(reference, fresh=False))
        if entry.type == "date":
            day = self._read("day", reference, count=1, fresh=False)
            given, _missing = self._test("is given", _is_given, *day)
            return given
        if entry.type == "multi":
            _present, _possible, known = self._items(reference, fresh=False)
            return known
        choices = self._choice(ChoiceOf(reference, self._knowledge.domains[name]), fresh=False)
        return self._plane(self._single(choices.values()))

    def _same_technique(self, node: SameTechnique, fresh: bool) -> Pair:
        (left,), (right,) = (
            self._read("group", reference, count=1, fresh=fresh) for reference in (node.left, node.right)
        )
        (technique,) = self._statement(self._observed("same_technique"))
        true, false = self._statement(self._tested(technique, left, right), 2)
        return true, false

    # choices and items

    def _union(self, names: Iterable[str]) -> str:
        match sorted(set(names)):
            case []:
                return self.never
            case [name]:
                return name
            case found:
                return self._plane(self._some(found))

    def _choice(self, node: ChoiceNode, fresh: bool) -> dict[str, str]:
        """The plane in which each choice is possible."""
        reference = node.reference
        domain = ordered(node.domain)
        if isinstance(node, ModalityOf):
            seen_with = self._read("modality", reference, domain, count=len(domain), fresh=fresh)
            return dict(zip(domain, seen_with, strict=True))
        if reference.derived:
            possible: dict[str, str] = self._derive(reference.name, fresh)
            return possible
        *names, missing = self._read("choice", reference, count=len(domain) + 1, fresh=fresh)
        choices = dict(zip(domain, names, strict=True))
        ruled_out = self._ruled_out(reference)
        if not ruled_out:
            return choices
        settled = self._plane(self._every([missing, ruled_out]))
        instead = self._knowledge.findings[reference.name].absent_choice
        return {
            choice: name if choice == instead else self._plane(self._without(name, settled))
            for choice, name in choices.items()
        }

    def _items(self, reference: Reference, fresh: bool) -> tuple[dict[str, str], dict[str, str], str]:
        """The planes in which each item is present, in which it may be, and in which all of them are known."""
        domain = ordered(self._knowledge.domains[reference.name])
        names = self._read("items", reference, count=2 * len(domain) + 2, fresh=fresh)
        present, possible, (known, missing) = names[: len(domain)], names[len(domain) : -2], names[-2:]
        ruled_out = self._ruled_out(reference)
        if ruled_out:
            settled = self._plane(self._every([missing, ruled_out]))
            possible = [self._plane(self._without(name, settled)) for name in possible]
            known = self._plane(self._some([known, settled]))
        return dict(zip(domain, present, strict=True)), dict(zip(domain, possible, strict=True)), known

    # numbers

    def _number(self, node: NumberNode, fresh: bool) -> str:
        name = self._number_writers[type(node)](node, fresh)
        if name not in self._constants:
            self._numbers[(id(node), fresh)] = name
        return name

    def _quantity(self, reference: Reference, fresh: bool) -> str:
        if reference.derived:
            name: str = self._derive(reference.name, fresh)
            return name
        (recorded,) = self._read("number", reference, count=1, fresh=fresh)
        finding = self._knowledge.findings[reference.name]
        must_be_measured = fresh and finding.max_age_days_for_gates is not None
        ruled_out = self._ruled_out(reference) if finding.absent_range and not must_be_measured else ""
        return self._or_limits(finding, recorded, ruled_out)

    def _limit(self, node: Limit, fresh: bool) -> str:
        (limit,) = self._read("limit", node.reference, node.side, count=1, fresh=fresh)
        return limit

    def _arithmetic(self, node: Arithmetic, fresh: bool) -> str:
        operator = arithmetic.OPERATORS[node.operator]
        return self._lift(
            f"of {node.operator}", operator, self._number(node.left, fresh), self._number(node.right, fresh)
        )

    def _function(self, node: Function, fresh: bool) -> str:
        arguments = [self._number(argument, fresh) for argument in node.arguments]
        return self._lift(f"of {node.name}", arithmetic.FUNCTIONS[node.name], *arguments)

    def _either(self, node: Either, fresh: bool) -> str:
        true, false = self._truth(node.condition, fresh)
        possible = [self._plane(self._rest(false)), self._plane(self._rest(true))]
        return self._table(possible, [self._number(node.then, fresh), self._number(node.otherwise, fresh)])

    def _count_true(self, node: CountTrue, fresh: bool) -> str:
        return self._counted([self._truth(part, fresh) for part in node.parts])

    def _count_lesions(self, node: CountLesions, fresh: bool) -> str:
        true, false = (self._of_lesion(name) for name in self._truth(node.part, fresh))
        truths = f"*[{self._as_value(f'F[@{true}]', f'F[@{false}]')} for F in L]"
        return self._lift("count lesions", arithmetic.counted_lesions, self._lesion_count(), truths)

    def _over_lesions(self, node: LesionNumber, fresh: bool) -> str:
        values = f"*[F[@{self._of_lesion(self._number(node.number, fresh))}] for F in L]"
        return self._lift(
            f"{node.how} of lesions", partial(arithmetic.over_lesions, node.how), self._lesion_count(), values
        )

    def _lesion_count(self) -> str:
        if LESION_COUNT not in self._knowledge.findings:
            return self._constant("not negative", Pieces(arithmetic.NOT_NEGATIVE))
        return self._quantity(Reference(LESION_COUNT, lesion=False), fresh=False)

    def _elapsed(self, node: Elapsed, _fresh: bool) -> str:
        dates = (self._date(node.start), self._date(node.end))
        return self._lift(f"elapsed {node.unit}", partial(arithmetic.elapsed, node.unit), *dates)

    def _date(self, node: DateNode) -> str:
        if isinstance(node, AsOf):
            return self._plane(self._observed("today"))
        method = "observed_on" if isinstance(node, ObservationDate) else "day"
        (day,) = self._read(method, node.reference, count=1, fresh=False)
        return day

    # derived findings

    def _derive(self, name: str, fresh: bool) -> Any:
        """A pair, planes by choice, or a variable, by the type of the derived finding."""
        derived = self._knowledge.derived[name]
        return self._remembered(("derived", name, fresh), lambda: self._derived(derived, fresh))

    def _derived(self, derived: CompiledDerived, fresh: bool) -> Any:
        kind, tree = derived.entry.type, derived.tree
        if kind == "yes_no":
            return self._truth(tree, fresh) if tree is not None else self._yes_no_table(derived, fresh)  # type: ignore[arg-type]
        if kind == "choice":
            return self._choice_table(derived, fresh)
        number = self._number_table(derived, fresh) if tree is None else self._number(tree, fresh)  # type: ignore[arg-type]
        limits = derived.entry.range
        return self._within(limits, number) if limits else number

    def _outcomes(self, derived: CompiledDerived, fresh: bool) -> list[tuple[str, Any]]:
        """The plane in which each row of a first-hit table can be the hit, with its result."""
        found: list[tuple[str, Any]] = []
        untried = self.always
        for row in derived.rows:
            true, false = self._truth(row.when, fresh)
            found.append((self._plane(self._without(untried, false)), row.then))
            untried = self._plane(self._without(untried, true))
        return found if derived.otherwise is None else [*found, (untried, derived.otherwise)]

    def _choice_table(self, derived: CompiledDerived, fresh: bool) -> dict[str, str]:
        outcomes = self._outcomes(derived, fresh)
        domain = ordered(self._knowledge.domains[derived.entry.id])
        planes = [self._union(plane for plane, then in outcomes if then == choice) for choice in domain]
        return dict(zip(domain, self._assumable(derived, planes), strict=True))

    def _yes_no_table(self, derived: CompiledDerived, fresh: bool) -> Pair:
        outcomes = self._outcomes(derived, fresh)
        yes = self._union(plane for plane, then in outcomes if then)
        no = self._union(plane for plane, then in outcomes if not then)
        return self._plane(self._without(yes, no)), self._plane(self._without(no, yes))

    def _number_table(self, derived: CompiledDerived, fresh: bool) -> str:
        outcomes = self._outcomes(derived, fresh)
        return self._table([plane for plane, _ in outcomes], [self._number(then, fresh) for _, then in outcomes])


def _not(pair: Pair) -> Pair:
    return pair[1], pair[0]


def _is_point(number: Interval) -> Truth:
    return from_bool(number.is_point)


def _is_given(value: object) -> Truth:
    return from_bool(value is not None)


def _or_anything(finding: Finding, recorded: Interval | None) -> Interval:
    return seen.hard_limits(finding) if recorded is None else recorded


def _or_instead(finding: Finding, recorded: Interval | None, is_ruled_out: Truth) -> Interval:
    if recorded is None and is_ruled_out.is_true and finding.absent_range is not None:
        return Interval(*finding.absent_range)
    return _or_anything(finding, recorded)


def _hull_of_possible(*values: Any) -> Interval:
    """values: for each row whether it can be the hit, then the result of each row."""
    half = len(values) // 2
    pairs = zip(values[:half], values[half:], strict=True)
    return numbers.hull([result for possible, result in pairs if possible is Truth.TRUE])
