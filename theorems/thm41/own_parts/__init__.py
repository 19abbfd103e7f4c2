"""What Theorem 4.1 does not say and we add: inertia, genericity, symmetry, thresholds, escape."""
