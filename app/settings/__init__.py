"""The configuration, read once, by `main.py` and `cli.py` only.

`fields`: every environment variable. `loading`: reading them. `.env.example` and the README's table name the same
variables; a test holds the three together.
"""

from app.settings.fields import Settings
from app.settings.loading import SettingsError, load

__all__ = ["Settings", "SettingsError", "load"]
