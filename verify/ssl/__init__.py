"""Self-supervised training on real images, and what its representations look like.

It needs torch, NumPy and (for the embedded data) scikit-learn only, as on a bare GPU image.
"""
