"""Worth: what limits and rules are worth, by exact re-solves."""
