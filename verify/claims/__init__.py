"""What is stated, checked, found and judged. Knows no theorem, and not how checks are run."""
