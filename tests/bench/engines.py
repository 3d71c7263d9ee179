"""The engines that a developer would pick, each fed with the same guarded conditions in its own language.

An engine says which operations it has; the rules that need another one are left out for it. `load` takes definitions in
the order of their use and the rules; `answer` gives the rules that hold for one case. Cases have one lesion: its inputs
stand beside those of the patient.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from importlib.metadata import version
from typing import Any, ClassVar

from support.scalar import Definition, Expr, Field, Op, Over, Use, Value, walk

Inputs = dict[str, Any]
LOGIC = frozenset({"and", "or", "not", "is", "known", "in", "if", "<", "<=", ">", ">=", "==", "!="})
ARITHMETIC = frozenset({"+", "-", "*", "/", "min", "max"})


def safe(key: str) -> str:
    """The name of an input as an identifier."""
    return re.sub(r"\W", "_", key)


class Engine:
    """Base: which operations there are, and how inputs are handed over."""

    name: ClassVar[str]
    package: ClassVar[str]
    operations: ClassVar[frozenset[str]]
    missing: ClassVar[str]  # what it does with a missing value, in words

    @property
    def version(self) -> str:
        return version(self.package)

    def lacks(self, definition: Definition) -> str:
        """The first operation of a definition that the engine does not have; "" if it has all."""
        for part in walk(definition.expr):
            if isinstance(part, Over):
                return "over all lesions"
            if isinstance(part, Op) and part.name not in self.operations:
                return part.name
        return ""

    def prepared(self, patient: Inputs, lesions: Sequence[Inputs]) -> Any:
        """A case as the engine wants it, made before the clock starts."""
        (lesion,) = lesions
        return {safe(key): _number(value) for key, value in {**patient, **lesion}.items()}

    def load(self, definitions: Sequence[Definition], rules: Sequence[str]) -> None:
        raise NotImplementedError

    def answer(self, case: Any) -> Iterable[str]:
        raise NotImplementedError


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


class Texts:
    """Prints expressions in a language of operators; `templates` for each operation."""

    def __init__(self, templates: dict[str, str], names: dict[str, str]) -> None:
        self._templates = templates
        self._names = names

    def print(self, expr: Expr) -> str:
        """An expression as text."""
        match expr:
            case Value(value=value):
                return _literal(value)
            case Field(key=key):
                return safe(key)
            case Use(name=name):
                return self._names[name]
            case Op(name="and" | "or" as name, parts=parts):
                return f"({f' {name} '.join(self.print(part) for part in parts)})"
            case Op(name="in", parts=(chosen, *options)):
                return f"({self.print(chosen)} in [{', '.join(self.print(option) for option in options)}])"
            case Op(name=name, parts=parts):
                made = [self.print(part) for part in parts]
                return self._templates[name].format(*made, all=", ".join(made))
        raise NotImplementedError(expr)


def _literal(value: bool | Decimal | str | None) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Decimal():
            return format(value, "f") if value >= 0 else f"({value:f})"
    return f"'{value}'"


_OPERATORS = {sign: f"({{0}} {sign} {{1}})" for sign in ("<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "/")}
_COMMON = _OPERATORS | {
    "not": "(not {0})",
    "is": "({0} == {1})",
    "known": "({0} != null)",
    "if": "({0} ? {1} : {2})",
}


class Zen(Engine):
    """ZEN: one decision graph with an expression for each definition; all is evaluated in Rust."""

    name = "ZEN"
    package = "zen-engine"
    operations = LOGIC | ARITHMETIC | {"abs", "round", "sqrt", "days"}
    missing = "null in a comparison, `not` or `and` stops the evaluation with an error, so every use needs a guard"
    _options: ClassVar[dict[str, Any]] = {}

    def load(self, definitions: Sequence[Definition], rules: Sequence[str]) -> None:
        import zen

        self._keys = {one.name: f"d{position}" for position, one in enumerate(definitions)}
        names = {name: f"$.{key}" for name, key in self._keys.items()}
        extra = {"min": "min([{all}])", "max": "max([{all}])", "abs": "abs({0})", "round": "round({0}, {1})"}
        extra |= {"sqrt": "({0} ^ 0.5)", "days": "d({1}).diff({0}, 'day')"}
        texts = Texts(_COMMON | extra, names)
        expressions = [
            {"id": self._keys[one.name], "key": self._keys[one.name], "value": texts.print(one.expr)}
            for one in definitions
        ]
        nodes = [
            {"id": "in", "type": "inputNode", "name": "in"},
            {"id": "rules", "type": "expressionNode", "name": "rules", "content": {"expressions": expressions}},
            {"id": "out", "type": "outputNode", "name": "out"},
        ]
        edges = [
            {"id": "a", "sourceId": "in", "targetId": "rules", "type": "edge"},
            {"id": "b", "sourceId": "rules", "targetId": "out", "type": "edge"},
        ]
        self._decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
        self._rules = [(rule, self._keys[f"{rule} +"]) for rule in rules]

    def answer(self, case: Any) -> Iterable[str]:
        result = self._decision.evaluate(case, self._options)["result"]
        return [rule for rule, key in self._rules if result[key]]


class ZenTraced(Zen):
    """ZEN with a trace of its own: what each expression of the graph gave."""

    name = "ZEN, its trace on"
    _options: ClassVar[dict[str, Any]] = {"trace": True}


class _Staged(Engine):
    """Engines without definitions: each is evaluated in turn and put beside the inputs."""

    def load(self, definitions: Sequence[Definition], rules: Sequence[str]) -> None:
        names = {one.name: f"d{position}" for position, one in enumerate(definitions)}
        self._steps = [(names[one.name], self._made(one.expr, names)) for one in definitions]
        self._rules = [(rule, names[f"{rule} +"]) for rule in rules]

    def answer(self, case: Any) -> Iterable[str]:
        data = dict(case)
        for name, step in self._steps:
            data[name] = step(data)
        return [rule for rule, name in self._rules if data[name]]

    def _made(self, expr: Expr, names: dict[str, str]) -> Callable[[Inputs], Any]:
        raise NotImplementedError


class RuleEngine(_Staged):
    """rule-engine: one rule for each definition."""

    name = "rule-engine"
    package = "rule-engine"
    operations = LOGIC | ARITHMETIC | {"abs", "sqrt"}
    missing = "null counts as false in `not`, `and` and `or`; in an order or a sum it raises an error"

    def load(self, definitions: Sequence[Definition], rules: Sequence[str]) -> None:
        import rule_engine

        self._engine = rule_engine
        # its own look-up goes through all inputs for each name
        self._context = rule_engine.Context(default_value=None, resolver=lambda inputs, name: inputs.get(name))
        super().load(definitions, rules)

    def _made(self, expr: Expr, names: dict[str, str]) -> Callable[[Inputs], Any]:
        extra = {"min": "$min([{all}])", "max": "$max([{all}])", "abs": "$abs({0})", "sqrt": "({0} ** 0.5)"}
        text = Texts(_COMMON | extra, names).print(expr)
        rule = self._engine.Rule(text, context=self._context)
        return rule.evaluate  # type: ignore[no-any-return]


class JsonLogic(_Staged):
    """json-logic-qubit: one JsonLogic expression for each definition."""

    name = "json-logic-qubit"
    package = "json-logic-qubit"
    operations = LOGIC | ARITHMETIC
    missing = "null counts as false in `!`, `and` and `or`; in an order it raises an error"

    def _made(self, expr: Expr, names: dict[str, str]) -> Callable[[Inputs], Any]:
        from json_logic import jsonLogic

        logic = self._json(expr, names)
        return lambda data: jsonLogic(logic, data)

    def _json(self, expr: Expr, names: dict[str, str]) -> Any:
        match expr:
            case Value(value=value):
                return _number(value)
            case Field(key=key):
                return {"var": safe(key)}
            case Use(name=name):
                return {"var": names[name]}
            case Op(name="in", parts=(chosen, *options)):
                return {"in": [self._json(chosen, names), [self._json(option, names) for option in options]]}
            case Op(name="known", parts=(part,)):
                return {"!==": [self._json(part, names), None]}
            case Op(name=name, parts=parts):
                written = {"not": "!", "is": "===", "==": "===", "!=": "!=="}.get(name, name)
                return {written: [self._json(part, names) for part in parts]}
        raise NotImplementedError(expr)


class Clips(Engine):
    """CLIPS: the known inputs are slots of one fact; what holds becomes a fact, in the order of the definitions.

    Each alternative of an `or` is a rule of its own, because CLIPS multiplies them out otherwise.
    """

    name = "CLIPS"
    package = "clipspy"
    operations = LOGIC | ARITHMETIC | {"abs", "sqrt", "ln", "log10", "exp"}
    missing = "a slot without a value is nil: a test for a number or a value does not match, `not` does"

    def load(self, definitions: Sequence[Definition], rules: Sequence[str]) -> None:
        import clips

        self._symbol = clips.Symbol
        self._environment = clips.Environment()
        self._names = {one.name: f"d{position}" for position, one in enumerate(definitions)}
        self._kinds = {one.name: one.kind for one in definitions}
        self._rules_of_clips: list[tuple[str, list[str], str]] = []  # conclusion, conditions, value
        self._made = 0
        keys = {safe(part.key) for one in definitions for part in walk(one.expr) if isinstance(part, Field)}
        self._environment.build(f"(deftemplate case {' '.join(f'(slot {key} (default nil))' for key in sorted(keys))})")
        self._environment.build("(deftemplate holds (slot what))")
        self._environment.build("(deftemplate number (slot what) (slot value))")
        self._keys = keys
        for one in definitions:
            self._define(self._names[one.name], one.expr, one.kind)
        total = len(self._rules_of_clips)
        for position, (conclusion, conditions, value) in enumerate(self._rules_of_clips):
            fact = f"(holds (what {conclusion}))" if not value else f"(number (what {conclusion}) (value {value}))"
            salience = f"(declare (salience {total // 2 - position}))"
            matched = " ".join(self._one_pattern(conditions))
            self._environment.build(f"(defrule r{position} {salience} {matched} => (assert {fact}))")
        self._template = self._environment.find_template("case")
        self._holds = self._environment.find_template("holds")
        self._wanted = {self._names[f"{rule} +"]: rule for rule in rules}

    def prepared(self, patient: Inputs, lesions: Sequence[Inputs]) -> Any:
        inputs = super().prepared(patient, lesions)
        return {key: self._slot(value) for key, value in inputs.items() if key in self._keys}

    def _slot(self, value: Any) -> Any:
        if isinstance(value, bool):
            return self._symbol("yes" if value else "no")
        return self._symbol(value) if isinstance(value, str) else value

    def answer(self, case: Any) -> Iterable[str]:
        self._environment.reset()
        self._template.assert_fact(**case)
        self._environment.run()
        found = (self._wanted.get(str(fact["what"])) for fact in self._holds.facts())
        return [rule for rule in found if rule]

    # making rules

    def _define(self, name: str, expr: Expr, kind: str) -> None:
        if kind == "truth":
            for conditions in self._alternatives(expr):
                self._rules_of_clips.append((name, conditions, ""))
            return
        if isinstance(expr, Op) and expr.name == "if":
            condition, then, otherwise = expr.parts
            chosen = self._auxiliary(condition)
            for test, branch in ((f"(holds (what {chosen}))", then), (f"(not (holds (what {chosen})))", otherwise)):
                if branch != Value(None):
                    inner = self._auxiliary_value(branch) if isinstance(branch, Op) and branch.name == "if" else None
                    conditions, value = self._value(branch) if inner is None else self._bound(inner)
                    self._rules_of_clips.append((name, [test, *conditions], value))
            return
        conditions, value = self._value(expr)
        self._rules_of_clips.append((name, conditions, value))

    def _auxiliary(self, expr: Expr) -> str:
        self._made += 1
        name = f"a{self._made}"
        self._define(name, expr, "truth")
        return name

    def _auxiliary_value(self, expr: Expr) -> str:
        self._made += 1
        name = f"a{self._made}"
        self._define(name, expr, "number")
        return name

    def _alternatives(self, expr: Expr) -> list[list[str]]:
        """The ways in which a truth comes about, each as conditions."""
        if expr == Value(value=False):
            return []
        if isinstance(expr, Op) and expr.name == "or":
            return [self._conditions(part) for part in expr.parts]
        return [self._conditions(expr)]

    def _conditions(self, expr: Expr) -> list[str]:
        match expr:
            case Value(value=True):
                return []
            case Use(name=name):
                return [f"(holds (what {self._names[name]}))"]
            case Op(name="and", parts=parts):
                return [condition for part in parts for condition in self._conditions(part)]
            case Op(name="or"):
                return [f"(holds (what {self._auxiliary(expr)}))"]
            case Op(name="is", parts=(Field(key=key), Value(value=side))):
                return [f"(case ({safe(key)} {'yes' if side else 'no'}))"]
            case Op(name="known", parts=(Field(key=key),)):
                return [f"(case ({safe(key)} ~nil))"]
            case Op(name="known", parts=(Use(name=name),)):
                return [f"(number (what {self._names[name]}))"]
            case Op(name="not", parts=(Op(name="known", parts=(Field(key=key),)),)):
                return [f"(case ({safe(key)} nil))"]
            case Op(name="not", parts=(part,)):
                return [f"(not (holds (what {self._auxiliary(part)})))"]
            case Op(name=name, parts=(Field(key=key), *options)) if all(isinstance(one, Value) for one in options):
                return [f"(case ({safe(key)} {self._constraint(name, options)}))"]
            case Op(name=name, parts=(chosen, *options)):
                return self._test(name, chosen, options)
        raise NotImplementedError(expr)

    @staticmethod
    def _one_pattern(conditions: list[str]) -> list[str]:
        """All that is asked of the one fact of the inputs, in one pattern."""
        slots = [one for one in dict.fromkeys(conditions) if one.startswith("(case (")]
        names = [slot.split(" ")[1] for slot in slots]
        bound = {name for slot, name in zip(slots, names, strict=True) if not slot.endswith("~nil))")}
        # a value that is compared is known
        kept = [s for s, name in zip(slots, names, strict=True) if not (s.endswith(" ~nil))") and name in bound)]
        if len({slot.split(" ")[1] for slot in kept}) < len(kept):
            return conditions
        others = [one for one in dict.fromkeys(conditions) if not one.startswith("(case (")]
        return [f"(case {' '.join(slot[6:-1] for slot in kept)})", *others] if kept else others

    def _constraint(self, sign: str, options: Sequence[Expr]) -> str:
        texts = [self._value(option)[1] for option in options]
        if any(map(self._is_text, options)):
            return f"~nil&~{texts[0]}" if sign == "!=" else "|".join(texts)
        self._made += 1
        compare = {"==": "=", "!=": "<>"}.get(sign, sign)
        return f"?v{self._made}&~nil&:({compare} ?v{self._made} {texts[0]})"

    def _test(self, sign: str, chosen: Expr, options: Sequence[Expr]) -> list[str]:
        bound, value = self._value(chosen)
        others = [self._value(option) for option in options]
        bound = [*bound, *(condition for conditions, _ in others for condition in conditions)]
        texts = [text for _, text in others]
        if sign not in {"==", "!=", "in"}:
            return [*bound, f"(test ({sign} {value} {texts[0]}))"]
        is_text = any(map(self._is_text, (chosen, *options)))
        same = [f"({'eq' if is_text else '='} {value} {text})" for text in texts]
        test = f"(or {' '.join(same)})" if len(same) > 1 else same[0]
        return [*bound, f"(test (not {test}))" if sign == "!=" else f"(test {test})"]

    def _is_text(self, expr: Expr) -> bool:
        match expr:
            case Value(value=value):
                return isinstance(value, str)
            case Use(name=name):
                return self._kinds[name] == "text"
        return isinstance(expr, Field) and expr.kind == "text"

    def _bound(self, fact: str) -> tuple[list[str], str]:
        self._made += 1
        variable = f"?v{self._made}"
        return [f"(number (what {fact}) (value {variable}))"], variable

    def _value(self, expr: Expr) -> tuple[list[str], str]:
        """Conditions that bind what a value needs, and its expression."""
        match expr:
            case Value(value=value):
                return [], value if isinstance(value, str) else _literal(value).strip("()")
            case Field(key=key):
                self._made += 1
                return [f"(case ({safe(key)} ?v{self._made}&~nil))"], f"?v{self._made}"
            case Use(name=name):
                return self._bound(self._names[name])
            case Op(name="if"):
                return self._bound(self._auxiliary_value(expr))
            case Op(name=name, parts=parts):
                made = [self._value(part) for part in parts]
                function = {"ln": "log"}.get(name, name)
                texts = " ".join(text for _, text in made)
                return [condition for conditions, _ in made for condition in conditions], f"({function} {texts})"
        raise NotImplementedError(expr)


ENGINES: tuple[type[Engine], ...] = (Zen, Clips, JsonLogic, RuleEngine)
