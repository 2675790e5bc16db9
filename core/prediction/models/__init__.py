"""Models of customers in arrays; importing anything of it takes the extra `clm`.

Where the extra is missing, the import raises the `PredictionError` that says how to add it:
import these modules inside the functions that use them.
"""

from core.prediction.extras import need

need("clm", "Models of customers")
