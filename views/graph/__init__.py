"""The object graph: clients with their tables, components, interposers, mediators, and the threads on their calls."""
