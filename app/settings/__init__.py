"""The configuration, read when a command starts.

`fields`: every environment variable. `loading`: reading them. `environment`: what surrounds them. `.env.example` and
docs/settings.md name the same variables; a test keeps the three in step.
"""

from app.settings.environment import from_files, read_env_file
from app.settings.fields import MODELS, Settings
from app.settings.loading import FROM_FILES, SettingsError, load, misspelt

__all__ = ["FROM_FILES", "MODELS", "Settings", "SettingsError", "from_files", "load", "misspelt", "read_env_file"]
