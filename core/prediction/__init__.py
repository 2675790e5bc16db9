"""Customers: models of how they buy, and who of them will engage.

Public doors, lowest first. Nothing here imports numpy and the like before it is used:
whatever stands in `models` is imported inside functions, and the import itself raises a
`PredictionError` that says how to add the extra where it is missing.

models.summary      `Purchases.collect(customers, days, amounts)`, `summarise(purchases, end)`
                    → numbers, `Summary(x, tx, age, spend)`; times in weeks
models.bg_nbd       `BgNbd(r, alpha, a, b)`: `expected`, `alive`, `buys`, `log_likelihood`;
                    `simulate(model, age, rng)` → `Simulated`
models.bg_nbd_fit   `fit_bg_nbd(summary)` → `BgNbdFit`, whose `dropout_rate` is `None` where
                    dropout is not identified
models.gamma_gamma  `GammaGamma(p, q, v)`, `fit_gamma_gamma(summary)`, `lifetime_value(…)`
models.base_fit     `fit_base(purchases, until, last)` → `BaseFit`: both, with a holdout
models.metrics      `auc`, `brier`, `log_loss`, `ece`, `reliability`, `score` → `Scores`
models.engagement   `fit_engagement(purchases, end, horizon)` → `Engagement.predict(…)`
tables              `read_rows(path, columns, limit)`: CSV and Parquet, errors by row and column
users, transactions, feedback
                    `read_users`, `read_transactions`, `read_events`, `read_feedback`
predictor           `Predictor`, `Case` → `Forecast` of `Prediction`s
predictors          `make_predictor(name, variables, agreed=…)`: local, mock, kumo
policy              `ThresholdPolicy(threshold, otherwise).decide(prediction)`
recommending        `recommend(predictor, case, policy)` → `Recommendations`
log                 `RecommendationLog(store)`: `add`, `logged`, `report`, `evidence`
"""
