"""Customers: who they are, whether they stay."""
