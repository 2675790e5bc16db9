"""The terminal interface of Salon, over the engines in `core`."""
