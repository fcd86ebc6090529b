"""Loads that drive the components of a scenario."""
