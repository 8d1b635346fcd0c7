"""Contrast computed from the tokens: text ≥ 7:1 on every ground it stands on, edges of controls ≥ 4.5:1."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "static" / "css" / "portal.css").read_text()
TOKENS = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", CSS.split("prefers-contrast")[0]))


def luminance(colour):
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ink", ["ink", "ink-2"])
@pytest.mark.parametrize(
    "ground", ["paper", "wash", "wash-2", "accent-wash", "ok-wash", "warn-wash", "danger-wash", "info-wash"]
)
def test_text(ink, ground):
    assert contrast(ink, ground) >= 7


@pytest.mark.parametrize("meaning", ["ok", "warn", "danger", "info", "accent"])
def test_meanings(meaning):
    assert contrast(meaning, "paper") >= 7
    assert contrast(meaning, f"{meaning}-wash") >= 7
    assert contrast(meaning, "wash") >= 7  # a tag in the row under the pointer


@pytest.mark.parametrize("control", ["edge", "focus", "accent"])
def test_controls(control):
    assert contrast(control, "paper") >= 4.5
    assert contrast(control, "wash") >= 4.5


def test_map_classes_get_darker():
    shades = [luminance(TOKENS[f"seq-{level}"]) for level in range(6)]
    assert shades == sorted(shades, reverse=True)
    assert all(a / b > 1.15 for a, b in zip(shades, shades[1:], strict=False))
