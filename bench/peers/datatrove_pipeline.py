"""A datatrove pipeline: a reader for text files, a step, the JSON Lines writer.

python datatrove_pipeline.py DIR OUT
"""

import sys

import lines
from camel_dateutil import date, normalise
from datatrove.data import DocumentsPipeline
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.readers.base import BaseDiskReader
from datatrove.pipeline.writers import JsonlWriter


class TextReader(BaseDiskReader):
    """A document a file."""

    name = "text files"

    def read_file(self, filepath: str) -> DocumentsPipeline:
        """Read one; encodings as in the other peers."""
        path = self.data_folder.resolve_paths(filepath)
        document = self.get_document_from_dict({"text": lines.read(path)}, filepath, 0)
        if document:
            yield document


class Splitter(PipelineStep):
    """Take articles apart and normalise them."""

    name = "splitter"
    type = "peer"

    def run(
        self,
        data: DocumentsPipeline,
        rank: int = 0,  # noqa: ARG002 - datatrove's signature
        world_size: int = 1,  # noqa: ARG002
    ) -> DocumentsPipeline:
        """One document in, one out."""
        for document in data:
            with self.track_time():
                found = lines.take_apart(document.text)
                document.text = normalise(str(found["body"]))
                document.metadata |= found | {"created": date(found["date"])}
            yield document


LocalPipelineExecutor(
    pipeline=[
        TextReader(sys.argv[1], glob_pattern="*.txt"),
        Splitter(),
        JsonlWriter(sys.argv[2], compression=None),
    ],
    tasks=1,
    logging_dir=f"{sys.argv[2]}/logs",
    skip_completed=False,  # or every round after the first does nothing
).run()
