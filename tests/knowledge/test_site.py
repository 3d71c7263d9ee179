"""Site settings refine texts and options, never the safety logic, and every deviation is published."""

from datetime import date
from pathlib import Path

import pytest

from hepalith.decision.assess import evaluate
from hepalith.knowledge.base import Knowledge
from hepalith.knowledge.compiler import compile_knowledge
from hepalith.knowledge.loader import hash_of, read_files
from hepalith.knowledge.site import SiteError, read_site
from support.building import case, number, seen, yes
from support.small import REST, write_small

MIDDLE = case(seen("size", number("20", "mm"), "L1"), seen("solid", yes(), "L1"), lesions=1)
FULL = """
institution = "General Hospital"
unavailable = ["ask"]
[endemic]
SOME_RISKS = ["c"]
[contacts.surgery]
name = "Liver surgery"
telephone = "123"
advice = ["DRUG"]
[formulary.x]
name = "X 400 mg"
[follow_up.DRUG]
after = ["4 months"]
reason = "capacity"
"""


def refined(folder: Path, text: str) -> Knowledge:
    site_file = folder / "site.toml"
    site_file.write_text(text, encoding="utf-8")
    site = read_site(site_file)
    write_small(folder / "k", rest=REST.replace("tags: [elective]", 'tags: [elective, "drug:x"]'))
    files, places, problems = read_files(folder / "k", hash_of(folder / "k"))
    assert files is not None
    assert problems == ()
    knowledge, more = compile_knowledge(files, places, site)
    assert more == ()
    return knowledge


def test_texts_and_times_are_refined_and_every_deviation_is_published(tmp_path: Path) -> None:
    knowledge = refined(tmp_path, FULL)
    result = evaluate(MIDDLE, knowledge, date(2026, 6, 1))
    drug = next(one for one in result.recommendations if one.id == "DRUG")
    assert drug.action.endswith("Here: Liver surgery. 123 In the formulary here: X 400 mg.")
    assert [(test.due, test.note) for test in result.follow_up] == [("2026-10-01", "times of this site: capacity")]
    assert knowledge.lists["SOME_RISKS"].values == ("a", "b", "c")
    assert "+" in result.knowledge_hash
    assert len(result.deviations) == 5
    assert result.questions == ()  # everything of the small knowledge is asked, which this site cannot do


def test_names_and_a_letterhead_refine_nothing(tmp_path: Path) -> None:
    head = (
        'institution = "General Hospital"\nclinician = "Dr A"\n[letterhead]\nlines = ["Radiology"]\nlogo = "logo.svg"\n'
    )
    plain, named = refined(tmp_path, ""), refined(tmp_path, head)
    assert (named.hash, named.deviations) == (plain.hash, ())


def test_the_safety_logic_stays(tmp_path: Path) -> None:
    plain = refined(tmp_path, "")
    other = refined(tmp_path, FULL)
    assert {name: gate.items for name, gate in plain.gates.items()} == {
        name: gate.items for name, gate in other.gates.items()
    }
    assert plain.suppressors == other.suppressors
    for name, compiled in plain.recommendations.items():
        assert compiled.when == other.recommendations[name].when
        assert compiled.entry.urgency == other.recommendations[name].entry.urgency


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 3", "colour"),
        ("[endemic]\nNOWHERE = []", "NOWHERE"),
        ('[endemic]\nSOME_RISKS = ["z"]', '"z"'),
        ('[contacts.a]\nname = "A"\nadvice = ["NOPE"]', "NOPE"),
        ("[formulary.y]", 'drug "y"'),
        ('[follow_up.ALARM]\nreason = "x"', "no follow-up"),
        ('[follow_up.NOPE]\nreason = "x"', "NOPE"),
        ('[follow_up.DRUG]\nafter = ["soon"]\nreason = "x"', "soon"),
        ("[", "cannot be used"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_reason(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="cannot be used") as error:
        refined(tmp_path, text)
    assert words in str(error.value)


def test_follow_up_times_of_a_source_cannot_be_changed(tmp_path: Path) -> None:
    rest = REST.replace("conflicts: [X1], basis: default", "conflicts: [X1], basis: read, sources: [SRC-1]")
    write_small(tmp_path, rest=rest)
    files, places, _problems = read_files(tmp_path, hash_of(tmp_path))
    assert files is not None
    site_file = tmp_path / "site.toml"
    site_file.write_text('[follow_up.DRUG]\nafter = ["4 months"]\nreason = "x"')
    with pytest.raises(SiteError, match="takes its follow-up times from a source"):
        compile_knowledge(files, places, read_site(site_file))
