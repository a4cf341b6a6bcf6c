"""Metrics: further amounts per contact, such as hours to answer or grams of CO2."""

from __future__ import annotations

import numpy as np

from channelopt.terms.numbers import Floats, Metric, Numbers


def metric_amounts(numbers: Numbers, first_contacts: Floats, handled: Floats) -> tuple[Floats, ...]:
    """Return the amount of each metric.

    Args:
        numbers: the scenario.
        first_contacts: (S, I, W, T).
        handled: (S, I, C, T).

    Returns:
        For each metric (S, W, T); what is counted on handled contacts belongs to channels.
    """
    return tuple(_amount(metric, first_contacts, handled) for metric in numbers.metrics)


def _amount(metric: Metric, first_contacts: Floats, handled: Floats) -> Floats:
    if not metric.per_handled:
        entered: Floats = np.einsum("siwt,siwt->swt", metric.values, first_contacts)
        return entered
    segments, _, ways, periods = metric.values.shape
    channels = handled.shape[2]
    amounts = np.zeros((segments, ways, periods))
    values = metric.values[:, :, :channels]
    amounts[:, :channels] = np.einsum("sict,sict->sct", values, handled)
    return amounts
