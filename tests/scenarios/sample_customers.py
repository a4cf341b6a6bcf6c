"""Writes the sample files of customers of the scenarios, with a fixed seed.

    python -m tests.scenarios.sample_customers

Nobody in them exists. Equal calls write equal files.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from tests.known.encode import PREDICTED

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SEED = 20_270_101
QUICKSTART = {"gold": (2000, 600), "family": (10_000, 60), "young": (8000, 25)}
"""Customers and margin, as in the scenario."""
CONTACTS = {"gold": (2.0, 0.3), "family": (1.5, 0.2), "young": (1.2, 0.2)}
"""Questions and complaints per customer and year, as in the scenario."""
FEWER = 0.97
"""Of them, so that the team of the plan has hours to spare."""
TODAY = {"gold": (0.3, 0.5, 0.15, 0.05), "family": (0.25, 0.45, 0.2, 0.1)} | {
    "young": (0.1, 0.4, 0.2, 0.3)
}
LIKES_WEB = {"gold": 0.6, "family": 0.74, "young": 0.85}
"""Satisfaction with the web for questions, a little above or below for each customer."""
CHANNELS = ("shop", "phone", "email", "web")
QUICKSTART_COLUMNS = (
    "customer_id",
    "segment",
    "questions",
    "complaints",
    "margin",
    "channel_today",
    "mail_consent",
    "likes_web",
)

Row = Sequence[object]


def quickstart() -> Iterator[Row]:
    """All 20,000 customers, in no order, with what a CRM knows; empty: as the scenario says."""
    draw = np.random.default_rng(SEED)
    segments = [name for name, (count, _) in QUICKSTART.items() for _ in range(count)]
    for number, place in enumerate(draw.permutation(len(segments)), start=1):
        segment = segments[place]
        questions, complaints = draw.poisson(FEWER * np.array(CONTACTS[segment]))
        margin = QUICKSTART[segment][1] * draw.lognormal(-0.08, 0.4)
        today = draw.choice(CHANNELS, p=TODAY[segment])
        consent = "yes" if draw.random() < 0.94 else "no"
        liked = np.clip(draw.normal(LIKES_WEB[segment] + 0.03, 0.08), 0, 1)
        likes = "" if draw.random() < 0.3 else round(float(liked), 2)
        yield (
            f"{number:05}",
            segment,
            int(questions),
            int(complaints),
            round(float(margin), 2),
            today,
            consent,
            likes,
        )


def campaign() -> Iterator[Row]:
    """The 2,756 customers of the bank, in no order: what each is predicted to buy."""
    predicted = [name for name, count in PREDICTED.items() for _ in range(count)]
    draw = np.random.default_rng(SEED)
    for number, place in enumerate(draw.permutation(len(predicted)), start=1):
        yield (f"c{number:04}", predicted[place])


def write(path: Path, header: Row, rows: Iterator[Row]) -> None:
    """Write a file of customers."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_all(folder: Path) -> None:
    """Write all of them into the scenarios of a folder."""
    write(folder / "quickstart" / "customers.csv", QUICKSTART_COLUMNS, quickstart())
    write(folder / "campaign" / "customers.csv", ("customer_id", "segment"), campaign())


if __name__ == "__main__":
    write_all(SCENARIOS)
