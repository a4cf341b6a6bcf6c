"""Lists: from a plan and its customers to one channel for every customer, and back to figures."""
