"""Roadmap: from today's shares to the best plan under a limit on customers moved."""
