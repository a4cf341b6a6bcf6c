"""Every fault gives its message: place, what was found, what was expected, the nearest name."""

from __future__ import annotations

from typing import Any

import pytest

from channelopt.instance.load import from_data
from tests.instance.small import DELETE, Append, problems, scenario

POLICY = "policies"
ROWS = "tables/contacts_per_customer"


def share(**fields: Any) -> Append:
    return Append({"name": "p", "type": "share", "channels": ["web"], "at_most": 0.5, **fields})


def policy(kind: str, **fields: Any) -> Append:
    return Append({"name": "p", "type": kind, **fields})


FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    # schema: id, changes, code, words of the message
    ("unknown key", {"volme": 1}, "E201", "unknown key 'volme'"),
    ("near key", {"channels/web/unit_cst": 1}, "E201", "did you mean 'unit_cost'?"),
    ("near key of a policy", {POLICY: share(at_mots=1)}, "E201", "did you mean 'at_most'?"),
    (
        "near key of an effect",
        {"upgrades": {"u": {"channel": "web", "effects": {"resolutoin": {}}}}},
        "E201",
        "did you mean 'resolution'?",
    ),
    ("missing", {"segments/mass/customers": DELETE}, "E202", "segments.mass.customers is missing"),
    ("missing section", {"channels": DELETE}, "E202", "channels is missing"),
    ("text for number", {"channels/web/unit_cost": "12,5"}, "E203", "write 12.5, without quotes"),
    ("percent text", {"channels/web/resolution": "12 %"}, "E203", "write 0.12, without quotes"),
    ("bool for number", {"channels/web/capacity": True}, "E203", "expected a number, found true"),
    ("number for text", {"channels/web/title": 7}, "E203", 'put it in quotes: "7"'),
    ("list for mapping", {"segments": ["a"]}, "E203", "expected a mapping of ids"),
    ("blank entry", {"interactions/simple": None}, "E203", "write simple: {} if all"),
    ("blank and required", {"segments/mass/customers": None}, "E202", "customers is missing"),
    ("blank section", {"channels": None}, "E202", "channels is missing"),
    ("negative", {"segments/mass/customers": -5}, "E204", "must be more than 0, found -5"),
    (
        "negative in list",
        {"channels/web/unit_cost": [1, -3]},
        "E204",
        "unit_cost[2028]: must be at least 0",
    ),
    ("percent", {"channels/web/satisfaction": 85}, "E204", "85 looks like percent, write 0.85"),
    ("discount", {"objective/discount_rate": -1}, "E204", "must be more than -1"),
    ("currency", {"currency": "eur"}, "E204", "write EUR"),
    ("choice", {"interactions/simple/direction": "inbund"}, "E205", "did you mean 'inbound'?"),
    ("format", {"format": 2}, "E205", "reads format 1"),
    ("policy type", {POLICY: policy("budgt")}, "E205", "did you mean 'budget'?"),
    ("no policy type", {POLICY: Append({"name": "x"})}, "E202", "policies.x.type is missing"),
    ("capital id", {"segments/Big": {"customers": 1}}, "E206", "write 'big' and put the name"),
    ("cyrillic id", {"channels/t\u0435lefon": {}}, "E206", "U+0435"),
    ("reserved id", {"segments/value": {"customers": 1}}, "E206", "reserved word"),
    ("empty", {"interactions": {}}, "E207", "interactions is empty"),
    ("one point", {"segments/mass/retention": {0.5: 1}}, "E207", "at least 2 entries"),
    (
        "two operations",
        {"upgrades": {"u": {"channel": "web", "effects": {"resolution": {"add": 1, "set": 1}}}}},
        "E207",
        "found set and add",
    ),
    # references
    (
        "passed on to",
        {"channels/phone/unresolved": {"brnch": 0.5}},
        "E214",
        "did you mean 'branch'?",
    ),
    ("serves", {"staff/agents/serves": ["phne"]}, "E214", "channel 'phne' does not exist"),
    ("window", {"channels/web/available_until": 2031}, "E214", "period '2031' does not exist"),
    ("filter", {POLICY: share(segments=["privat"])}, "E214", "did you mean 'private'?"),
    ("filter period", {POLICY: share(periods=[2030])}, "E214", "period '2030' does not exist"),
    (
        "needs",
        {POLICY: policy("requires", channel="web", needs="fone")},
        "E214",
        "did you mean 'phone'?",
    ),
    (
        "metric of policy",
        {POLICY: policy("metric", metric="co2", scope="mean", at_most=1)},
        "E214",
        "there is no metric",
    ),
    ("upgrade of", {"upgrades": {"u": {"channel": "fone"}}}, "E214", "did you mean 'phone'?"),
    (
        "upgrade requires",
        {"upgrades": {"u": {"channel": "web", "requires": ["v"]}}},
        "E214",
        "upgrade 'v' does not exist",
    ),
    ("bundle uses", {"bundles": {"b": {"uses": {"wep": 1}}}}, "E214", "did you mean 'web'?"),
    ("metric values", {"metrics": {"m": {"values": {"wep": 1}}}}, "E214", "did you mean 'web'?"),
    ("twice the period", {"periods": [2027, "2027"]}, "E215", "named twice"),
    (
        "bundle like channel",
        {"bundles": {"web": {"uses": {"phone": 1}}}},
        "E215",
        "there is a channel 'web' already",
    ),
    ("list length", {"channels/web/unit_cost": [1, 2, 3]}, "E216", "each of 2 periods, found 3"),
    ("list of a policy", {POLICY: share(at_most=[0.5])}, "E216", "each of 2 periods, found 1"),
    ("no customers", {"segments/mass/customers": [1, None]}, "E216", "required in period 2028"),
    ("listed twice", {"staff/agents/serves": ["phone", "phone"]}, "E217", "listed twice"),
    # tables
    ("table", {"tables/satisfation": [{"value": 1}]}, "E220", "did you mean 'satisfaction'?"),
    ("metric table", {"tables/metric.x": [{"value": 1}]}, "E220", "metric 'x' does not exist"),
    (
        "key of table",
        {"tables/preference": [{"period": "2027", "value": 0.1}]},
        "E221",
        "has no key 'period'",
    ),
    ("column", {"tables/preference": [{"wep": 0.1}]}, "E221", "did you mean 'web'?"),
    (
        "value and more",
        {"tables/preference": [{"web": 0.1, "value": 0.1}]},
        "E222",
        "a column 'web'",
    ),
    (
        "mixed",
        {"tables/unit_cost": [{"web": 1, "advice": 1}]},
        "E222",
        "'web' is a channel, 'advice' is an interaction",
    ),
    ("no value column", {"tables/unit_cost": [{"channel": "web"}]}, "E222", "no column of values"),
    (
        "id in a row",
        {"tables/satisfaction": [{"segment": "privat", "value": 0.5}]},
        "E214",
        "did you mean 'private'?",
    ),
    (
        "tie",
        {"tables/unit_cost": [{"segment": "mass", "value": 1}, {"channel": "web", "value": 1}]},
        "E224",
        "{segment: mass, value: 1} and {channel: web, value: 1}",
    ),
    ("equal rows", {"tables/unit_cost": [{"value": 1}, {"value": 1}]}, "E224", "two rows"),
    ("range", {"tables/satisfaction": [{"value": 85}]}, "E225", "85 looks like percent"),
    ("negative cost", {"tables/unit_cost": [{"value": -1}]}, "E225", "must be from 0"),
    # policies
    ("name twice", {POLICY: share(name="Cap ")}, "E230", "is taken by the policy 'cap'"),
    ("no bound", {POLICY: policy("volume")}, "E231", "one of at_least and at_most is required"),
    ("channels and touch", {POLICY: share(touch="low")}, "E232", "cannot be used together"),
    ("share of what", {POLICY: policy("share", at_most=0.1)}, "E232", "needs channels or touch"),
    (
        "touch of none",
        {POLICY: policy("volume", touch="medium", at_most=1)},
        "E233",
        "no channel has touch medium",
    ),
    (
        "outbound floor",
        {POLICY: policy("satisfaction", at_least=0.5, interactions=["renewal"])},
        "E233",
        "speaks of inbound contacts",
    ),
    (
        "inbound limit",
        {POLICY: policy("contact_limit", at_most=1, interactions=["advice"])},
        "E233",
        "speaks of outbound contacts",
    ),
    (
        "budget of segments",
        {POLICY: policy("budget", at_most=1, segments=["mass"])},
        "E234",
        "write counts: [contact]",
    ),
    (
        "budget of nothing",
        {POLICY: policy("budget", at_most=1, touch="low", counts=["staff"])},
        "E234",
        "nothing is left",
    ),
    (
        "total list",
        {POLICY: policy("budget", at_most=[1, 2], scope="total")},
        "E235",
        "found a list",
    ),
    ("needs itself", {POLICY: policy("requires", channel="web", needs=["web"])}, "E236", "itself"),
    ("empty filter", {POLICY: share(segments=[])}, "E207", "segments is empty"),
    (
        "bundle cannot open",
        {
            "bundles": {"b": {"uses": {"web": 1}}},
            POLICY: policy("open_channels", at_most=1, channels=["b"]),
        },
        "E214",
        "channel 'b' does not exist",
    ),
    # structure
    (
        "passed on twice",
        {"channels/phone/unresolved": {"branch": 0.7, "web": 0.6}},
        "E240",
        "sum to 1.3",
    ),
    ("empty window", {"channels/web/available_until": 2027}, "E241", "is before"),
    ("open too early", {"channels/web/initially_open": True}, "E242", "available from 2028"),
    (
        "cycle",
        {
            "upgrades": {
                "a": {"channel": "web", "requires": ["b"]},
                "b": {"channel": "web", "requires": ["a"]},
            }
        },
        "E243",
        "require each other",
    ),
    (
        "shared value",
        {
            "upgrades": {
                "u": {
                    "channel": "web",
                    "interactions": ["simple"],
                    "effects": {"capacity": {"add": 1}},
                }
            }
        },
        "E244",
        "capacity",
    ),
    (
        "rival sets",
        {
            "upgrades": {
                u: {"channel": "web", "effects": {"unit_cost": {"set": v}}}
                for u, v in (("a", 1), ("b", 2))
            }
        },
        "E245",
        "owned together",
    ),
    (
        "no concurrency",
        {"upgrades": {"u": {"channel": "web", "effects": {"concurrency": {"add": -1}}}}},
        "E246",
        "can fall to 0",
    ),
    (
        "many upgrades",
        {
            "upgrades": {
                f"u{k}": {"channel": "web", "effects": {"unit_cost": {"add": 1}}} for k in range(9)
            }
        },
        "E249",
        "9 upgrades",
    ),
    (
        "inbound bundle",
        {"bundles": {"b": {"uses": {"web": 1}, "interactions": ["advice"]}}},
        "E247",
        "is inbound",
    ),
    ("no weight", {"objective": {}}, "E248", "no retention curve: mass, private"),
    # numbers
    (
        "no satisfaction",
        {"channels/web/satisfaction": DELETE},
        "E250",
        "(mass, advice, 2028), (private, advice, 2028), (private, simple, 2028)",
    ),
    (
        "no minutes",
        {"channels/phone/handle_minutes": DELETE},
        "E251",
        "(mass, advice), (mass, renewal), (private, advice), (private, renewal) and 1 more",
    ),
    (
        "minutes for passed on",
        {
            "staff/agents/serves": ["branch"],
            "tables/eligible": [
                {"channel": "branch", "value": False},
                {"interaction": "renewal", "value": True},
            ],
        },
        "E251",
        "branch",
    ),
    (
        "no way in",
        {"tables/eligible": [{"interaction": "advice", "phone": False, "branch": False}]},
        "E252",
        "branch is not eligible; phone is not eligible; web is available only from 2028",
    ),
    (
        "preference",
        {"tables/preference": [{"segment": "mass", "phone": 0.7, "branch": 0.4}]},
        "E253",
        "(mass) sum to 1.1",
    ),
    (
        "baseline",
        {"tables/baseline_share": [{"interaction": "advice", "phone": 0.7}]},
        "E254",
        "(advice) sum to 0.7, expected 1",
    ),
    (
        "outbound baseline",
        {"tables/baseline_share": [{"interaction": "renewal", "phone": 1.2}]},
        "E225",
        "must be from 0 to 1",
    ),
    (
        "fraction",
        {"whole_contacts": True, f"{ROWS}/0/value": 1.00001},
        "E255",
        "not a whole number",
    ),
    (
        "loop",
        {
            "channels/phone/resolution": 0,
            "channels/phone/unresolved": {"branch": 1},
            "channels/branch/resolution": 0,
            "channels/branch/unresolved": {"phone": 1},
        },
        "E260",
        "branch -> phone -> branch",
    ),
    (
        "loop by upgrade",
        {
            "channels/phone/unresolved": {"phone": 1},
            "upgrades": {"u": {"channel": "phone", "effects": {"resolution": {"add": -0.8}}}},
        },
        "E260",
        "phone -> phone",
    ),
]


@pytest.mark.parametrize(
    ("changes", "code", "words"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_fault(changes: dict[str, Any], code: str, words: str) -> None:
    found = problems(changes)
    assert [str(p) for p in found if p.code == code and words in str(p)], "\n".join(map(str, found))
    assert all(p.place is not None for p in found)


@pytest.mark.parametrize("changes", [f[1] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_one_slip_gives_few_messages(changes: dict[str, Any]) -> None:
    assert len(problems(changes)) <= 2


def test_all_faults_in_one_pass() -> None:
    found = problems(
        {
            "channels/web/unit_cost": -1,
            "segments/mass/margn": 3,
            "staff/agents/serves": ["phne"],
            "policies": share(touch="low"),
            "tables/satisfaction": [{"segment": "privat", "value": 0.5}, {"value": 3}],
        }
    )
    assert {p.code for p in found} == {"E204", "E201", "E214", "E232", "E225"}
    assert sum(p.code == "E214" for p in found) == 2


def test_a_faulty_entry_is_known_to_others() -> None:
    """A channel with a fault still exists: what names it is no further error."""
    found = problems({"channels/phone/unit_cost": "x", "channels/phone/nonsense": 1})
    assert [p.code for p in found] == ["E203", "E201"]


def test_faults_of_policies_do_not_hide_faults_of_numbers() -> None:
    found = problems({"policies": share(touch="low"), "channels/web/satisfaction": DELETE})
    assert {p.code for p in found} == {"E232", "E250"}


def test_many_bad_cells_are_counted() -> None:
    rows = [{"segment": "mass", "interaction": "advice", "channel": c, "period": t, "value": 7}
            for c in ("web", "phone", "branch") for t in ("2027", "2028")]  # fmt: skip
    found = problems({"tables/satisfaction": rows})
    assert len(found) == 6
    assert "1 more values" in str(found[-1])


def test_a_blank_value_is_the_default() -> None:
    blanks = {"channels/web/unit_cost": None, "objective/discount_rate": None,
              "steering": None, "bundles": None, "segments/mass/title": None,
              "policies/0/negotiable": None}  # fmt: skip
    assert from_data(scenario(blanks)).resolved == from_data(scenario()).resolved


@pytest.mark.parametrize("periods", ["2027", [], [2027, True], [2027, 2028.0]])
def test_faulty_periods_give_one_message(periods: Any) -> None:
    assert len(problems({"periods": periods})) == 1


def test_base_is_valid_and_without_warnings() -> None:
    assert from_data(scenario()).warnings == ()


def test_places_of_files(tmp_path: Any) -> None:
    from channelopt.errors import InputError
    from channelopt.instance.load import load

    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(
        "format: 1\n"
        "objective: {satisfaction_weight: 0.3}\n"
        "segments: {all: {customers: 10}}\n"
        "interactions: {ask: {}}\n"
        "channels:\n"
        "  web:\n"
        "    satisfaction: 85\n"
        "tables: {contacts_per_customer: volumes.csv}\n"
        "policies:\n"
        "  - {name: cap, type: volume, channels: [wep], at_most: 1}\n"
    )
    (folder / "volumes.csv").write_text("segment,ask\nal,1\n")
    with pytest.raises(InputError) as caught:
        load(folder)
    assert [str(p).split("  ")[0] for p in caught.value.problems] == [
        "scenario.yaml:7:19",
        "scenario.yaml:10:42",
        "volumes.csv:2:segment",
    ]
