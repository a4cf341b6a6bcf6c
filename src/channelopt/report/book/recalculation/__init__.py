"""Sheets that recompute the objective of a plan with live formulas; see `recalculation`."""
