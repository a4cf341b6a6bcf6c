"""Solve the points of a sweep, in processes or on a cluster, each of them once."""
