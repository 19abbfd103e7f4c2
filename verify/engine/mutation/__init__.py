"""Changes to the code that its checks must notice: written down in catalogues, drawn at random, and tried.

Read in this order: `catalogue` (what is changed, and who must notice), `drawn` (changes made from the
syntax tree), `host` (a process that tries one change after another), `campaign` (all of them, in parallel).
"""
