"""Futures: a plan when the numbers are uncertain."""
