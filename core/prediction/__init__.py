"""Customers: models of how they buy, and who of them is likely to come back."""
