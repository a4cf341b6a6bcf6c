"""Variations and `--set`: changes of a composed scenario, applied from left to right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from channelopt.errors import Place, Problems, UsageError, nearest
from channelopt.scenario.changes import Change, Kind, assignment, variation_changes
from channelopt.scenario.columns import TRUTH
from channelopt.scenario.known import periods
from channelopt.scenario.places import LARGEST, Node, copy
from channelopt.scenario.source import TableOperation
from channelopt.scenario.targets import Cells, Finder, Target
from channelopt.scenario.text import number_hint


@dataclass
class Overrides:
    """Applies changes to a scenario in place.

    Attributes:
        root: the scenario.
        problems: receives what is wrong.
        operations: the changes of table cells so far, in order.
        applied: the steps so far, as text.
    """

    root: Node
    problems: Problems
    operations: list[TableOperation] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)

    def vary(self, name: str) -> None:
        """Apply a variation of the scenario."""
        place = Place(f"--vary {name}")
        variations = self.root.get("variations")
        known = variations.value if variations is not None and variations.is_mapping else {}
        if name not in known:
            hint = nearest(name, map(str, known)) or _options(known)
            self.problems.add("E154", f"there is no variation '{name}'", place, hint)
            return
        self.apply(variation_changes(name, known[name]))
        self.applied.append(f"--vary {name}")

    def set(self, text: str) -> None:
        """Apply an assignment such as `channels.phone.unit_cost=6.2`, `*=1.1` or `+=5`."""
        change = assignment(text, self.problems)
        if change is not None:
            self.apply([change])
        self.applied.append(f"--set {text}")

    def apply(self, changes: list[Change]) -> None:
        """Find everything first, then change it, so that the order of paths does not matter."""
        found: list[tuple[Change, list[Target] | Cells]] = []
        for change in changes:
            finder = Finder(self.root, change.path, change.place, self.problems)
            reached = finder.find()
            if reached is None:
                continue
            found.append((change, reached))
            if finder.missed and change.kind == "set":
                attribute = change.path.rpartition(".")[2]
                message = f"'{change.path}' passes over {finder.missed} without '{attribute}'"
                self.problems.add("W150", message, change.place, "name them exactly to set it")
        _refuse_overlaps(found, self.problems)
        for change, reached in found:
            if isinstance(reached, Cells):
                self._change_cells(change, reached)
            else:
                for target in reached:
                    _change(change, target, self.root, self.problems)
        _drop_deleted_policies(self.root)

    def _change_cells(self, change: Change, cells: Cells) -> None:
        value = change.value.value
        is_whole = change.kind == "set" and cells.whole
        if is_whole and (value is None or isinstance(value, str | list)):
            tables = self.root.value.setdefault("tables", Node({}, change.place))
            self.operations[:] = [o for o in self.operations if o.table != cells.table]
            if value is None:
                tables.value.pop(cells.table, None)
            else:
                tables.value[cells.table] = copy(change.value)
            return
        if cells.table == "eligible":
            value = _truth(change, self.problems)
        elif _expect_number(change, self.problems) is None:
            value = None
        if value is None:
            return
        self.operations.append(
            TableOperation(cells.table, cells.keys, change.kind, value, change.place)
        )


def _options(known: Mapping[Any, Any]) -> str:
    names = ", ".join(sorted(map(str, known)))
    return f"there are: {names}" if names else "the scenario has no variations"


def _refuse_overlaps(found: list[tuple[Change, list[Target] | Cells]], problems: Problems) -> None:
    """Record every two paths that touch the same value."""
    seen: dict[tuple[str | int, ...], Change] = {}
    touched = [
        (target.touched, change)
        for change, reached in found
        if isinstance(reached, list)
        for target in reached
    ]
    for path, change in sorted(touched, key=lambda pair: len(pair[0])):
        for length in range(1, len(path) + 1):
            other = seen.get(path[:length])
            if other is not None:
                _overlap(other, change, problems)
                break
        seen.setdefault(path, change)
    cells = [(change, reached) for change, reached in found if isinstance(reached, Cells)]
    for position, (change, one) in enumerate(cells):
        for other, two in cells[:position]:
            if one.table == two.table and all(
                two.keys.get(axis, name) == name for axis, name in one.keys.items()
            ):
                _overlap(other, change, problems)


def _overlap(one: Change, two: Change, problems: Problems) -> None:
    message = f"'{one.path}' and '{two.path}' touch the same value"
    problems.add("E152", message, two.place, f"the other is at {one.place}")


def _change(change: Change, target: Target, root: Node, problems: Problems) -> None:
    old = target.node
    if change.kind != "set" and _expect_number(change, problems) is None:
        return
    if change.kind != "set" and (old is None or old.value is None):
        message = f"'{change.path}' has no value to {_verb(change.kind)}"
        problems.add("E153", message, change.place, "set a value first")
        return
    if target.index is not None:
        _change_period(change, target, root, problems)
        return
    if change.kind == "set":
        _put(target, None if change.value.value is None else copy(change.value))
    elif old is not None:
        new = _calculated(change, old, problems)
        if new is not None:
            _put(target, new)


def _put(target: Target, node: Node | None) -> None:
    """Write a value; nothing deletes."""
    if isinstance(target.parent.value, list):
        target.parent.value[int(target.key)] = node or Node(None, target.parent.place)
    elif node is None:
        target.parent.value.pop(target.key, None)
    else:
        target.parent.value[target.key] = node


def _change_period(change: Change, target: Target, root: Node, problems: Problems) -> None:
    index, labels = target.index or 0, periods(root)
    old = target.node
    if old is None or old.value is None:
        if target.default is ...:
            message = f"'{change.path}' has no value in the other periods"
            problems.add("E153", message, change.place, "set it for all periods first")
            return
        old = Node(target.default, change.place)
    if isinstance(old.value, list):
        items = [copy(item) for item in old.value]
    else:
        items = [Node(old.value, old.place) for _ in labels]
    if len(items) != len(labels):
        message = f"'{change.path}': the list has {len(items)} values for {len(labels)} periods"
        problems.add("E155", message, change.place)
        return
    if change.kind == "set":
        items[index] = copy(change.value)
    elif items[index].value is None:
        message = f"'{change.path}' has no value to {_verb(change.kind)}"
        problems.add("E153", message, change.place, "set a value first")
        return
    else:
        new = _calculated(change, items[index], problems)
        if new is None:
            return
        items[index] = new
    _put(target, Node(items, old.place))


def _verb(kind: Kind) -> str:
    return "multiply" if kind == "times" else "add to"


def _expect_number(change: Change, problems: Problems) -> Decimal | None:
    """Return the factor or amount of a change, None after recording that it is no number."""
    value = change.value.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(repr(value))
    shown = f"'{value}'" if isinstance(value, str) else "no plain number"
    hint = number_hint(value) if isinstance(value, str) else ""
    message = f"'{change.path}': expected a number to {_verb(change.kind)}, found {shown}"
    if change.kind == "set":
        message = f"'{change.path}': expected a number, found {shown}"
    problems.add("E150", message, change.place, hint)
    return None


def _truth(change: Change, problems: Problems) -> bool | None:
    """Return the truth value that a change sets, None after recording that it does not."""
    value = change.value.value
    if change.kind == "set":
        found = TRUTH.get(str(value).strip().casefold()) if value is not None else None
        if found is not None:
            return found
    shown = "null" if value is None else f"'{value}'"
    message = f"'{change.path}': expected true or false, found {shown}"
    if change.kind != "set":
        message = f"'{change.path}': true and false cannot be calculated with"
    problems.add("E150", message, change.place)
    return None


def _calculated(change: Change, old: Node, problems: Problems) -> Node | None:
    """Return a number, or each number of a list, after the change; None after recording."""
    if isinstance(old.value, list):
        items = [
            item if item.value is None else _calculated(change, item, problems)
            for item in old.value
        ]
        if all(item.value is None for item in old.value):
            message = f"'{change.path}' has no value to {_verb(change.kind)}"
            problems.add("E153", message, change.place, "set a value first")
            return None
        return None if None in items else Node(items, change.place)
    if isinstance(old.value, bool) or not isinstance(old.value, int | float):
        what = "a mapping" if old.is_mapping else f"'{old.value}'"
        message = f"'{change.path}' is {what}, which cannot be calculated with"
        problems.add("E155", message, change.place, "replace it as a whole")
        return None
    before, amount = Decimal(repr(old.value)), Decimal(repr(change.value.value))
    after = before * amount if change.kind == "times" else before + amount
    if abs(after) > LARGEST:
        message = f"'{change.path}' becomes {float(after):g}; numbers go up to 1e12"
        problems.add("E109", message, change.place)
        return None
    whole = isinstance(old.value, int) and after == after.to_integral_value()
    return Node(int(after) if whole else float(after), change.place)


def _drop_deleted_policies(root: Node) -> None:
    policies = root.get("policies")
    if policies is not None and isinstance(policies.value, list):
        policies.value[:] = [policy for policy in policies.value if policy.value is not None]


def apply_steps(overrides: Overrides, steps: Iterable[tuple[str, str]]) -> None:
    """Apply steps from left to right; a step that fails ends the work.

    Raises:
        InputError: a step names nothing, or does not fit the values it names.
        UsageError: a step is neither 'vary' nor 'set'.
    """
    for kind, text in steps:
        if kind == "vary":
            overrides.vary(text)
        elif kind == "set":
            overrides.set(text)
        else:
            msg = f"a step is 'vary' or 'set', found {kind!r}"
            raise UsageError(msg)
