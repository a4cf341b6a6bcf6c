"""The independent check of a list: every customer, every limit and the bound, from its files."""
