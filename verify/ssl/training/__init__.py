"""Self-supervised training of a backbone under a projector.

`loop` is the training, read top to bottom; `config` what it is given; `methods` how each objective
is trained on two views; `checkpoint` how a killed run goes on. Given the configuration and one
thread, a run on the CPU is deterministic.
"""

from verify.ssl.training.checkpoint import OutOfTime, checkpoint_path
from verify.ssl.training.clock import Progress
from verify.ssl.training.config import Config, Mlp, Momentum, Optimiser, Start
from verify.ssl.training.loop import Observe, State, TrainedRun, to_arrays, train
from verify.ssl.training.methods import TWO_VIEWS, Method
from verify.ssl.training.networks import SHRUNK, Networks, from_arrays, untrained
from verify.ssl.training.precision import ieee

__all__ = [
    "SHRUNK",
    "TWO_VIEWS",
    "Config",
    "Method",
    "Mlp",
    "Momentum",
    "Networks",
    "Observe",
    "Optimiser",
    "OutOfTime",
    "Progress",
    "Start",
    "State",
    "TrainedRun",
    "checkpoint_path",
    "from_arrays",
    "ieee",
    "to_arrays",
    "train",
    "untrained",
]
