"""Customers and those who look after them: worlds, policies, and their evidence.

Two worlds share the actions, the words of the ledger and the policies:

classic   five customers with fixed rules, pure Python: `classic`, `observing`, `policies`
market    populations in arrays, which need numpy and scipy: `market`, `population`

Nothing here reads files, settings or the clock, and nothing imports numpy but the modules that
say so; they get it from `core.clm.numeric`.
"""
