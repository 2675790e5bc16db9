"""The engine of the day simulator.

For every customer on every day: observe, decide, act, evaluate, learn; each step is a record.

spec, rules                 how a run is set up
commands, handlers          what it can be told
state, card, customer       where it stands: a fold over its records
engine, stepper             commands in, events out
days, customer_day          a day, customer by customer
decision                    what a policy observes, and what it decides
model_policy, prompts       the policy that is a model
worlds, market_cast         the two worlds
population, population_days populations too large for a record per customer
"""
