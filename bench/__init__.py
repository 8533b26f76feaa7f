"""Measurements: what reading, building and asking cost, side by side, as ratios. Run with `make bench`."""
