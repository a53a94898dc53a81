"""One wish: its photos fetched, a model asked, the paid bytes kept, made fit for LINE and stored."""
