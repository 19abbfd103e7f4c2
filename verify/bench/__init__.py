"""The curvature kernels against their peers: workloads, paired timings, the table."""
