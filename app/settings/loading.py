"""Reads the settings, and reports every problem at once: by variable, with the cure, without any value."""

import os
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from app.settings import environment
from app.settings.fields import Settings

# What may be given as NAME_FILE: everything that is secret, or holds a password.
FROM_FILES = (
    *(name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)),
    "DATABASE_URL",
)


class SettingsError(Exception):
    """The environment is not usable. `problems` has one sentence for each variable, with the cure."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def load(**overrides: Any) -> Settings:  # noqa: ANN401 - any field of Settings
    """Read the environment, `.env`, and the files that NAME_FILE names. Rewrite NO_PROXY for the HTTP library.

    Raises:
        SettingsError: With every problem at once, by variable name, with the cure and without any value.
    """
    environment.normalize_no_proxy(os.environ)
    problems = environment.problems_around(os.environ)
    try:
        values, unread = environment.from_files(FROM_FILES, environment.variables())
        problems += unread
        settings = Settings(**{**values, **overrides})
    except UnicodeDecodeError:
        raise SettingsError([".env is not in UTF-8: save it anew as UTF-8, or take the line out that is not"]) from None
    except OSError as error:
        raise SettingsError([f".env cannot be read ({error.strerror}): mend its rights or take it away"]) from None
    except ValidationError as error:
        sentences = [_sentence(problem) for problem in error.errors(include_input=False)]
        lines = (line for sentence in sentences for line in sentence.splitlines())
        raise SettingsError([*lines, *problems]) from None
    if problems:
        raise SettingsError(problems)
    return settings


def misspelt() -> dict[str, str]:
    """Return variables that look like a misspelling of one of ours, with the one that may be meant."""
    try:
        names = {*environment.variables()}
    except (OSError, UnicodeDecodeError):
        names = {*os.environ}
    return environment.near_misses(names, [name.upper() for name in Settings.model_fields])


def _sentence(problem: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if not problem["loc"]:
        return str(message)
    field = str(problem["loc"][0])
    if message.startswith(("IMAGE_", "R2_")):
        return str(message)  # it names its variable itself
    meaning = Settings.model_fields[field].description
    if problem["type"] == "missing":
        return f"{field.upper()} is not set: {meaning}"
    return f"{field.upper()} {message} ({meaning})"
