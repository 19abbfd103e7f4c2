"""Examples that can be run, ``python -m verify.diagnose.examples.dino_at_ln_k``, and assert what they say."""
