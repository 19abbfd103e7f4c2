"""The author's release, re-analysed: every published figure recomputed from its arrays, with intervals.

`analysis.analyse` takes a checkout or the converted archive; `citations` keeps what is said of the
released code to its files and lines. The arrays are no part of the project, the figures are.
"""
