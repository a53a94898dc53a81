"""The bytes of pictures: `rendition` prepares one for LINE, `source` prepares a person's photo for a model.

`open_picture`, `repairs`, `decoding` and `encoding` serve both, `heic` reads iPhone photos; `measure` tells from the
header how much memory decoding takes, and `blocks` refuses files made of too many pieces. Synchronous and CPU-bound:
callers run it in threads.
"""

from app.pictures.open_picture import edges_px
from app.pictures.rendition import Rendition, render, rendition_bytes
from app.pictures.source import PreparedSource, prepare_source, source_bytes

__all__ = ["PreparedSource", "Rendition", "edges_px", "prepare_source", "render", "rendition_bytes", "source_bytes"]
