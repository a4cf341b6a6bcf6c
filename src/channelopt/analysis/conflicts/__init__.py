"""Conflicts: why there is no plan, in words."""
