"""Varied: how wrong inputs may be, and which move the result."""
