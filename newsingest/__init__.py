"""Arabic news articles in, records out: `parse`, `Options`, `Record`, `Normalizer`."""

from newsingest.article.normalize import Normalizer
from newsingest.article.parse import parse
from newsingest.article.record import VERSION, Options, Record

__version__ = VERSION

__all__ = ["Normalizer", "Options", "Record", "__version__", "parse"]
