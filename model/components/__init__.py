"""Components that ship with Changeover, their interfaces first."""
