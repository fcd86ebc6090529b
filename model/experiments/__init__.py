"""The paper's evaluation (section 6) as experiments: lists of jobs, and folds of their results into rows."""
