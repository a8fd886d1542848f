r"""Arabic news articles in, records out.

>>> import newsingest
>>> article = "حديقة في المدينة\n\nالقاهرة - رويترز\n\nأعلنت البلدية بدء العمل أمس."
>>> record = newsingest.parse(article.encode(), path="1.txt", source="example")
>>> record.metadata.title, record.metadata.dateline, record.metadata.agencies
('حديقة في المدينة', 'القاهرة', ['reuters'])
>>> record.text
'اعلنت البلدية بدء العمل امس.'
"""

from typing import TYPE_CHECKING, Any

from newsingest.version import VERSION as __version__  # noqa: N811

if TYPE_CHECKING:
    from newsingest.article.locate import locate
    from newsingest.article.normalize import Normalizer
    from newsingest.article.parse import parse
    from newsingest.article.record import Options, Record
    from newsingest.run.shards import run_shard

__all__ = [
    "Normalizer",
    "Options",
    "Record",
    "__version__",
    "locate",
    "parse",
    "run_shard",
]

HOMES = {
    "Normalizer": "newsingest.article.normalize",
    "Options": "newsingest.article.record",
    "Record": "newsingest.article.record",
    "locate": "newsingest.article.locate",
    "parse": "newsingest.article.parse",
    "run_shard": "newsingest.run.shards",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever has that name
    """Import a public name when it is first asked for: `--version` needs none of it."""
    if name not in HOMES:
        raise AttributeError(f"module 'newsingest' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - start-up

    return getattr(import_module(HOMES[name]), name)
