"""Self-supervised training of a backbone under a projector.

`loop` is the training, read top to bottom; `config` what it is given and how each objective is trained
on two views; `checkpoint` how a killed run goes on. Given the configuration and one thread, a run on
the CPU is deterministic.
"""

from verify.ssl.training.checkpoint import OutOfTime as OutOfTime
from verify.ssl.training.checkpoint import Progress as Progress
from verify.ssl.training.config import Config as Config
from verify.ssl.training.config import Mlp as Mlp
from verify.ssl.training.config import Momentum as Momentum
from verify.ssl.training.config import Networks as Networks
from verify.ssl.training.config import Optimiser as Optimiser
from verify.ssl.training.config import Start as Start
from verify.ssl.training.config import from_arrays as from_arrays
from verify.ssl.training.config import untrained as untrained
from verify.ssl.training.loop import Observe as Observe
from verify.ssl.training.loop import Observing as Observing
from verify.ssl.training.loop import State as State
from verify.ssl.training.loop import Step as Step
from verify.ssl.training.loop import Watch as Watch
from verify.ssl.training.loop import build as build
from verify.ssl.training.loop import fit as fit
from verify.ssl.training.loop import ieee as ieee
from verify.ssl.training.loop import to_arrays as to_arrays
from verify.ssl.training.loop import train as train
