"""Every problem of every file is reported at once, with file, line, id, what is wrong and what to do."""

from pathlib import Path

import pytest

from hepalith.knowledge.loader import KnowledgeFileError, check_knowledge, load_yaml, read_knowledge
from support.small import FINDINGS, HEADER, REST, compile_small, write_small

BROKEN = {
    "unknown key": ("rest", "kind: ask, action", "colour: red, kind: ask, action", ["ASK", 'unknown key "colour"']),
    "unknown finding": ("rest", '"missing(age)"', '"missing(aeg)"', ["ASK", "aeg", "did you mean age"]),
    "wrong type": ("rest", '"kind == middle"', '"size"', ["DRUG", "not a yes/no"]),
    "wrong unit": ("rest", "4.0 mg/dL", "4.0 mmHg", ["ALARM", "no unit"]),
    "outside": ("rest", '"age >= 75"', '"age >= 750"', ["ALARM", "outside", "0 to 120"]),
    "missing basis": (
        "rest",
        ', when: "missing(age)", basis: default',
        ', when: "missing(age)"',
        ["ASK", "has no basis"],
    ),
    "missing source": (
        "rest",
        "basis: read, sources: [{id: SRC-1, locator: page 3}]",
        "basis: read",
        ["ALARM", "no source"],
    ),
    "unknown source": ("rest", "{id: SRC-1, locator: page 3}", "SRC-9", ["ALARM", "SRC-9", "add it"]),
    "duplicate id": ("rest", "{id: ASK,", "{id: ALARM,", ["ALARM", "already given", "never reused"]),
    "unknown gate": ("rest", "gates: [drug]", "gates: [drugs]", ["DRUG", 'gate "drugs"']),
    "unknown conflict": ("rest", "conflicts: [X1]", "conflicts: [X2]", ["DRUG", 'conflict "X2"']),
    "unknown placeholder": ("rest", "Act on {bilirubin}", "Act on {bilirubine}", ["ALARM", "bilirubine"]),
    "bad duration": ("rest", "3 months", "a quarter", ["DRUG", "a quarter", "6 months"]),
    "no otherwise": ("rest", ", otherwise: small", "", ["kind", "otherwise"]),
    "wrong result": ("rest", "then: middle", "then: medium", ["kind", "medium"]),
    "circle": ("rest", '"fever or pain"', '"fever or total > 3"', []),
    "suppression circle": (
        "rest",
        "precedence:\n",
        (
            "precedence:\n"
            "- {id: P0, step: 0, when_holds: [CLOSE], suppresses: [ALARM], across: patient, label: x, basis: default}\n"
        ),
        ["in a circle"],
    ),
    "self": ("rest", 'expr: "points + (2 if fever else 1)"', 'expr: "points + total"', ["total", "depends on itself"]),
    "hard limits": ("findings", "hard: [0.5, 500]", "hard: [500, 0.5]", ["size", "wrong way round"]),
    "unknown group": (
        "findings",
        "id: solid, label: Solid, group: spot",
        "id: solid, label: Solid, group: blob",
        ["solid", "blob"],
    ),
    "choice twice": ("findings", "{id: two, label: Two}", "{id: one, label: Two}", ["stage", "choice id twice"]),
    "relevance": ("findings", '"not fever"', '"not feverish"', ["stage", "feverish"]),
    "course of nothing": (
        "findings",
        'other_units: {cm: "10"}',
        'other_units: {cm: "10"}, course: {error: growth, change: kind}',
        ["size", '"growth"', "no derived number"],
    ),
    "course of another type": (
        "findings",
        "id: age, ",
        "id: age, course: {error: total, change: kind}, ",
        ["age", "only a number of a lesion can"],
    ),
    "course shown nowhere": (
        "findings",
        'other_units: {cm: "10"}',
        'other_units: {cm: "10"}, course: {error: growth, change: kind, group: blob}',
        ["size", '"blob"', "no section of a lesion"],
    ),
    "course beside something derived": (
        "findings",
        'other_units: {cm: "10"}',
        'other_units: {cm: "10"}, course: {error: growth, change: kind, beside: [total]}',
        ["size", '"total"', "cannot be entered for a lesion"],
    ),
    "picture of nothing": (
        "findings",
        "id: solid, label: Solid",
        "id: solid, picture: unicorn, label: Solid",
        ["solid", "unicorn", "resources/pictures"],
    ),
    "absence without basis": (
        "findings",
        "absent_range: [51, 90], basis: default",
        "absent_range: [51, 90]",
        ["pulse", "needs a basis"],
    ),
    "absence without range": ("findings", "absent_range: [51, 90], ", "", ["pulse", "absent_range"]),
    "absence without choice": ("findings", "absent_choice: round, ", "", ["shape", "absent_choice"]),
    "yaml": ("findings", "findings:", "findings: [", ["not readable YAML"]),
    "key twice": ("findings", "{id: age, label: Age", "{id: age, id: age, label: Age", ["stands twice"]),
    "level missing": (
        "header",
        '- {id: soon, sentence: "Soon: this month.", basis: default}\n',
        "",
        ["urgency_levels", 'level "soon" stands 0 times'],
    ),
    "level without basis": (
        "header",
        "sentence: Routine., basis: default",
        "sentence: Routine.",
        ["routine", "no basis"],
    ),
    **{
        f"asked together, {name}": (
            "header",
            "starting_points:",
            f"{text}\nstarting_points:",
            ["asked_together", wanted],
        )
        for name, text, wanted in (
            ("unknown", "asked_first: [aeg]", '"aeg" is no finding'),
            ("alone", "asked_together: [{id: a, label: A, basis: default, members: [{finding: fever}]}]", "asks 1"),
            (
                "twice",
                "asked_together: [{id: a, label: A, basis: default, members: [{finding: fever}, {finding: fever}]}]",
                '"fever" is asked with others twice',
            ),
            (
                "no absence",
                "asked_together: [{id: a, label: A, basis: default, members: [{finding: fever}, {finding: stage}]}]",
                '"stage" cannot be asked with others',
            ),
            (
                "no number",
                "asked_together: [{id: a, label: A, basis: default, members: [{finding: fever}, {finding: age}]}]",
                '"age" cannot be asked with others',
            ),
        )
    },
    "asked together without basis": (
        "header",
        "starting_points:",
        "asked_together: [{id: a, label: A, members: [{finding: fever}, {finding: pain}]}]\nstarting_points:",
        ["has no basis"],
    ),
    "unknown kind": ("rest", "lists:", "lizts:", ["lizts", "kinds are"]),
}


def test_the_small_knowledge_has_no_problems(tmp_path: Path) -> None:
    _knowledge, problems = compile_small(tmp_path)
    assert problems == ()


@pytest.mark.parametrize("mistake", [name for name in BROKEN if name != "circle"])
def test_a_mistake_is_named(mistake: str, tmp_path: Path) -> None:
    part, old, new, words = BROKEN[mistake]
    text = {"header": HEADER, "findings": FINDINGS, "rest": REST}[part]
    assert old in text
    write_small(tmp_path, **{part: text.replace(old, new, 1)})
    problems = [str(problem) for problem in check_knowledge(tmp_path)]
    assert any(all(word in problem for word in words) for problem in problems), problems


def test_all_problems_come_at_once_with_file_and_line(tmp_path: Path) -> None:
    rest = REST
    for name in ("unknown finding", "wrong unit", "unknown gate"):
        rest = rest.replace(BROKEN[name][1], BROKEN[name][2], 1)
    write_small(tmp_path, rest=rest)
    problems = check_knowledge(tmp_path)
    assert {problem.id for problem in problems} == {"ASK", "ALARM", "DRUG"}
    lines = (tmp_path / "rest" / "small.yaml").read_text().splitlines()
    for problem in problems:
        assert problem.file == "rest/small.yaml"
        assert f"id: {problem.id}" in lines[problem.line - 1]


def test_broken_knowledge_is_never_used(tmp_path: Path) -> None:
    write_small(tmp_path, rest=REST.replace("4.0 mg/dL", "4.0 mmHg"))
    with pytest.raises(KnowledgeFileError, match="knowledge check"):
        read_knowledge(tmp_path)


def test_yes_and_no_are_words_and_numbers_are_exact() -> None:
    from decimal import Decimal

    assert load_yaml("{a: yes, b: no, c: true, d: 0.1, e: 2026-05-20}") == {
        "a": "yes",
        "b": "no",
        "c": True,
        "d": Decimal("0.1"),
        "e": "2026-05-20",
    }
