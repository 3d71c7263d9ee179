"""What a derived finding was before the latest examination: the same rules, read of what was observed until then."""

from pathlib import Path

import pytest

from hepalith.knowledge.tree import references
from support.small import FINDINGS, REST, compile_small

BEFORE = "before: {of: kind, examination: stage}"
ENTRY = f"- {{id: kind_before, label: Kind before, subject: lesion, type: choice, basis: default, {BEFORE}}}\ngates:\n"


def with_before(text: str = ENTRY, rest: str = REST) -> str:
    return rest.replace("gates:\n", text, 1)


def test_a_table_is_read_of_the_time_before(tmp_path: Path) -> None:
    knowledge, problems = compile_small(tmp_path, rest=with_before())
    assert problems == ()
    now, before = (knowledge.derived[name] for name in ("kind", "kind_before"))
    assert before.entry.choices == now.entry.choices
    assert before.entry.basis == "default"
    assert [(row.id, row.then) for row in before.rows] == [(row.id, row.then) for row in now.rows]
    assert before.otherwise == now.otherwise == "small"
    assert before.entry.rows[0].when == "before(size > 50, stage)"
    read = {(one.name, one.until) for row in before.rows for one in references(row.when)}
    assert read == {("size", "stage"), ("solid", "stage")}
    assert {one.until for row in now.rows for one in references(row.when)} == {""}


def test_what_stood_for_another_answer_then_is_read_of_that_time_too(tmp_path: Path) -> None:
    """Through every answer that stands for another one; a yes/no that is made from others is written out."""
    findings = FINDINGS.replace(
        "subject: lesion, type: yes_no}",
        "subject: lesion, type: yes_no, absent_when: large, basis: default}\n"
        "- {id: soft, label: Soft, group: spot, subject: lesion, type: yes_no, absent_when: solid, basis: default}",
    )
    large = "- {id: large, label: Large, subject: lesion, type: yes_no, expr: size > 80, basis: default}\n"
    only_soft = "- {id: odd, label: Odd, subject: lesion, type: yes_no, expr: 'before(soft, stage)', basis: default}\n"
    rest = with_before(f"{large}{only_soft}gates:\n")
    knowledge, problems = compile_small(tmp_path, findings=findings, rest=rest)
    assert problems == ()
    assert set(knowledge.earlier_absence) == {("soft", "stage"), ("solid", "stage")}
    (size,) = references(knowledge.earlier_absence[("solid", "stage")])
    assert (size.name, size.until) == ("size", "stage")
    (soft,) = references(knowledge.derived["odd"].tree)
    assert knowledge.absence_of(soft) is knowledge.earlier_absence[("soft", "stage")]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            BEFORE,
            "before: {of: nope, examination: stage}",
            'before: "nope" is no derived finding of its type and subject',
        ),
        (
            BEFORE,
            "before: {of: points, examination: stage}",
            "of its type and subject",
        ),
        (BEFORE, "before: {of: kind, examination: fever}", 'before: "fever" is no finding of its subject'),
        (
            BEFORE,
            f"{BEFORE}, rows: [{{id: r, when: solid, then: big}}], otherwise: big",
            "not otherwise",
        ),
        (
            "solid and size >= 10",
            "solid and size >= 10 and fever",
            'before: "fever", as it is used, has no earlier value',
        ),
        ("solid and size >= 10", "solid and previous(size) >= 10", 'before: "size", as it is used, has no earlier'),
        ("solid and size >= 10", "solid and days_since(size) > 10", "before: what rests on today"),
        ("solid and size >= 10", "solid and passes(drug)", "before: what rests on today, on a gate"),
        ("solid and size >= 10", "solid and rank > 1", 'before: "rank" is a table'),
    ],
)
def test_what_has_no_earlier_value_is_named(old: str, new: str, words: str, tmp_path: Path) -> None:
    rank = "- {id: rank, label: Rank, subject: lesion, type: number, unit: '1', basis: default, otherwise: 1,\n"
    rank += "   rows: [{id: r, when: solid, then: 2}]}\n"
    text = with_before(rank + ENTRY)
    assert old in text
    _knowledge, problems = compile_small(tmp_path, rest=text.replace(old, new, 1))
    assert any(words in str(problem) for problem in problems), problems


def test_only_the_latest_observation_has_one_before(tmp_path: Path) -> None:
    findings = FINDINGS.replace("label: Solid, group", "label: Solid, observation: any, group")
    _knowledge, problems = compile_small(tmp_path, findings=findings, rest=with_before())
    assert any("solid: has no value before" in str(problem) for problem in problems), problems
