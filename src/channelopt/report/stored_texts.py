"""Texts that runs store in English, as templates: the places in braces are what differs.

A place that is called `number...` holds a number, `said...` a text that is itself stored English,
`list...` several rules with commas between, `parts...` several texts with semicolons, `names`
several names; every other place holds a name, a path or a period, which stay as they are. A test
fails when an engine writes a text that none of these fits.
"""

from __future__ import annotations

from channelopt.report.speech import later

TITLES = (
    later("{said_what}: {name}, all periods"),
    later("{said_what}: {name}"),
    later("{policy} (at least)"),
    later("{policy} (at most)"),
    later("{policy} (recover)"),
    later("{policy} (surge)"),
    later("{policy} (threshold)"),
    later("{policy} (at least, {period})"),
    later("{policy} (at most, {period})"),
    later("{policy} (recover, {period})"),
    later("{policy} (at least, all periods)"),
    later("{policy} (at most, all periods)"),
    later("{policy} (recover, all periods)"),
    later("Always open: {channel}"),
    later("Answered in time: {group}"),
    later("Smallest share: {where}"),
    later("Largest share: {where}"),
    later("Smallest share: everywhere"),
    later("Largest share: everywhere"),
    later("Smallest shares (table)"),
    later("Largest shares (table)"),
    later("Customers who cannot be led away from a channel they prefer"),
    later("Assignment: one channel per interaction"),
    later("Assignment: one channel per segment"),
    later("Policy: {policy}"),
    later("First contacts: {way}"),
    later("Handled contacts: {channel}"),
    later("Contacts handled with high touch"),
    later("Contacts handled with medium touch"),
    later("Contacts handled with low touch"),
    later("{number} more"),
)
FINDINGS = (
    later("nothing"),
    later("profit falls"),
    later("profit rises"),
    later("no plan"),
    later("other channels or upgrades"),
    later("no change as far as was looked"),
    later("another plan is better"),
    later("no plan is left"),
    later("the plan breaks {list_rules}"),
    later("there is no plan without the channel"),
    later("stays unused as far as {number}"),
    later("stays open as far as {number}"),
    later("not settled"),
    later("may be either"),
    later("always open"),
    later("never open"),
    later("always owned"),
    later("never owned"),
    later("always {number} %"),
    later("between {number_low} % and {number_high} %"),
    later("at least between {number_low} % and {number_high} %"),
    later("relax {number} %"),
    later("quantile {number}"),
    later("VaR {number}"),
    later("CVaR {number}"),
    later("low: {list_rules}"),
    later("high: {list_rules}"),
    later("low: {list_low}; high: {list_high}"),
)
REASONS = (
    later("the policy {policy}"),
    later("the capacity of {channel}"),
    later("the minimum volume of {channel}"),
    later("the most FTE of {group}"),
    later("the fewest FTE of {group}"),
    later("the paid hours of {names}"),
    later("the table max_share"),
    later("the table min_share"),
    later("steering (customers who cannot be led away from a channel they prefer)"),
)
OUTAGES = (
    later("no other open channel may take them"),
    later("hours of {group}"),
    later("capacity of {channel}"),
    later("capacity and hours"),
    later("not computed"),
)
TIES = (
    later("tie-break by least cost is not proven"),
    later("tie-break by closest to today's shares is not proven"),
    later("tie-break by the fixed order of cells is not proven"),
    later("tie-break by the objective is not proven"),
    later("tie-break by least cost is not exact"),
    later("tie-break by closest to today's shares is not exact"),
    later("tie-break by the fixed order of cells is not exact"),
    later("tie-break by the objective is not exact"),
    later(
        "ties between plans with other channels, offers or FTE are not searched: the optimum "
        "itself is known to a gap of {number} only"
    ),
)
SOLVERS = (
    later("HiGHS called the program infeasible; without presolve it found this answer"),
    later("HiGHS called a worse answer optimal; without presolve it found this one"),
    later("no bound was proven"),
    later("whole numbers were rounded and the rest solved again"),
    later("the solver said optimal, but the gap is {number}"),
    later("shadow prices were dropped, as they do not prove the optimum"),
    later("the bound is the solver's claim of its gap"),
    later("the solver said: {words}"),
    later("profit grows without limit with {names}; give a limit or check its cost"),
    later(
        "today's plan is not shown: the table baseline_share lacks inbound segments and "
        "interactions with contacts, or no staff could serve it"
    ),
)
WARNINGS = (
    later(
        "the numbers of this scenario differ by a factor of {number} even after scaling; solvers "
        "are exact only up to about 1e6, look for tiny or huge volumes and prices"
    ),
    later("the sheet is hidden; it is read like any other"),
    later("a row is hidden or filtered; it is read like any other"),
    later("{number} rows are hidden or filtered; they are read like any other"),
    later("a column is hidden; it is read like any other"),
    later("the text holds the invisible character {character}"),
    later("read with {delimiter} between columns, decimal comma"),
    later("read with {delimiter} between columns, decimal point"),
    later("read with {delimiter} between columns, whole numbers"),
    later("'{text}' begins with a zero; it is read as {number}"),
    later("the number {number} is stored as text; it is read as a number"),
    later("the variation '{name}' cannot be applied: {words}"),
    later("'{path}' passes over {names} without '{attribute}'"),
    later("'{path}' passes over {names} without '{attribute}'; name them exactly to set it"),
    later("preference is ignored where the channel is not eligible, for example {names}"),
    later("min_share is above max_share for {names}: no plan can obey it"),
    later("min_share sums to more than 1 for {names}: no plan can obey it"),
    later("{where}: min_volume is above capacity: the channel can never be open"),
    later("{where}: min_fte is above max_fte: no plan can obey both"),
    later("{where}: the upgrade has no effect"),
    later("{where}: there is no outbound interaction to use it for"),
    later("{where}: at_least {number_low} is more than at_most {number_high}: no plan can obey it"),
    later("{where}: no channel has touch {levels}; touch levels in use: {found}"),
    later("{where}: a policy of type {type} speaks of inbound contacts and finds none"),
    later("{where}: a policy of type {type} speaks of outbound contacts and finds none"),
    later("{where}: fairness compares segments and finds fewer than two"),
    later("there are no contacts at all: every contacts_per_customer is 0"),
    later(
        "contacts range from {number_low} to {number_high}, a ratio of {number_ratio}; above "
        "{number_wide} solvers lose precision"
    ),
    later("{where}: has no contacts in any period"),
    later("{where}: can get no contact: nothing is eligible and nobody passes on to it"),
    later(
        "{where}: satisfaction counts twice, by its price and by the margin it keeps, for {names}"
    ),
    later("{where}: is negative: it counts as a gain"),
    later("{where}: the title '{title}' reads like that of '{other}'"),
    later("{where}: its filters reach no contacts: it always holds"),
    later("{where}: its filters reach no contacts: no plan can obey it"),
    later("{where}: no preference reaches {number}: it always holds"),
    later(
        "table satisfaction_shift: a shift of {number} makes satisfaction 0 or 1 whatever it was"
    ),
    later(
        "table satisfaction_shift: a shift of {number} makes satisfaction 0 or 1 whatever it was; "
        "{number_given} looks like percent, write {number_meant}"
    ),
    later(
        "table {table}: {number} is {number_times} times the median of its column "
        "({number_median}); is it in another unit?"
    ),
)
COMPARISONS = (
    later("amounts in {one} and {other} are compared as plain numbers"),
    later("{name} is not as it was written ({files} edited); it is compared as it is."),
    later("Why they differ is not known: there was no time to solve again."),
    later(
        "{number} groups of inputs differ, too many for all orders: each was changed in the order "
        "of the table and in the reverse order, as far as every step has a plan; other orders give "
        "other parts with the same sum"
    ),
    later("{said_groups} count as one: {parts_reasons}"),
    later("what one of them adds and another removes has no values in either scenario"),
    later("some values name what several of them add or remove"),
    later("changing some of them without the others {said_cause}"),
    later("is no valid scenario"),
    later("is no valid scenario (for example: {words})"),
    later("leaves no plan that obeys every rule"),
    later("was not solved in the time given"),
    later(
        "the parts are the mean over {number} of {number_all} orders: {parts_orders}; in the "
        "others a step {said_cause}"
    ),
    later(
        "the parts are the mean over {number} of {number_all} orders; in the others a step "
        "{said_cause}"
    ),
    later("{said_group} only after {said_earlier}"),
)
TEMPLATES = (
    *(*TITLES, *FINDINGS, *REASONS, *OUTAGES, *TIES),
    *(*SOLVERS, *WARNINGS, *COMPARISONS),
)
