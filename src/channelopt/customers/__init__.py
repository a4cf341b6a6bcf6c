"""Customers: who is to be assigned, read in streams from a file, a table or a database."""
