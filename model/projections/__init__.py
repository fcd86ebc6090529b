"""Folds of the trace: the state as of a position, as plain values to paint."""
