"""Self-supervised training of a backbone under a projector.

`loop` is the training, read top to bottom; `config` what it is given and how each objective is trained
on two views; `checkpoint` how a killed run goes on. Given the configuration and one thread, a run on
the CPU is deterministic.
"""

from verify.ssl.training.checkpoint import OutOfTime, Progress, checkpoint_path
from verify.ssl.training.config import (
    SHRUNK,
    TWO_VIEWS,
    Config,
    Method,
    Mlp,
    Momentum,
    Networks,
    Optimiser,
    Start,
    from_arrays,
    untrained,
)
from verify.ssl.training.loop import (
    Observe,
    Observing,
    State,
    TrainedRun,
    build,
    fit,
    ieee,
    to_arrays,
    train,
)

__all__ = [
    "SHRUNK",
    "TWO_VIEWS",
    "Config",
    "Method",
    "Mlp",
    "Momentum",
    "Networks",
    "Observe",
    "Observing",
    "Optimiser",
    "OutOfTime",
    "Progress",
    "Start",
    "State",
    "TrainedRun",
    "build",
    "checkpoint_path",
    "fit",
    "from_arrays",
    "ieee",
    "to_arrays",
    "train",
    "untrained",
]
