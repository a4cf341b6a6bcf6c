"""Theme: the colours of all pictures, each with its counterpart on a dark page.

No two colours are equal, so that a page can recolour a picture by its attributes alone:
`[fill="#1a6496"] {fill: #5fb0e5}` and the same for `stroke`, for every pair of `DARK`.
Colours of one picture also differ in lightness, so that colour-blind readers and printers in
grey can tell them apart. Text has a contrast of 4.5 or more on whatever it stands on.
"""

from __future__ import annotations

from dataclasses import dataclass

from channelopt.report.shapes import Tone

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""Of pictures; the first one is what widths of texts are measured with."""
WIDTH = 720
"""Of pictures, in pixels."""


@dataclass(frozen=True)
class Colour:
    """A colour on a light page and on a dark one, both `#rrggbb`."""

    light: str
    dark: str


PAPER = Colour("#fffffe", "#161d26")
"""Of the page; of what separates two areas."""
INK = Colour("#1b2a38", "#e6ebf0")
"""Of texts."""
MUTED_INK = Colour("#566370", "#a3b0bd")
"""Of texts that matter less: axes, notes."""
GRID = Colour("#e4e8ec", "#2b3540")
"""Of lines behind the numbers."""
RULE = Colour("#a6afb8", "#5a6672")
"""Of axes, zero lines and connecting lines."""
ON_STRONG = Colour("#fffffd", "#10161d")
"""Of texts on strong areas: light on dark, and the other way round on a dark page."""
ON_PALE = Colour("#1b2a39", "#f2f5f8")
"""Of texts on pale areas: dark on light, and the other way round on a dark page."""

TONES: dict[Tone, Colour] = {
    "high": Colour("#553388", "#c9b3f2"),
    "medium": Colour("#7c5cb1", "#9377c8"),
    "low": Colour("#cfc2e5", "#564678"),
    "none": Colour("#b4bbc2", "#5b6570"),
    "gain": Colour("#12806a", "#45c3a4"),
    "loss": Colour("#c2500f", "#f08c4e"),
    "total": Colour("#44566b", "#9fb2c6"),
    "plan": Colour("#1a6496", "#5fb0e5"),
    "today": Colour("#8793a0", "#64707c"),
    "limit": Colour("#a11d4a", "#ff7fa8"),
    "muted": Colour("#a9b1b9", "#66717c"),
}
PALE_TONES: frozenset[Tone] = frozenset({"low", "none", "muted", "today"})
"""Those that `ON_PALE` stands on; `ON_STRONG` stands on the others and on `CATEGORIES`."""

CATEGORIES = (
    Colour("#1f6fae", "#62b0ea"),
    Colour("#b06003", "#f0a24a"),
    Colour("#23825b", "#4cc394"),
    Colour("#b0407c", "#e583b5"),
    Colour("#5a5fb0", "#9a9ef0"),
    Colour("#7a5636", "#c49a74"),
    Colour("#1c7f93", "#57cbdf"),
    Colour("#747618", "#c2c44e"),
    Colour("#8c2f2f", "#e07a7a"),
    Colour("#5e6b78", "#a4b1be"),
)
"""Of things without an order, such as channels."""

RAMP = (
    Colour("#f1f6fa", "#1c2733"),
    Colour("#d9e8f3", "#1f3446"),
    Colour("#b9d6ea", "#234459"),
    Colour("#92c0df", "#28566f"),
    Colour("#5f9fcc", "#376f8c"),
    Colour("#2f74ad", "#77b0cc"),
    Colour("#235e94", "#97c6de"),
    Colour("#174a7a", "#b9dbec"),
    Colour("#0d355c", "#dceefa"),
)
"""From little to much: pale to strong on a light page, dim to bright on a dark one."""
PALE_STEPS = 5
"""So many steps of `RAMP` from the first that `ON_PALE` stands on."""

COLOURS: tuple[Colour, ...] = (
    *(PAPER, INK, MUTED_INK, GRID, RULE, ON_STRONG, ON_PALE),
    *TONES.values(),
    *CATEGORIES,
    *RAMP,
)
"""Every colour that may stand in a picture."""
DARK: dict[str, str] = {colour.light: colour.dark for colour in COLOURS}
"""The dark counterpart of each light colour."""


def tone(name: Tone) -> str:
    """Return the colour of a tone on a light page."""
    return TONES[name].light


def category(position: int) -> str:
    """Return the colour of the thing at a position, counted from 0; they begin anew after all."""
    return CATEGORIES[position % len(CATEGORIES)].light
