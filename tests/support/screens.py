"""Reference pictures of the window: what is shown is compared with a picture that a person has looked at.

`HEPALITH_GOLDEN=write python -m pytest tests/screens` writes them anew; look at each before it is committed.
"""

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

REFERENCES = Path(__file__).parents[1] / "screens" / "references"
_CHANNEL = 40  # of 255: how far a colour may be off before the pixel counts as changed
_CHANGED = 0.002  # share of the pixels of a part of the window
WHOLE_WINDOW = 0.0002  # of a whole window, in which one word is little


def assert_as_before(shown: QImage, name: str, artifacts: Path, may_change: float = _CHANGED) -> None:
    """Fails where a picture differs from its reference; the picture is then in the folder for artifacts."""
    kept = REFERENCES / f"{name}.png"
    shown = shown.convertToFormat(QImage.Format.Format_RGB32)
    if os.environ.get("HEPALITH_GOLDEN") == "write":
        REFERENCES.mkdir(exist_ok=True)
        assert shown.save(str(kept), "PNG")
        return
    if sys.platform != "linux":
        pytest.skip("the references were made with the fonts as Linux draws them")
    reference = QImage(str(kept)).convertToFormat(QImage.Format.Format_RGB32)
    assert not reference.isNull(), f"{kept} is missing"
    share = _changed_share(shown, reference)
    if share > may_change:
        actual = artifacts / f"{name}.png"
        shown.save(str(actual), "PNG")
        pytest.fail(f"{name}: {share:.2%} of the picture changed; see {actual} beside {kept}")


def _changed_share(one: QImage, other: QImage) -> float:
    """How much of a picture differs; all of it if the sizes do."""
    if one.size() != other.size():
        return 1.0
    pixels = one.width() * one.height()
    left, right = memoryview(one.constBits()), memoryview(other.constBits())
    changed = sum(
        1
        for start in range(0, 4 * pixels, 4)
        if left[start : start + 3] != right[start : start + 3]
        and max(abs(left[start + part] - right[start + part]) for part in range(3)) > _CHANNEL
    )
    return changed / pixels
