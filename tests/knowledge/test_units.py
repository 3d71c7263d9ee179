"""Unit conversions of the dictionary against the evidence's check values, and what is asked about a doubtful number."""

from decimal import Decimal

import pytest

from hepalith.domain.case import NumberValue
from hepalith.domain.errors import InvalidValueError
from hepalith.knowledge.entry import check_value
from hepalith.knowledge.model import Finding
from support.vignettes import knowledge_and_problems


def finding(name: str) -> Finding:
    return knowledge_and_problems()[0].findings[name]


def canonical(name: str, number: str, unit: str) -> Decimal:
    scale = finding(name).scale(unit)
    assert scale is not None
    return (Decimal(number) + scale.offset) * scale.factor


@pytest.mark.parametrize(
    ("name", "number", "unit", "expected"),
    [
        ("bilirubin_total", "2", "mg/dL", "34.2"),
        ("bilirubin_total", "3", "mg/dL", "51.3"),
        ("creatinine", "1.0", "mg/dL", "88.4"),
        ("creatinine", "2.0", "mg/dL", "176.8"),
        ("albumin", "3.5", "g/dL", "35.0"),
        ("hb", "12", "g/dL", "120"),
        ("crp", "5", "mg/dL", "50"),
        ("afp", "400", "[iU]/mL", "484"),
        ("afp", "16.5", "[iU]/mL", "20.0"),
        ("afp", "20", "ug/L", "20"),
        ("glucose", "126", "mg/dL", "7.0"),
        ("calcium_total", "10.42", "mg/dL", "2.60"),
        ("phosphate", "4.65", "mg/dL", "1.50"),
        ("pth", "65", "pg/mL", "6.9"),
        ("platelets", "150", "10*3/uL", "150"),
        ("platelets", "150000", "/uL", "150"),
        ("alt", "1", "ukat/L", "60"),
        ("alp", "1", "ukat/L", "60"),
        ("fibrinogen", "100", "mg/dL", "1.00"),
        ("igg4", "135", "mg/dL", "1.35"),
        ("ca19_9", "37", "kU/L", "37"),
        ("cea", "5", "ng/mL", "5"),
        ("temp_c", "98.6", "[degF]", "37.0"),
        ("size_mm", "5.0", "cm", "50"),
    ],
)
def test_a_unit_is_converted_as_the_evidence_prints_it(name: str, number: str, unit: str, expected: str) -> None:
    wanted = Decimal(expected)
    assert canonical(name, number, unit).quantize(wanted) == wanted


@pytest.mark.parametrize(
    ("name", "number", "unit"),
    [("platelets", "150000", "10*9/L"), ("bilirubin_total", "200", "mg/dL"), ("temp_c", "98.6", "Cel")],
)
def test_a_number_in_the_wrong_unit_is_refused(name: str, number: str, unit: str) -> None:
    with pytest.raises(InvalidValueError):
        check_value(finding(name), NumberValue(number=number, unit=unit))


@pytest.mark.parametrize(
    ("name", "number", "unit", "asked"),
    [
        ("bilirubin_total", "1.2", "umol/L", "mg/dL"),
        ("bilirubin_total", "68", "mg/dL", "mg/dL"),
        ("platelets", "1200", "10*9/L", "per uL"),
    ],
)
def test_a_number_that_looks_like_another_unit_is_asked_about(name: str, number: str, unit: str, asked: str) -> None:
    assert asked in check_value(finding(name), NumberValue(number=number, unit=unit))
