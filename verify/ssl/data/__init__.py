"""Image data sets, as tensors in memory: the digits, and what every data set is.

`verify.ssl.data.loading` reads the others; it is not imported here, so that results on the digits
do not rest on its code. Nothing is ever unpickled.
"""

from verify.ssl.data.dataset import DIGITS as DIGITS
from verify.ssl.data.dataset import DIGITS_SOURCE as DIGITS_SOURCE
from verify.ssl.data.dataset import DataError as DataError
from verify.ssl.data.dataset import Dataset as Dataset
from verify.ssl.data.dataset import Source as Source
from verify.ssl.data.dataset import floating as floating
from verify.ssl.data.dataset import load_digits as load_digits
from verify.ssl.data.dataset import take as take
