"""Self-supervised training on real images, and what its representations look like.

Everything here but the experiments needs torch, NumPy and (for the embedded data) scikit-learn
only, so that it runs on a bare GPU image.
"""
