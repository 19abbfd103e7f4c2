"""Decides theorems: proof kit, numerics, the runner of checks, and the command line."""
