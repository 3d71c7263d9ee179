"""The bundled examples: some of the cases, as case files with the expectation beside each.

`python tests/support/examples.py` writes `resources/examples/` anew from the cases; a test compares.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

ROOT = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))

from hepalith.store.case_file import encode_case  # noqa: E402
from support.vignettes import all_vignettes, case_of, knowledge_and_problems  # noqa: E402

FOLDER = ROOT / "resources" / "examples"

CHOSEN = {  # case -> (file, what the chooser says)
    "FV01": ("01-calcified-granuloma", "Calcified granuloma: man of 45, well, 4 mm focus"),
    "FV02": ("02-healed-histoplasmosis", "Healed histoplasmosis: foci in liver and spleen, calcified node"),
    "FV25": ("03-growing-focus", "Follow-up: grown from 22 to 27 mm"),
    "FV10": ("04-hepatic-artery-aneurysm", "Rim of calcium at the hilum that fills with contrast"),
    "CV01": ("05-inactive-hydatid-cyst", "Inactive hydatid cyst (CE5): former shepherd of 62"),
    "CV04": ("06-active-hydatid-cyst", "Active hydatid cyst (CE1) of exactly 5.0 cm"),
    "CV07": ("07-hydatid-cyst-in-the-bile-duct", "Hydatid cyst ruptured into the bile duct, fever and jaundice"),
    "CV13": ("08-alveolar-echinococcosis", "Alveolar echinococcosis: infiltrating mass, not resectable"),
    "CV12": ("09-mucinous-cystic-neoplasm", "Septate cyst of the left lobe in a woman of 48"),
    "BV03": (
        "10-duct-stones-tablets-wanted",
        "Left duct stones, pain after fatty meals, wants Cholecystitis Tablets",
    ),
    "BV36": ("11-duct-stones-with-atrophy", "Left duct stones with atrophy, CA 19-9 raised"),
    "BV09": ("12-septic-cholangitis", "Septic cholangitis: woman of 66 on norepinephrine"),
    "NV02": ("13-cancer-history", "Calcified focus two years after mucinous colon cancer"),
    "NV09": ("14-hepatocellular-carcinoma", "Cirrhosis with hepatitis B: 24 mm, washout, coarse calcium"),
    "NV14": ("15-fibrolamellar-carcinoma", "Young adult, 11 cm mass with a calcified central scar"),
    "NV24": ("16-colorectal-metastases", "Three resectable colorectal metastases, calcified after chemotherapy"),
    "NV26": ("17-intrahepatic-cholangiocarcinoma", "Resectable intrahepatic cholangiocarcinoma of 40 mm"),
    "FV16": ("18-infant-with-a-mass", "Infant of 8 months with a calcified liver mass"),
    "CV33": ("19-report-says-only-calcification", "The report says only: hepatic calcification"),
}


def made() -> Iterator[tuple[str, bytes]]:
    """(file name, content) of every example and of its expectation."""
    knowledge, _problems = knowledge_and_problems()
    by_id = {vignette.id: vignette for vignette in all_vignettes()}
    for identifier, (name, title) in CHOSEN.items():
        vignette = by_id[identifier]
        yield f"{name}.hepalith.json", encode_case(replace(case_of(vignette, knowledge), extra={"title": title}))
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
