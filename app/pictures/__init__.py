"""The bytes of pictures: `rendition` makes one fit for LINE, `source` makes a person's photo fit for a model.

`open_picture`, `mending`, `decoding` and `encoding` are what both need; `measure` says from the header what decoding
takes, `blocks` whether a file is made of too many pieces to be read at all. Synchronous and CPU-bound: callers run it
in threads.
"""

from app.pictures.open_picture import edges_px
from app.pictures.rendition import Rendition, render, rendition_bytes
from app.pictures.source import PreparedSource, prepare_source, source_bytes

__all__ = ["PreparedSource", "Rendition", "edges_px", "prepare_source", "render", "rendition_bytes", "source_bytes"]
