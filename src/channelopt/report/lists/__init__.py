"""Reports of lists: what `channelopt assign` has written, for those who discuss it."""
