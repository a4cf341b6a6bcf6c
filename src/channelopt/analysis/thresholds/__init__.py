"""Acceptance thresholds: rules on the key figures of a run, absolute or against another run."""
