"""Plan against reality: a plan held under another scenario than the one it was made for."""
