"""The one place that numpy and scipy are imported from: not every installation has them.

Import this, and whatever imports this, only when a population is simulated or a log is judged.

Raises:
    SalonError: on import, where numpy or scipy is not installed.
"""

from __future__ import annotations

from typing import TypeAlias

from core.errors import SalonError

try:
    import numpy as np
    from scipy import special, stats
except ImportError as error:
    raise SalonError(
        f"Populations of customers need numpy and scipy: {error}.",
        "Install them with: pip install 'salon[clm]'.",
    ) from error

Floats: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.floating]]
"""An array of float32 or float64."""
Ints: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.integer]]
"""An array of whole numbers, of whichever width holds them."""
Bools: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

__all__ = ["Bools", "Floats", "Ints", "np", "special", "stats"]
