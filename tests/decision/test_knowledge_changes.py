"""What changed between two versions of the knowledge: everything that is said, nothing that is only form."""

import ast
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest
import yaml

from hepalith.decision.facts import HEADER, LEFT_OUT, Relevance, facts_of, places_of
from hepalith.decision.knowledge_changes import Difference, Happened, knowledge_changes
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.loader import load_yaml, read_knowledge
from hepalith.knowledge.model import KINDS, Header
from support.small import FINDINGS, REST, compile_small
from support.small import HEADER as HEADER_TEXT
from support.vignettes import KNOWLEDGE, knowledge_and_problems

Changed = Callable[..., list[Difference]]
NEW_ROW = "{id: r0, when: 'size > 90', then: big}"


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """The differences after replacing texts of the tiny knowledge base: (old, new) pairs."""

    def differences(*replaced: tuple[str, str], findings: bool = False) -> list[Difference]:
        text = FINDINGS if findings else REST
        for old, new in replaced:
            assert old in text, old
            text = text.replace(old, new)
        before, _problems = compile_small(tmp_path / "before")
        after, problems = compile_small(tmp_path / "after", **{"findings" if findings else "rest": text})
        assert not problems
        return list(knowledge_changes(before, after))

    return differences


def brief(differences: list[Difference]) -> list[tuple[str, str, str, str]]:
    """(what it bears on, id, part, field) of each."""
    return [(one.relevance.name, one.id, one.part, one.what) for one in differences]


def test_the_same_knowledge_has_no_differences(changed: Changed) -> None:
    assert changed() == []


def test_a_threshold_of_advice_is_told_in_words_with_its_unit(changed: Changed) -> None:
    (one,) = changed(("bilirubin > '4.0 mg/dL'", "bilirubin > '3.0 mg/dL'"))
    assert (one.relevance, one.kind, one.id, one.title) == (Relevance.URGENCY, "recommendations", "ALARM", "Alarm")
    assert one.before == "all of these [Ill; Bilirubin > 4.0 mg/dL]"
    assert one.after == "all of these [Ill; Bilirubin > 3.0 mg/dL]"
    (part,) = one.parts
    assert (part.before, part.after, part.effect) == ("Bilirubin > 4.0 mg/dL", "Bilirubin > 3.0 mg/dL", "wider")


def test_urgency_and_escalation(changed: Changed) -> None:
    found = changed(
        ("urgency: emergency_same_day,", "urgency: urgent,"), ("age >= 75", "age >= 70"), ("soon,", "routine,")
    )
    assert brief(found) == [
        ("URGENCY", "ALARM", "", "urgency"),
        ("URGENCY", "ALARM", "escalation 1", "applies when"),
        ("URGENCY", "DRUG", "", "urgency"),
    ]
    assert (found[0].before, found[0].after) == ("Emergency: today", "Urgent")


def test_gates_and_their_items_come_first(changed: Changed) -> None:
    found = changed(
        ("Benign spot", "Harmless spot"),
        ("age >= 18", "age >= 16"),
        ('  - {id: note, label: Not old, requires: "age < 65", severity: caution, basis: default}\n', ""),
        ('requires: "bilirubin <= 2', 'severity: caution, requires: "bilirubin <= 2'),
        ("gates: [drug], ", ""),
    )
    assert brief(found) == [
        ("SAFETY", "DRUG", "", "gates"),
        ("SAFETY", "drug", "item liver: Bilirubin not above twice the limit", "severity"),
        ("SAFETY", "drug", "item adult: Adult", "fulfilled when"),
        ("SAFETY", "drug", "item note: Not old", ""),
        ("TEXTS", "BENIGN", "", "label"),
    ]
    assert [(part.before, part.after) for part in found[0].parts] == [("drug", "")]
    assert found[3].happened is Happened.REMOVED
    assert "Age < 65 years" in found[3].before


def test_what_to_avoid_and_what_closes_a_case_bears_on_safety(changed: Changed) -> None:
    found = changed(("passes(close)", "passes(close) and not pain"), ("kind: consider, action", "kind: avoid, action"))
    assert [(one.relevance.name, one.id, one.what) for one in found] == [
        ("SAFETY", "CLOSE", "applies when"),
        ("SAFETY", "DRUG", "kind"),
    ]


def test_tables_row_by_row(changed: Changed) -> None:
    found = changed(
        ('{id: r1, when: "size > 50", then: big}', f"{NEW_ROW}, {{id: r1, when: 'size > 40', then: big}}"),
        ("bilirubin <= 51", "bilirubin < 51"),
        ("otherwise: 3}", "otherwise: 4}"),
        ("otherwise: small", "otherwise: middle"),
    )
    assert brief(found) == [
        ("VALUES", "kind", "row r1", "applies when"),
        ("VALUES", "kind", "", "in all other cases"),
        ("VALUES", "kind", "row r0", ""),
        ("VALUES", "points", "row r2", "applies when"),
        ("VALUES", "points", "", "in all other cases"),
    ]
    by_part = {(one.id, one.part, one.what): one for one in found}
    assert by_part["kind", "", "in all other cases"].before == "Small"
    assert by_part["kind", "row r0", ""].happened is Happened.ADDED
    assert by_part["kind", "row r1", "applies when"].parts[0].effect == "wider"


def test_the_order_of_rows_is_a_change_and_that_of_entries_is_none(changed: Changed) -> None:
    rows = ['{id: r1, when: "bilirubin < 34", then: 1}', '{id: r2, when: "bilirubin <= 51", then: 2}']
    found = changed((", ".join(rows), ", ".join(reversed(rows))))
    assert brief(found) == [("VALUES", "points", "", "order of the rows")]
    assert (found[0].before, found[0].after) == ("r1, r2", "r2, r1")


def test_arguments_are_known_again_by_condition_or_by_text(changed: Changed) -> None:
    reworded = changed(("text: small}", "text: rather small}"))
    assert brief(reworded) == [("TEXTS", "BENIGN", "argument for: rather small", "text")]
    stricter = changed(("size > 20", "size > 30"))
    assert brief(stricter) == [("CAUSES", "BENIGN", "argument against: larger", "applies when")]
    weaker = changed(("strength: 3, text: not solid", "strength: 2, text: not solid"))
    assert brief(weaker) == [("CAUSES", "BENIGN", "argument for: not solid", "strength")]
    assert (weaker[0].before, weaker[0].after) == ("strong", "moderate")
    other = changed(('{when: "size > 20", strength: 1, text: larger}', '{when: "fever", strength: 1, text: hot}'))
    assert [(one.happened, one.part) for one in other] == [
        (Happened.REMOVED, "argument against: larger"),
        (Happened.ADDED, "argument against: hot"),
    ]


def test_entries_that_come_and_go(changed: Changed) -> None:
    found = changed(("{id: ASK,", "{id: ASK2,"))
    assert [(one.id, one.happened, one.part, one.what) for one in found] == [
        ("ASK", Happened.REMOVED, "", ""),
        ("ASK2", Happened.ADDED, "", ""),
    ]
    told = "applies when: Age is not known; kind: Find out; urgency: Routine; subject: patient; action: Ask the age."
    assert (found[0].before, found[0].after) == (told, "")
    assert (found[1].before, found[1].after) == ("", told)


def test_an_entry_with_parts_comes_or_goes_as_one(changed: Changed) -> None:
    gone = REST[REST.index("- id: BAD") : REST.index("recommendations:")]
    (one,) = changed((gone, ""))
    assert (one.id, one.title, one.happened, one.part, one.after) == ("BAD", "Bad spot", Happened.REMOVED, "", "")


def test_what_has_nothing_but_grounds_is_told_by_them(changed: Changed) -> None:
    (one,) = changed(("basis: read}\nconditions", "basis: read}\n- {id: SRC-2, title: New, basis: read}\nconditions"))
    assert (one.before, one.after) == ("", "title: New; basis: read")


def test_a_table_instead_of_an_expression(changed: Changed) -> None:
    """What only one side has is on the other side nothing; a number and a condition have no parts in common."""
    found = changed(
        (
            'expr: "points + (2 if fever else 1)"',
            'rows: [{id: r1, when: "fever", then: 5}], otherwise: 3',
        )
    )
    assert [(one.part, one.what, one.before, one.after, one.happened.value) for one in found] == [
        ("", "definition", "Points + (2 if Fever, otherwise 1)", "", "changed"),
        ("", "in all other cases", "", "3", "changed"),
        ("row r1", "", "", "applies when: Fever; result: 5", "added"),
    ]
    assert not any(one.parts for one in found)


def test_sources_basis_review_and_texts_come_last(changed: Changed) -> None:
    found = changed(
        ("locator: page 3", "locator: page 4"),
        ("{id: SRC-1, title: A source, basis: read}", "{id: SRC-1, title: The source, basis: secondary}"),
        ("label: Ill,", "label: Unwell,"),
        ('when: "missing(age)", basis: default', 'when: "missing(age)", review_by: 2026-01-01, basis: default'),
        ("Act on {bilirubin}.", "Act quickly on {bilirubin}."),
    )
    assert brief(found) == [
        ("ADVICE", "ALARM", "", "action"),
        ("GROUNDS", "ALARM", "", "sources"),
        ("GROUNDS", "ASK", "", "due for review"),
        ("GROUNDS", "SRC-1", "", "basis"),
        ("TEXTS", "ill", "", "label"),
        ("TEXTS", "SRC-1", "", "title"),
    ]
    assert not any(one.parts for one in found if one.what != "sources")


def test_a_renamed_finding_changes_its_label_and_nothing_that_uses_it(changed: Changed) -> None:
    found = changed(("label: Size,", "label: Diameter,"), ("label: Three", "label: III"), findings=True)
    assert brief(found) == [("ENTRY", "stage", "choice three", "label"), ("TEXTS", "size", "", "label")]


def test_a_renamed_choice_changes_no_row_that_gives_it(changed: Changed) -> None:
    assert brief(changed(("label: Big}", "label: Large}"))) == [("VALUES", "kind", "choice big", "label")]


def test_findings_limits_units_and_what_stands_for_them(changed: Changed) -> None:
    found = changed(
        ("max_age_days_for_gates: 7", "max_age_days_for_gates: 14"),
        ("hard: [0, 1500]", "hard: [0, 1400]"),
        ("absent_range: [51, 90]", "absent_range: [51, 99]"),
        ('relevant: "not fever"', 'relevant: "not pain"'),
        ("upper_limit: 21", "upper_limit: 20"),
        findings=True,
    )
    assert brief(found) == [
        ("SAFETY", "bilirubin", "", "oldest value for safety gates, days"),
        ("VALUES", "bilirubin", "", "assumed upper limit"),
        ("VALUES", "pulse", "", "then lies within"),
        ("ENTRY", "bilirubin", "", "possible values"),
        ("FORM", "stage", "", "shown while"),
    ]


def test_a_limit_that_is_not_taken_any_more_and_a_step_of_a_plan(changed: Changed) -> None:
    (one,) = changed(("limits: true, ", ""), findings=True)
    assert (one.what, one.before, one.after) == ("laboratory's own limits", "yes", "no")
    (one,) = changed(("[3 months, 6 months]", "[4 months, 6 months]"))
    assert (one.part, one.before, one.after) == ("follow-up Ultrasound 1", "3 months, 6 months", "4 months, 6 months")


def test_what_can_be_entered_bears_on_answers_and_what_the_form_asks_does_not() -> None:
    assert Relevance.ENTRY.bears_on_answers
    assert not Relevance.FORM.bears_on_answers


def test_precedence_lists_and_conflicts(changed: Changed) -> None:
    found = changed(
        ('suppresses: ["#closure", "#elective"]', 'suppresses: ["#closure"]'),
        ("values: [a, b]", "values: [a, c]"),
        ("default: One,", "default: Other,"),
        ("{text: Other side}", "{text: Another side}"),
    )
    assert brief(found) == [
        ("URGENCY", "P1", "", "suppresses"),
        ("ADVICE", "X1", "", "default"),
        ("VALUES", "SOME_RISKS", "", "values"),
        ("GROUNDS", "X1", "position 2", "text"),
    ]
    assert [(part.before, part.after) for part in found[2].parts] == [("b", ""), ("", "c")]


def test_the_header(tmp_path: Path) -> None:
    before, _problems = compile_small(tmp_path / "a")
    folder = tmp_path / "b"
    compile_small(folder)
    head = HEADER_TEXT.replace("review_state: not reviewed", "review_state: reviewed by nobody").replace(
        'version: "1"', 'version: "2"'
    )
    (folder / "knowledge.yaml").write_text(head.replace("A statement", "Another statement"))
    after = read_knowledge(folder)[0]
    found = list(knowledge_changes(before, after))
    assert brief(found) == [
        ("GROUNDS", HEADER[1], "", "review state"),
        ("TEXTS", HEADER[1], "starting points S1", "statement"),
    ]


# form


def reordered(folder: Path, seed: int) -> Path:
    """The program's knowledge with its entries shuffled over other files, and its conditions written otherwise."""
    entries: dict[str, list[Any]] = {}
    for path in sorted(KNOWLEDGE.rglob("*.yaml")):
        loaded = load_yaml(path.read_text(encoding="utf-8"))
        if path.name == "knowledge.yaml":
            (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
            continue
        for kind, found in loaded.items():
            entries.setdefault(kind, []).extend(found or ())
    lots = random.Random(seed)  # noqa: S311 : a shuffle that can be repeated
    for kind, found in entries.items():
        lots.shuffle(found)
        for entry in found:
            _rewritten(entry, lots)
        (folder / kind).mkdir()
        half = len(found) // 2
        for name, part in (("one", found[:half]), ("two", found[half:])):
            text = yaml.dump({kind: part}, Dumper=_Dumper, sort_keys=True, allow_unicode=True, width=40)
            (folder / kind / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


class _Turned(ast.NodeTransformer):
    """The parts of every "and" and "or", and the members of every set, the other way round."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.BoolOp:
        self.generic_visit(node)
        node.values.reverse()
        return node

    def visit_Set(self, node: ast.Set) -> ast.Set:
        node.elts.reverse()
        return node


def _rewritten(entry: dict[str, Any], lots: random.Random) -> None:
    for field in ("sources", "tags", "asks", "gates", "conflicts", "for", "against", "items", "quiet", "synonyms"):
        if isinstance(entry.get(field), list):
            lots.shuffle(entry[field])
    for field in ("when", "expr", "requires", "relevant", "absent_when", "excluded_when", "confirmed_when"):
        if isinstance(entry.get(field), str):
            turned = _Turned().visit(ast.parse(" ".join(entry[field].split()), mode="eval"))
            entry[field] = f"({ast.unparse(turned)})"
    for value in entry.values():
        for part in value if isinstance(value, list) else ():
            if isinstance(part, dict):
                _rewritten(part, lots)


class _Dumper(yaml.SafeDumper):
    """Decimals as they were written; words that older readers take for booleans in quotes."""


_Dumper.add_multi_representer(
    object, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", str(value))
)


def test_order_files_and_ways_of_writing_are_no_difference(tmp_path: Path) -> None:
    after, _places = read_knowledge(reordered(tmp_path, seed=1))
    before = knowledge_and_problems()[0]
    assert after.hash != before.hash
    assert list(after.recommendations) != list(before.recommendations)
    assert list(knowledge_changes(before, after)) == []


# completeness


def structs_in(kind: Any) -> list[type[msgspec.Struct]]:
    """The structures of entries inside a type such as tuple[Row, ...]."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [kind]
    return [found for part in get_args(kind) for found in structs_in(part)] if get_origin(kind) else []


def fields_of(struct: type[msgspec.Struct]) -> set[str]:
    """Every field of a kind of entry; of a field that holds entries of its own, theirs."""
    found = set()
    for field in msgspec.structs.fields(struct):
        inner = [one for one in structs_in(field.type) if one.__name__ not in {"Cited", "UnitScale", "Before"}]
        found |= set().union(*map(fields_of, inner)) if inner else {field.name}
    return found


@pytest.mark.parametrize("kind", [*KINDS, "header"])
def test_every_field_of_every_kind_is_compared(kind: str) -> None:
    knowledge = knowledge_and_problems()[0]
    places = [place for place in places_of(knowledge) if place[0] == kind]
    compared = {fact.field for place in places for fact in facts_of(knowledge, place).values()}
    missing = fields_of(Header if kind == "header" else KINDS[kind]) - compared - LEFT_OUT
    assert not missing


def test_every_change_of_a_text_is_found(tmp_path: Path) -> None:
    """Each quoted or plain text of the tiny knowledge base, changed alone, is reported."""
    before, _problems = compile_small(tmp_path / "before")
    texts = set(re.findall(r"(?:title|action|label|text|topic|default|why): ([A-Z][A-Za-z ]+)(?=[,.}])", REST))
    assert len(texts) > 15
    for text in texts:
        after, problems = compile_small(
            tmp_path / "after", rest=re.sub(rf": {text}(?=[,.}}])", f": {text} changed", REST)
        )
        assert not problems
        assert knowledge_changes(before, after), text


def test_two_versions_give_opposite_differences(tmp_path: Path) -> None:
    before, _problems = compile_small(tmp_path / "before")
    after, _problems = compile_small(
        tmp_path / "after", rest=REST.replace("{id: ASK,", "{id: ASK2,").replace("size > 20", "size > 30")
    )
    there, back = knowledge_changes(before, after), knowledge_changes(after, before)
    assert {(one.id, one.part, one.before, one.after) for one in there} == {
        (one.id, one.part, one.after, one.before) for one in back
    }
    assert all(isinstance(knowledge, Knowledge) for knowledge in (before, after))


def test_what_a_name_stood_for_and_stands_for_has_no_parts_where_only_one_is_a_condition(tmp_path: Path) -> None:
    named = 'derived:\n- {{id: named, label: Named, subject: patient, type: {}, expr: "{}", basis: default}}\n'
    number = "number, unit: a, range: [0, 120]"
    before, after = (
        compile_small(tmp_path / name, rest=REST.replace("derived:\n", named.format(kind, expr)))
        for name, kind, expr in (("before", "yes_no", "fever"), ("after", number, "age"))
    )
    assert (before[1], after[1]) == ((), ())
    found = [one for one in knowledge_changes(before[0], after[0]) if one.id == "named"]
    assert len(found) > 1
    assert all(one.parts == () for one in found)


def test_what_is_not_there_is_not_written(changed: Changed) -> None:
    (one,) = changed(("label: Ill,", "label: Unwell,"))
    assert "part" not in msgspec.to_builtins(one)
