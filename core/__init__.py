"""The engine of Salon: no user interface is imported anywhere below this package."""

__version__ = "0.1.0"
