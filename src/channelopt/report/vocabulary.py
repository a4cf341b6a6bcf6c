"""Words that reports take from lower layers, listed so that they can be translated.

Lower layers speak English and know nothing of languages; a label of theirs is said as
`_(entry.label)`. A test fails when one of their labels is not listed here.
"""

from __future__ import annotations

from channelopt.instance.instance import Names
from channelopt.plan.key_figures import Kpi
from channelopt.report.speech import _, later

FIGURES = (
    later("Satisfaction-weighted profit"),
    later("Cost"),
    later("Mean satisfaction"),
    later("Customers' margin kept"),
    later("First contacts"),
    later("Cost per first contact"),
    later("Contacts per case"),
    later("Customers who give up"),
    later("First contacts with high touch"),
    later("First contacts with medium touch"),
    later("First contacts with low touch"),
    later("FTE"),
    later("Channels open"),
)
MONEY = (
    later("Margin kept"),
    later("Value of contacts"),
    later("Value of satisfaction points"),
    later("Lost by closing channels"),
    later("Contact cost"),
    later("Staff"),
    later("Fixed cost of channels"),
    later("Opening channels"),
    later("Closing channels"),
    later("Investment in upgrades"),
    later("Running upgrades"),
    later("Hiring"),
    later("Releasing staff"),
)
RULES = (
    later("Spending of the chosen kinds stays within a limit"),
    later("A bundle's customers are handled by the channels that it uses, all of them open"),
    later("Handled contacts stay within capacity, and reach the minimum volume of an open channel"),
    later("Every segment is offered at least or at most a number of channels"),
    later("Outbound contacts per customer are limited"),
    later("Every inbound contact enters one channel, outbound contacts have a ceiling"),
    later("Mean satisfaction of any two segments differs by at most a limit"),
    later("A further amount per contact stays within a limit"),
    later("Shares of channels change slowly from one period to the next"),
    later(
        "Contacts enter offered channels; some of those who prefer an offered channel cannot be "
        "led elsewhere"
    ),
    later("At least or at most a number of channels is open"),
    later("Contacts enter open channels only, and never outside a channel's window"),
    later("If a channel fails, a share of its contacts can be placed elsewhere"),
    later("Channels that enough customers prefer are offered"),
    later("A channel is open only where others are open"),
    later("Kept margin and contact value exceed all costs by a factor"),
    later("An open channel takes all contacts passed on to it, a closed one none"),
    later("Mean satisfaction is at least a floor"),
    later("Enough agents in the busy hour that contacts are answered in time"),
    later("First contacts that enter the filtered channels are at least or at most a share"),
    later("The share of contacts that enter a channel stays within its bounds"),
    later("Where the assignment says so, one channel carries all inbound contacts"),
    later("Staff groups work the hours that handled contacts need, within what their FTE can give"),
    later("Channels open and close over time; some are always open in their window"),
    later("A channel runs with exactly the upgrades that are owned"),
    later("Contacts in the filter are at least or at most a number"),
    later("First contacts are whole numbers where the scenario asks for it"),
)
GROUPS = (
    later("Periods"),
    later("Weights, penalties and discount rate"),
    later("How contacts may be split"),
    later("Preferences and steering"),
    later("Segments added or removed"),
    later("Customers and margins"),
    later("Types of contact"),
    later("Channels added or removed"),
    later("Touch levels"),
    later("Unit costs"),
    later("Fixed, opening and closing costs"),
    later("Availability, eligibility and share limits"),
    later("Capacity and least volumes"),
    later("Handle times"),
    later("Resolution and passing on"),
    later("Satisfaction"),
    later("Staff"),
    later("Service levels"),
    later("Upgrades"),
    later("Bundles"),
    later("Metrics"),
    later("Contacts per customer"),
    later("Value of contacts"),
    later("Today's shares"),
    later("Policies"),
)
INPUTS = (
    later("Unit cost"),
    later("Handle time"),
    later("Resolution"),
    later("Satisfaction"),
    later("Volume"),
    later("Customers"),
    later("Margin"),
    later("Contact value"),
    later("Closure loss"),
    later("Fixed cost"),
    later("Opening cost"),
    later("Closing cost"),
    later("Staff cost"),
    later("Hours per FTE"),
    later("Hiring cost"),
    later("Release cost"),
    later("Investment"),
    later("Running cost"),
    later("Concurrency"),
    later("Capacity"),
)
UNITS = (
    later("FTE"),
    later("agents"),
    later("channels"),
    later("contacts"),
    later("currency"),
    later("customers"),
    later("hours"),
    later("minutes"),
    later("of the metric"),
    later("per customer"),
    later("return"),
    later("satisfaction"),
    later("share"),
    later("share points"),
    later("times today"),
)
ANALYSES = (
    later("What limits are worth"),
    later("What rules cost"),
    later("How wrong inputs may be"),
    later("Which inputs move the result most"),
    later("Why these channels"),
    later("What one aim costs the other"),
    later("Plans nearly as good"),
    later("What the result may be"),
    later("Which uncertainty matters"),
    later("A plan for bad cases"),
)
TERMS = (
    later("the contact itself"),
    later("contacts passed on or repeated"),
    later("staff hours"),
    later("people employed"),
    later("value of the contact"),
    later("margin kept"),
    later("open channels"),
    later("upgrades"),
    later("channels that close"),
    later("limits and fixed decisions"),
)
WORDS = (
    # how an effect is known
    later("re-solved"),
    later("at least"),
    later("infeasible"),
    later("not solved"),
    later("no meaning"),
    # statuses of plans
    later("optimal"),
    later("feasible"),
    later("unbounded"),
    later("no_solution"),
    later("evaluated"),
    # touch, directions, sides
    later("high"),
    later("medium"),
    later("low"),
    later("less"),
    later("more"),
    later("everywhere"),
    later("opens"),
    later("closes"),
    later("is used"),
    later("opened"),
    later("closed"),
    later("open"),
    later("owned"),
    later("drop"),
    later("step"),
    later("profit"),
    # plans of uncertainty, statistics
    later("held"),
    later("re-optimised"),
    later("regret"),
    later("mean"),
    later("best"),
    later("worst"),
    later("sd"),
    # parts of titles
    later("Fewest FTE"),
    later("Most FTE"),
    later("Minimum volume"),
    later("Whole contacts"),
    later("The FTE of the plan are enough"),
)


def label(names: Names, kpi: Kpi) -> str:
    """Return the label of a key figure; a metric has the title that its scenario gives it.

    Args:
        names: of the scenario.
        kpi: the key figure.
    """
    metric = kpi.name.removeprefix("metric.").removesuffix(".mean")
    if not kpi.name.startswith("metric.") or metric not in names.metrics:
        return _(kpi.label)
    title, unit = names.metrics[metric], names.units.get(metric)
    if kpi.name.endswith(".mean"):
        title = _("{metric} per first contact").format(metric=title)
    return f"{title}, {unit}" if unit else title


def listed() -> frozenset[str]:
    """Return all words of this list."""
    parts = (FIGURES, MONEY, RULES, GROUPS, INPUTS, UNITS, ANALYSES, TERMS, WORDS)
    return frozenset(word for part in parts for word in part)
