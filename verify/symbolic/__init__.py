"""The SymPy proof kit: exact zero tests in symbolic dimensions. Knows no theorem."""
