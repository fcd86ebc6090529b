"""The simulated machine, the engine on it, and all that happened, without Qt."""
