"""A small list made by hand: slow, in plain Python, by nobody's code but this file's.

Twelve customers, an inbound and an outbound interaction, three channels with passing on, a staff
group, a budget, a satisfaction floor and the plan's quotas. Choices and prices are made up: the
list is right, but not good.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from channelopt.instance.load import from_data

SCENARIO: dict[str, Any] = {
    "format": 1,
    "periods": ["2027"],
    "objective": {
        "satisfaction_weight": 0.5,
        "satisfaction_price": 0.5,
        "transfer_penalty": 0.1,
        "give_up_penalty": 0.5,
    },
    "segments": {
        "old": {"customers": 60, "margin": 10, "retention": {0: 0.5, 0.5: 0.9, 1: 1}},
        "young": {"customers": 40, "margin": 4},
    },
    "interactions": {"help": {"importance": 2}, "renew": {"direction": "outbound"}},
    "channels": {
        "branch": {"satisfaction": 0.9, "unit_cost": 20, "fixed_cost": 7},
        "phone": {
            "satisfaction": 0.8,
            "unit_cost": 5,
            "resolution": 0.6,
            "unresolved": {"branch": 0.5},
            "handle_minutes": 6,
            "capacity": 400,
        },
        "web": {
            "satisfaction": 0.6,
            "unit_cost": 0.1,
            "resolution": 0.5,
            "unresolved": {"web": 0.4, "phone": 0.4},
        },
    },
    "staff": {"agents": {"serves": ["phone"], "hours_per_fte": 40, "fte_cost": 100}},
    "policies": [
        {"name": "service", "type": "budget", "at_most": 900, "counts": ["contact", "staff"]},
        {"name": "floor", "type": "satisfaction", "at_least": 0.3},
    ],
    "tables": {
        "contacts_per_customer": [
            {"interaction": "help", "value": 2},
            {"interaction": "renew", "value": 1},
        ],
        "contact_value": [
            {"interaction": "renew", "channel": "phone", "value": 9},
            {"interaction": "renew", "channel": "web", "value": 3},
        ],
    },
}

PLAN = {
    ("old", "help"): {"branch": 30.0, "phone": 30.0, "web": 60.0},
    ("young", "help"): {"phone": 20.0, "web": 60.0},
    ("old", "renew"): {"phone": 20.0, "web": 10.0},
    ("young", "renew"): {"web": 20.0},
}
FTE = 1.0

WAYS = ("branch", "phone", "web")
SEGMENTS = ("old", "young")
DECISIONS = ("help", "renew")
CURVES = {"old": ((0.0, 0.5), (0.5, 0.9), (1.0, 1.0))}
MARGIN = {"old": 10.0, "young": 4.0}
SATISFACTION = {"branch": 0.9, "phone": 0.8, "web": 0.6}
COST = {"branch": 20.0, "phone": 5.0, "web": 0.1}
ENDS = {"branch": 1.0, "phone": 0.6, "web": 0.5}
PASSES = {"branch": {}, "phone": {"branch": 0.5}, "web": {"web": 0.4, "phone": 0.4}}
VALUE = {"phone": 9.0, "web": 3.0}
USUAL = {"help": 2.0, "renew": 1.0}

# id, segment, help contacts, margin, satisfaction of help in web, may be called, help, renew
PEOPLE: tuple[tuple[Any, ...], ...] = (
    ("=1+1", "old", 2, 12.5, None, True, "phone", "web"),
    ("0007", "old", 3, None, 0.25, True, "branch", "none"),
    ("ü😀", "old", None, 30.0, 0.9, False, "web", "none"),
    ("9223372036854775807", "old", 0, 8.0, None, True, "none", "phone"),
    ("a,b", "young", 2, -5.0, None, True, "web", "none"),
    ('say "no"', "young", 1, 6.0, 0.5, False, "web", "web"),
    ("x" * 300, "young", None, None, None, True, "phone", "none"),
    ("-7", "young", 4, 2.0, 0.7, True, "web", "web"),
    ("nobody", "nowhere", 1, 1.0, None, True, "", ""),  # a bad row
    ("i", "old", 2, 0.0, None, True, "web", "phone"),
    ("j", "old", 1, 7.0, 0.1, True, "web", "none"),
    ("k", "young", 2, 3.0, None, True, "web", "web"),
    ("l", "young", 5, 9.0, 0.8, True, "web", "none"),
)

PRICES = {
    "capacity:phone": 0.25,
    "hours:agents": 1.5,
    "budget:service": 0.1,
    "satisfaction:floor:old": -0.2,
    "plan:old:help:web": 0.3,
    "plan:young:help:phone": -0.4,
    "plan:old:renew:phone": 0.6,
}
"""Made up; any prices of the right sign prove a bound."""


@dataclass
class Handled:
    """What one first contact causes, followed step by step until next to nothing is left."""

    by: dict[str, float] = field(default_factory=lambda: dict.fromkeys(WAYS, 0.0))
    passed: float = 0.0
    given_up: float = 0.0


def handled(interaction: str, way: str) -> Handled:
    found = Handled()
    if interaction == "renew":
        found.by[way] = 1.0
        return found
    waiting = {way: 1.0}
    for _ in range(400):
        onward: dict[str, float] = {}
        for channel, amount in waiting.items():
            found.by[channel] += amount
            open_ends = amount * (1 - ENDS[channel])
            for target, share in PASSES[channel].items():
                onward[target] = onward.get(target, 0.0) + open_ends * share
            found.given_up += open_ends * (1 - sum(PASSES[channel].values()))
        found.passed += sum(onward.values())
        waiting = onward
    return found


CAUSED = {(i, w): handled(i, w) for i in DECISIONS for w in WAYS}


def keeps(segment: str, mean: float) -> float:
    points = CURVES.get(segment)
    if points is None:
        return 1 - 0.5 * (1 - mean)
    for (left, low), (right, high) in itertools.pairwise(points):
        if mean <= right:
            return low + (high - low) * max(mean - left, 0.0) / (right - left)
    return points[-1][1]


@dataclass
class Person:
    id: str
    segment: str
    help: float
    margin: float
    likes_web: float | None
    called: bool
    takes: dict[str, str]

    def contacts(self, decision: str) -> float:
        return self.help if decision == "help" else 1.0

    def felt(self, way: str) -> float:
        own = self.likes_web if way == "web" and self.likes_web is not None else None
        return SATISFACTION[way] if own is None else own

    def mean(self, decision: str, way: str) -> float | None:
        if decision == "renew" or way == "none" or not self.help:
            return None
        caused = CAUSED[decision, way]
        return self.felt(way) - 0.1 * caused.passed - 0.5 * caused.given_up

    def cost(self, decision: str, way: str) -> float:
        if way == "none":
            return 0.0
        by = CAUSED[decision, way].by
        return self.contacts(decision) * sum(COST[c] * by[c] for c in WAYS)

    def value(self, decision: str, way: str) -> float:
        if way == "none" or not self.contacts(decision):
            return 0.0
        if decision == "renew":
            return VALUE.get(way, 0.0) - self.cost(decision, way)
        mean = self.mean(decision, way)
        assert mean is not None
        kept = max(self.margin, 0.0) * keeps(self.segment, mean)
        return kept + 0.5 * 2 * self.help * mean - self.cost(decision, way)

    def may(self, decision: str, way: str) -> bool:
        if way == "none":
            return decision == "renew" or not self.help
        if decision == "help" and not self.help:
            return False
        share = PLAN[self.segment, decision].get(way, 0.0)
        del share  # the file has consents: then quotas alone keep options of the plan
        return self.called or way != "phone"

    def anyway(self) -> float:
        return min(self.margin, 0.0) + (0.0 if self.help else max(self.margin, 0.0))


def people() -> list[Person]:
    return [
        Person(
            label,
            segment,
            2.0 if own is None else float(own),
            MARGIN[segment] if margin is None else float(margin),
            likes,
            called,
            {"help": helped, "renew": renewed},
        )
        for label, segment, own, margin, likes, called, helped, renewed in PEOPLE
        if segment in SEGMENTS
    ]


@dataclass
class Limit:
    name: str
    kind: str
    owner: str
    unit: str
    low: float
    high: float
    used: float
    channel: str = ""
    group: str = ""
    segment: str = ""
    interaction: str = ""

    @property
    def price(self) -> float:
        return PRICES.get(self.name, 0.0)

    def uses(self, person: Person, decision: str, way: str) -> float:
        """What an option uses of this limit."""
        if way == "none" or not person.contacts(decision):
            return 0.0
        made, by = person.contacts(decision), CAUSED[decision, way].by
        if self.kind == "capacity":
            return made * by["phone"]
        if self.kind == "hours":
            return made * by["phone"] / 10
        if self.kind == "quota":
            same = (person.segment, decision, way) == (
                self.segment,
                self.interaction,
                self.channel,
            )
            return made if same else 0.0
        if self.unit == "currency":
            return person.cost(decision, way)
        mean = person.mean(decision, way)
        return 2 * made * mean if mean is not None and person.segment == self.segment else 0.0


def quota(segment: str, decision: str, way: str, everybody: list[Person]) -> Limit:
    made = [p.contacts(decision) for p in everybody if p.segment == segment]
    whole = {("old", "help"): 120.0, ("young", "help"): 80.0, ("old", "renew"): 60.0}
    share = PLAN[segment, decision].get(way, 0.0) / whole.get((segment, decision), 40.0)
    amount, largest = share * sum(made), max(made)
    equal = min(x for x in made if x > 0) == largest
    low, high = max(amount - largest, 0.0), amount + largest
    if equal:
        low, high = math.floor(amount + 1e-9) * largest, math.ceil(amount - 1e-9) * largest
    if not amount:
        low = high = 0.0
    return Limit(
        f"plan:{segment}:{decision}:{way}",
        "quota",
        "plan",
        "contacts",
        low,
        high,
        0.0,
        channel=way,
        segment=segment,
        interaction=decision,
    )


def limits(everybody: list[Person]) -> list[Limit]:
    infinite = math.inf
    weight = {s: sum(2 * p.help for p in everybody if p.segment == s) for s in SEGMENTS}
    found = [
        Limit("capacity:phone", "capacity", "capacity", "contacts", -infinite, 400.0, 0.0, "phone"),
        Limit("hours:agents", "hours", "staff", "hours", -infinite, 40.0, 0.0, group="agents"),
        Limit("budget:service", "policy", "service", "currency", -infinite, 900.0, 100.0 * FTE),
        *(
            Limit(
                f"satisfaction:floor:{s}",
                "policy",
                "floor",
                "points",
                0.3 * weight[s],
                infinite,
                0.0,
                segment=s,
            )
            for s in SEGMENTS
        ),
        *(quota(s, d, w, everybody) for s in SEGMENTS for d in DECISIONS for w in WAYS),
    ]
    for limit in found:
        for person in everybody:
            for decision, way in person.takes.items():
                limit.used += limit.uses(person, decision, way)
    return found


SCARCE = ("capacity:phone", "hours:agents", "budget:service")


def paid(found: list[Limit], person: Person, decision: str, way: str) -> float:
    return sum(limit.price * limit.uses(person, decision, way) for limit in found)


def bound(found: list[Limit], everybody: list[Person]) -> float:
    kept = sum(
        max(
            person.value(decision, way) - paid(found, person, decision, way)
            for way in (*WAYS, "none")
            if person.may(decision, way)
        )
        for person in everybody
        for decision in DECISIONS
    )
    sides = sum(x.price * (x.high if x.price > 0 else x.low) for x in found if x.price)
    return kept + sides - PRICES["budget:service"] * 100.0 * FTE


def rows(found: list[Limit], everybody: list[Person]) -> list[dict[str, Any]]:
    made = []
    for person in everybody:
        for decision, way in person.takes.items():
            worth = {
                w: person.value(decision, w) - paid(found, person, decision, w)
                for w in (*WAYS, "none")
                if person.may(decision, w)
            }
            own = worth.pop(way)
            second = max(worth, key=worth.__getitem__) if worth else None
            row = {
                "customer_id": person.id,
                "segment": person.segment,
                "decision": decision,
                "option": way,
                "contacts": person.contacts(decision) if way != "none" else 0.0,
                "value": person.value(decision, way),
                "cost": person.cost(decision, way),
                "satisfaction": person.mean(decision, way),
                "runner_up": second,
                "worse_by": None if second is None else own - worth[second],
            }
            by_name = {limit.name: limit for limit in found}
            for name in SCARCE:
                limit = by_name[name]
                uses = limit.uses(person, decision, way)
                row[f"paid_{name.replace(':', '_')}"] = limit.price * uses
            others = [limit for limit in found if limit.name not in SCARCE]
            row["paid_other"] = paid(others, person, decision, way)
            made.append(row)
    return made


def totals(everybody: list[Person]) -> list[list[Any]]:
    lines = []
    for decision in DECISIONS:
        for segment in SEGMENTS:
            inside = [p for p in everybody if p.segment == segment]
            whole = sum(p.contacts(decision) for p in inside if p.takes[decision] != "none")
            planned = PLAN[segment, decision]
            n = (60 if segment == "old" else 40) * USUAL[decision]
            for way in (*WAYS, "none"):
                takers = [p for p in inside if p.takes[decision] == way]
                made = sum(p.contacts(decision) for p in takers) if way != "none" else 0.0
                rated = [(p.contacts(decision), p.mean(decision, way)) for p in takers]
                points = [(x, y) for x, y in rated if y is not None]
                share = planned.get(way, 0.0) / n
                if way == "none" and decision == "renew":
                    share = 1 - sum(planned.values()) / n
                if not takers and not share:
                    continue
                mean = sum(x * y for x, y in points) / sum(x for x, _ in points) if points else ""
                part = made / whole if decision == "help" else len(takers) / len(inside)
                lines.append(
                    [
                        *(segment, decision, way, len(takers), made, part, share),
                        sum(p.value(decision, way) for p in takers),
                        sum(p.cost(decision, way) for p in takers),
                        mean,
                    ]
                )
    return lines


def plan_profit() -> float:
    """Profit of the plan in its own numbers."""
    profit = -7.0 - 100.0 * FTE
    for segment, customers in (("old", 60), ("young", 40)):
        points = 0.0
        for way, made in PLAN[segment, "help"].items():
            caused = CAUSED["help", way]
            felt = SATISFACTION[way] - 0.1 * caused.passed - 0.5 * caused.given_up
            points += 2 * made * felt
        mean = points / (2 * 2 * customers)
        profit += customers * MARGIN[segment] * keeps(segment, mean) + 0.5 * points
        for decision in DECISIONS:
            for way, made in PLAN[segment, decision].items():
                by = CAUSED[decision, way].by
                profit -= made * sum(COST[c] * by[c] for c in WAYS)
                profit += made * VALUE.get(way, 0.0) if decision == "renew" else 0.0
    return profit


def spread(everybody: list[Person]) -> float:
    """The plan's shares, spread evenly over the customers of the file."""
    total = 0.0
    for person in everybody:
        for decision in DECISIONS:
            planned = PLAN[person.segment, decision]
            n = (60 if person.segment == "old" else 40) * USUAL[decision]
            shares = {way: planned.get(way, 0.0) / n for way in WAYS}
            shares["none"] = 1 - sum(shares.values()) if decision == "renew" else 0.0
            free = [way for way in shares if person.may(decision, way)]
            whole = sum(shares[way] for way in free)
            for way in free:
                part = shares[way] / whole if whole else 1 / len(free)
                total += part * person.value(decision, way)
    return total


def plan_tables() -> dict[str, list[dict[str, Any]]]:
    """What the plan decides, as the manifest holds it."""
    base = {"period": "2027"}
    hours = sum(
        made * CAUSED[key[1], way].by["phone"] / 10
        for key, ways in PLAN.items()
        for way, made in ways.items()
    )
    return {
        "allocation": [
            base | {"segment": s, "interaction": i, "channel": w, "first_contacts": x}
            for (s, i), ways in PLAN.items()
            for w, x in ways.items()
        ],
        "offers": [base | {"segment": s, "channel": c} for s in SEGMENTS for c in WAYS],
        "channels": [
            base | {"channel": c, "open": True, "upgrades": "", "first_contacts": 0} for c in WAYS
        ],
        "staff": [base | {"group": "agents", "fte": FTE}],
        "hours": [base | {"group": "agents", "channel": "phone", "hours": hours}],
    }


COLUMNS = {
    "totals": "segment interaction channel customers contacts share plan_share value cost "
    "satisfaction",
    "limits": "limit kind owner unit channel group segment interaction at_least at_most used room "
    "price binding",
    "hours": "group channel hours",
}


def write_csv(path: Path, columns: list[str], lines: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(lines)


def limit_lines(found: list[Limit]) -> list[list[Any]]:
    lines = []
    for x in found:
        room = min(x.high - x.used, x.used - x.low)
        side = x.high if x.high - x.used <= x.used - x.low else x.low
        tight = room <= 1e-6 * max(1.0, abs(side))
        low, high = ("" if math.isinf(y) else y for y in (x.low, x.high))
        places = (x.channel, x.group, x.segment, x.interaction)
        binding = "true" if x.price or tight else "false"
        lines.append(
            [x.name, x.kind, x.owner, x.unit, *places, low, high, x.used, room, x.price, binding]
        )
    return lines


def customers_file(path: Path) -> Path:
    """The customers' file."""
    header = ["customer_id", "segment", "contacts.help", "margin"]
    header += ["satisfaction.help.web", "eligible.phone"]
    lines = [
        [
            "" if cell is None else str(cell).lower() if cell in (True, False) and k == 5 else cell
            for k, cell in enumerate(person[:6])
        ]
        for person in PEOPLE
    ]
    write_csv(path, header, lines)
    return path


def make(folder: Path) -> tuple[Path, Path]:
    """Write customers and list; return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    source = customers_file(folder / "customers.csv")
    out = folder / "list"
    out.mkdir()
    everybody = people()
    found = limits(everybody)
    table = rows(found, everybody)
    schema = pa.schema(
        [
            (name, pa.string() if isinstance(table[0][name], str) else pa.float64())
            for name in table[0]
        ]
    )
    pq.write_table(pa.Table.from_pylist(table, schema=schema), out / "assignment.parquet")
    write_csv(out / "totals.csv", COLUMNS["totals"].split(), totals(everybody))
    write_csv(out / "limits.csv", COLUMNS["limits"].split(), limit_lines(found))
    hours = next(x.used for x in found if x.kind == "hours")
    write_csv(out / "hours.csv", COLUMNS["hours"].split(), [["agents", "phone", hours]])
    write_csv(
        out / "rejected.csv",
        ["row", "customer_id", "what is wrong"],
        [[9, "nobody", "segment: unknown"]],
    )
    pq.write_table(coefficients(found), out / "coefficients.parquet")
    (out / "summary.md").write_text("# A list\n", encoding="utf-8")
    put_json(out / "list.json", claims(found, everybody))
    scenario = dict(from_data(SCENARIO).resolved)
    text = json.dumps(scenario, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    manifest = {
        "format": 1,
        "kind": "list",
        "scenario": scenario,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "run": "by hand",
        "period": "2027",
        "plan": plan_tables(),
        "mapping": {"inbound": "per_interaction", "quota_tolerance": 0.0, "columns": {}},
        "options": {"limits": {}},
        "joint": False,
        "seed": 0,
        "files": {"customers.csv": hashlib.sha256(source.read_bytes()).hexdigest()},
        "outputs": {},
    }
    put_json(out / "manifest.json", manifest)
    seal(out)
    return out, source


def coefficients(found: list[Limit]) -> pa.Table:
    """Of customers as they are on average; the check needs none of them."""
    made = []
    for limit in found:
        average = Person("", limit.segment or "old", 2.0, 1.0, None, True, {})
        for option, way in enumerate(WAYS):
            uses = sum(limit.uses(average, decision, way) for decision in DECISIONS)
            made.append((limit.name, 0, 0, option, uses))
    names = ("row", "measure", "class", "option", "value")
    kinds = (pa.string(), pa.int32(), pa.int32(), pa.int32(), pa.float64())
    columns = [pa.array(list(x), k) for x, k in zip(zip(*made, strict=True), kinds, strict=True)]
    return pa.Table.from_arrays(columns, names=list(names))


def claims(found: list[Limit], everybody: list[Person]) -> dict[str, Any]:
    """list.json."""
    own = sum(p.value(d, w) for p in everybody for d, w in p.takes.items())
    constant = sum(p.anyway() for p in everybody) - 7.0 - 100.0 * FTE
    value, top = own + constant, bound(found, everybody) + constant
    even = spread(everybody) + constant
    return {
        "format": 1,
        "status": "feasible",
        "period": "2027",
        "joint": False,
        "customers": len(everybody),
        "rejected": 1,
        "value": value,
        "bound": top,
        "gap": (top - value) / max(1.0, abs(value)),
        "price_bound": top,
        "constant": constant,
        "ladder": {
            "plan": plan_profit(),
            "spread": even,
            "within": None,
            "split": top,
            "list": value,
            "disaggregation_loss": even - value,
            "rounding": top - value,
            "gained_by_joint": None,
        },
        "decisions": [{"name": d, "options": [*WAYS, "none"]} for d in DECISIONS],
        "moves": {"earlier": None, "today": None, "by_option": []},
        "effort": {},
    }


def put_json(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")


def seal(out: Path) -> None:
    """Write the hashes of all files into the manifest, as if they had been written so."""
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    files = sorted(path for path in out.rglob("*") if path.is_file())
    manifest["outputs"] = {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name != "manifest.json"
    }
    put_json(out / "manifest.json", manifest)
