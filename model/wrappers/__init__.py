"""Wrappers that ship with Changeover: specific code around any component's calls."""
