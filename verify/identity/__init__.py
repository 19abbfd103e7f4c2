"""Which code a result rests on: syntax, import closures, canonical forms. Imports nothing of ours."""
