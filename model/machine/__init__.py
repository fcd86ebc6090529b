"""The simulated multiprocessor on which components run."""
