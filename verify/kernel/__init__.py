"""Theorems checked by Coq's kernel: the sources, the build, and what was assumed. Imports nothing of ours."""
