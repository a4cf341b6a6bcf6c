"""The run store: folders of runs, found again by an index that follows from them."""
