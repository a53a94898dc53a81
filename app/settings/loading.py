"""Reads the settings, and says every problem at once: by variable, with the cure, without any value."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from app.settings.fields import Settings


class SettingsError(Exception):
    """The environment is not usable. `problems` has one sentence for each variable, with the cure."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def load(**overrides: Any) -> Settings:  # noqa: ANN401 - any field of Settings
    """Read the environment and `.env`.

    Raises:
        SettingsError: With every problem at once, by variable name, with the cure and without any value.
    """
    try:
        return Settings(**overrides)
    except UnicodeDecodeError:
        raise SettingsError([".env is not in UTF-8: save it anew as UTF-8, or take the line out that is not"]) from None
    except OSError as error:
        raise SettingsError([f".env cannot be read ({error.strerror}): mend its rights or take it away"]) from None
    except ValidationError as error:
        sentences = [_sentence(problem) for problem in error.errors(include_input=False)]
        raise SettingsError([line for sentence in sentences for line in sentence.splitlines()]) from None


def _sentence(problem: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if not problem["loc"]:
        return str(message)
    field = str(problem["loc"][0])
    if message.startswith(("IMAGE_", "R2_")):
        return str(message)  # it names its own variable
    meaning = Settings.model_fields[field].description
    if problem["type"] == "missing":
        return f"{field.upper()} is not set: {meaning}"
    return f"{field.upper()} {message} ({meaning})"
