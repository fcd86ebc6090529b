"""Reconfiguration of live components: interposition and hot-swapping (§3 and §4 of the paper)."""
