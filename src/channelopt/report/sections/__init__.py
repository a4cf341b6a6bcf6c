"""One function per section of a report: plan in, section out."""
