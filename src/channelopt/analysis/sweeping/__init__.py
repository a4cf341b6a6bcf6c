"""Sweeps: one scenario with many values, and where its plan changes."""
