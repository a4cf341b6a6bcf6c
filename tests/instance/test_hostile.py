"""Whatever stands in a scenario, there is an instance or an InputError with places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from channelopt.errors import InputError
from channelopt.instance.instance import Instance
from channelopt.instance.load import from_data, resolve
from channelopt.scenario import compose
from channelopt.scenario.source import Path, Source
from tests.instance.small import Append, scenario

FULL = scenario(
    {
        "bundles": {"letter": {"uses": {"web": 1}, "interactions": ["renewal"]}},
        "metrics": {"co2": {"values": {"web": 1}}},
        "upgrades": {"desk": {"channel": "phone", "effects": {"resolution": {"add": 0.05}}}},
        "segments/mass/retention": {"0": 0.5, "1": 0.9},
        "staff/agents/service_level": {
            "share": 0.8,
            "within_seconds": 20,
            "handle_minutes": 7,
            "open_hours": [3000, 3100],
        },
        "policies": Append(
            {"name": "money", "type": "budget", "at_most": [5, None], "counts": ["contact"]},
            {"name": "fails", "type": "outage", "channel": "web", "recover": 0.5},
            {"name": "needs", "type": "requires", "channel": "web", "needs": ["phone"]},
        ),
    }
)


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Yield the path of every value, of tables too."""
    if at:
        yield at
    children: Any = value.items() if isinstance(value, dict) else ()
    for key, child in enumerate(value) if isinstance(value, list) else children:
        yield from paths(child, (*at, key))


junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(allow_nan=False),
    st.sampled_from(["", "web", "phone", "mass", "2027", "value", "x y", "é", "0.5", "12,5 %"]),
    st.sampled_from([[], {}, [None], [1, None], ["web"], {"web": 1}, {"a": {}}, [[1]], [{}]]),
)
places = [path for path in paths(FULL) if path[0] != "tables"]


@settings(max_examples=150, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(places), junk), min_size=1, max_size=3))
def test_any_value_anywhere(changes: list[tuple[Path, Any]]) -> None:
    data = scenario()
    data.update({key: value for key, value in FULL.items() if key != "tables"})
    source = compose.from_data(data)
    tree = dict(source.tree)
    for path, value in changes:
        tree = _put(tree, path, value)
    changed = type(source)(**{**vars(source), "tree": tree})
    found = attempt(changed)
    if isinstance(found, InputError):
        assert found.problems
        assert all(problem.message and problem.place for problem in found.problems)
    else:
        assert from_data(found.resolved).resolved == found.resolved


def attempt(source: Source) -> Instance | InputError:
    try:
        return resolve(source)
    except InputError as error:
        return error


def _put(tree: Any, path: Path, value: Any) -> Any:
    """Return a copy of a tree with one value replaced, where the path still exists."""
    if not path:
        return value
    if isinstance(tree, dict) and path[0] in tree:
        return {**tree, path[0]: _put(tree[path[0]], path[1:], value)}
    if isinstance(tree, list) and isinstance(path[0], int) and path[0] < len(tree):
        return [_put(v, path[1:], value) if i == path[0] else v for i, v in enumerate(tree)]
    return tree
