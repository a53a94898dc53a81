"""The bot's settings on this machine, which the demo passes on: the environment, then `.env`, secrets read from files.

The files are read here, as `app.settings` reads them: the secrets tell which vendors are real, the bot runs in another
folder, and it refuses a setting that it gets both as a value from the demo and in a file.
"""

from collections.abc import Mapping

from app.demo.demo_errors import CannotStart
from app.settings import FROM_FILES, from_files, read_env_file

OWN = frozenset({"ADMIN_TOKEN", "DATABASE_URL"})  # the demo sets its own, whatever is set here


def inherited_by_bot(environment: Mapping[str, str], *, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the settings; no file is read for those of `without`, which stand-ins will replace.

    Raises:
        CannotStart: A file cannot be read, or a setting has both a value and a file.
    """
    there = read_env_file() | dict(environment)
    values, problems = from_files([name for name in FROM_FILES if name not in OWN | without], there)
    if problems:
        raise CannotStart(problems)
    in_file = {f"{name}_FILE" for name in FROM_FILES}
    bare = {name: value for name, value in there.items() if name not in in_file}
    return bare | {name.upper(): value.strip() for name, value in values.items()}
