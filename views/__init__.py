"""What a person sees: each view paints one projection and emits commands."""
