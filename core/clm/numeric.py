"""The one place that numpy and scipy are imported from: not every installation has them.

Import this, and whatever imports this, only when a population is simulated or a log is judged.

Raises:
    PredictionError: on import, where numpy or scipy is not installed; see
        `core.prediction.extras`.
"""

from __future__ import annotations

from typing import TypeAlias

from core.prediction.extras import lacking

try:
    import numpy as np
    from scipy import special, stats
except ImportError as error:
    raise lacking("clm", "Simulated populations", [error.name or "numpy"]) from error

Floats: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.floating]]
"""An array of float32 or float64."""
Ints: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.integer]]
"""An array of whole numbers, of whichever width holds them."""
Bools: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

__all__ = ["Bools", "Floats", "Ints", "np", "special", "stats"]
