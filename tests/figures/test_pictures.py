"""Every picture that the dictionary names is there, is drawn in one colour, has its words, and is used."""

import re
import xml.etree.ElementTree as ET

import pytest

from hepalith.figures.pictures import picture
from hepalith.knowledge.model import Finding
from hepalith.resources import ResourceError, picture_names, resource
from support.vignettes import knowledge_and_problems

SVG = "{http://www.w3.org/2000/svg}"
NAMES = sorted(picture_names())
SHAPES = {"svg", "title", "desc", "g", "path", "circle", "ellipse"}
COLOURS = {"none", "currentColor"}


def named(finding: Finding) -> set[str]:
    """The pictures that a finding names."""
    return {name for name in (finding.picture, *(option.picture for option in finding.choices)) if name}


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    return list(knowledge_and_problems()[0].findings.values())


def test_every_picture_that_is_named_is_there_and_every_one_is_named(findings: list[Finding]) -> None:
    assert {name for finding in findings for name in named(finding)} == set(NAMES)


def test_a_finding_has_pictures_for_all_of_its_choices_or_for_none(findings: list[Finding]) -> None:
    """But for the choice that names no look: a stage that was not told."""
    for finding in findings:
        without = [option.id for option in finding.choices if not option.picture]
        assert len(without) in {0, 1, len(finding.choices)}, (finding.id, without)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_a_small_drawing_in_one_colour_with_its_words(name: str) -> None:
    text = resource("pictures", f"{name}.svg").read_text(encoding="utf-8")
    root = ET.fromstring(text)  # noqa: S314 : a file of the program
    assert root.attrib["viewBox"] == "0 0 64 48"
    assert len(text) < 8000
    shown = picture(name)
    assert shown.title
    assert shown.description.endswith(".")
    assert shown.title != shown.description
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in SHAPES
        assert element.attrib.get("fill", "none") in COLOURS
        assert element.attrib.get("stroke", "none") in COLOURS
        inside = (element.text or "").strip()
        assert not inside or element.tag in {f"{SVG}title", f"{SVG}desc"}
        assert not (element.tail or "").strip()
    assert not re.search(r"style=|class=|href|url\(|#[0-9a-fA-F]{3}", text)


def test_words_tell_pictures_apart() -> None:
    assert len({picture(name).description for name in NAMES}) == len(NAMES)
    assert len({picture(name).title for name in NAMES}) == len(NAMES)


def test_a_picture_that_is_not_there_is_named() -> None:
    with pytest.raises(ResourceError, match="unicorn"):
        picture("unicorn")
