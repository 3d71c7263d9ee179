"""Colours of the window, light and dark. Text reaches WCAG 2.2 AA on every surface; colour never stands alone.

Light, and without Qt: the first window waits for this module.
"""

from typing import Literal, NamedTuple

ThemeName = Literal["system", "light", "dark"]


class Theme(NamedTuple):
    """Colours by what they mean. A pair is (background, text)."""

    name: str
    window: str
    surface: str  # cards, fields
    text: str
    muted: str
    border: str
    accent: tuple[str, str]  # chosen answer
    refusal: tuple[str, str]  # chosen "no": a known answer, as firm as yes
    alert: str  # refused value, shut gate
    warning: str
    good: str
    levels: dict[str, tuple[str, str]]


LIGHT = Theme(
    name="light",
    window="#f2f4f6",
    surface="#ffffff",
    text="#171b20",
    muted="#4d5661",
    border="#757e89",
    accent=("#0b5cad", "#ffffff"),
    refusal=("#444c56", "#ffffff"),
    alert="#a4001d",
    warning="#7a4a00",
    good="#1b6b34",
    levels={
        "emergency_now": ("#9d0020", "#ffffff"),
        "emergency_same_day": ("#b03300", "#ffffff"),
        "urgent": ("#855300", "#ffffff"),
        "soon": ("#0b5cad", "#ffffff"),
        "routine": ("#1b6b34", "#ffffff"),
        "none": ("#4d5661", "#ffffff"),
    },
)

DARK = Theme(
    name="dark",
    window="#171a1f",
    surface="#21262d",
    text="#e8ebef",
    muted="#adb5bf",
    border="#6e7781",
    accent=("#6cb2ff", "#06121f"),
    refusal=("#c3c9d1", "#14181d"),
    alert="#ff9a9a",
    warning="#f0b64f",
    good="#7cd193",
    levels={
        "emergency_now": ("#ff8a8f", "#2a0006"),
        "emergency_same_day": ("#ff9c6b", "#2a0d00"),
        "urgent": ("#f0b64f", "#231500"),
        "soon": ("#6cb2ff", "#06121f"),
        "routine": ("#7cd193", "#04190b"),
        "none": ("#adb5bf", "#14181d"),
    },
)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours as WCAG defines it, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
