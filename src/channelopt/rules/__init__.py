"""Business rules, one file each; a new policy is a file here and a line in POLICIES."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from channelopt.rules.base import Rule
from channelopt.rules.budget import Budget
from channelopt.rules.bundles import Bundles
from channelopt.rules.capacity import Capacity
from channelopt.rules.choice import Choice
from channelopt.rules.contact_limit import ContactLimit
from channelopt.rules.demand import Demand
from channelopt.rules.fairness import Fairness
from channelopt.rules.metric import Metric
from channelopt.rules.migration import Migration
from channelopt.rules.offers import Offers
from channelopt.rules.open_channels import OpenChannels
from channelopt.rules.opening import Opening
from channelopt.rules.outage import Outage
from channelopt.rules.preferred_channel import PreferredChannel
from channelopt.rules.requires import Requires
from channelopt.rules.return_on_cost import ReturnOnCost
from channelopt.rules.routing import Routing
from channelopt.rules.satisfaction import Satisfaction
from channelopt.rules.service_level import ServiceLevel
from channelopt.rules.share import ShareOfContacts
from channelopt.rules.shares import Shares
from channelopt.rules.single_channel import SingleChannel
from channelopt.rules.staff import Staff
from channelopt.rules.timeline import Timeline
from channelopt.rules.upgrades import Upgrades
from channelopt.rules.volume import Volume
from channelopt.rules.whole_contacts import WholeContacts

CORE: tuple[Rule, ...] = (
    Demand(),
    Routing(),
    Opening(),
    Capacity(),
    Shares(),
    Offers(),
    SingleChannel(),
    WholeContacts(),
    Bundles(),
    Staff(),
    ServiceLevel(),
    Timeline(),
    Upgrades(),
)
"""The rules of the model itself, in the order of its rows."""

POLICIES = (
    Budget,
    Choice,
    ContactLimit,
    Fairness,
    Metric,
    Migration,
    OpenChannels,
    Outage,
    PreferredChannel,
    Requires,
    ReturnOnCost,
    Satisfaction,
    ShareOfContacts,
    Volume,
)
"""Every type of policy."""

AnyPolicy = Annotated[
    Budget
    | Choice
    | ContactLimit
    | Fairness
    | Metric
    | Migration
    | OpenChannels
    | Outage
    | PreferredChannel
    | Requires
    | ReturnOnCost
    | Satisfaction
    | ShareOfContacts
    | Volume,
    Field(discriminator="type"),
]
"""A policy as a planner writes it, told apart by `type`."""
