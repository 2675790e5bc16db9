"""The day simulator's engine: customers live day by day, and a policy looks after them.

Every day, for every customer: observe, decide, act, evaluate, learn; each step is a record.

spec, rules       what a run is set up with
commands          what it can be told
state, card       where it stands: a fold over its records
engine, verbs     commands in, events out
days, turns       what happens on a day, customer by customer
asking, prompts   the policy that is a model
worlds            the two worlds as a day needs them
bulk, blobs       populations too large for a record a customer
"""
