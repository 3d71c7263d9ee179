"""The bundled examples: some of the cases, as case files with the expectation beside each.

`python tests/support/examples.py` writes `resources/examples/` anew from the cases; a test compares.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))

from hepalith.store.case_file import encode_case  # noqa: E402
from support.vignettes import all_vignettes, case_of, knowledge_and_problems  # noqa: E402

FOLDER = ROOT / "resources" / "examples"

CHOSEN = {
    "FV01": "01-calcified-granuloma",
    "FV02": "02-healed-histoplasmosis",
    "FV25": "03-growing-focus",
    "FV10": "04-hepatic-artery-aneurysm",
    "CV01": "05-inactive-hydatid-cyst",
    "CV04": "06-active-hydatid-cyst",
    "CV07": "07-hydatid-cyst-in-the-bile-duct",
    "CV13": "08-alveolar-echinococcosis",
    "CV12": "09-mucinous-cystic-neoplasm",
    "BV03": "10-duct-stones-tablets-wanted",
    "BV36": "11-duct-stones-with-atrophy",
    "BV09": "12-septic-cholangitis",
    "NV02": "13-cancer-history",
    "NV09": "14-hepatocellular-carcinoma",
    "NV14": "15-fibrolamellar-carcinoma",
    "NV24": "16-colorectal-metastases",
    "NV26": "17-intrahepatic-cholangiocarcinoma",
    "FV16": "18-infant-with-a-mass",
    "CV33": "19-report-says-only-calcification",
}


def made() -> Iterator[tuple[str, bytes]]:
    """(file name, content) of every example and of its expectation."""
    knowledge, _problems = knowledge_and_problems()
    by_id = {vignette.id: vignette for vignette in all_vignettes()}
    for identifier, name in CHOSEN.items():
        vignette = by_id[identifier]
        yield f"{name}.hepalith.json", encode_case(case_of(vignette, knowledge))
        expectation = {"case": identifier, "title": vignette.title, "as_of": vignette.as_of, "expect": vignette.expect}
        yield f"{name}.expected.json", msgspec.json.format(msgspec.json.encode(expectation), indent=1) + b"\n"


def write() -> None:
    """Writes all examples, and removes those that are no longer chosen."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, content in made():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    write()
