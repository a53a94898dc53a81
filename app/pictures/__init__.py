"""The bytes of pictures: `rendition` makes one fit for LINE, `source` makes a person's photo fit for a model.

`opening` and `encoding` are what both need. Synchronous and CPU-bound: callers run them in threads.
"""

from app.pictures.opening import edges_px
from app.pictures.rendition import Rendition, render
from app.pictures.source import PreparedSource, prepare_source

__all__ = ["PreparedSource", "Rendition", "edges_px", "prepare_source", "render"]
