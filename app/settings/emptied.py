"""Variables that may be set to an empty value. All others count as unset when empty, as in a copied `.env.example`."""

from typing import Any, Final

from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, PydanticBaseSettingsSource

MAY_BE_EMPTY: Final = frozenset({"reader_models"})


def unquoted(value: str, *, may_be_empty: bool) -> str:
    """Strip blanks and quotes from both ends.

    Raises:
        ValueError: Nothing is left, and this value may not be empty.
    """
    if may_be_empty and value in {"", '""', "''"}:
        return ""
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip()
    if not value:
        raise ValueError("is blank: set it, or take the line out")
    return value


class Emptiable(BaseSettings):
    """Settings of which some may be set to an empty value."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's own signature; there are none
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Also read what is empty on purpose."""
        emptied = EmptiedEnvironment(settings_cls, env_ignore_empty=False)
        emptied_in_file = EmptiedFile(settings_cls, env_ignore_empty=False)
        return init_settings, env_settings, emptied, dotenv_settings, emptied_in_file


class EmptiedEnvironment(EnvSettingsSource):
    """The variables of the environment that are empty on purpose."""

    def __call__(self) -> dict[str, Any]:
        """Return those variables."""
        return _emptied(super().__call__())


class EmptiedFile(DotEnvSettingsSource):
    """The variables of `.env` that are empty on purpose."""

    def __call__(self) -> dict[str, Any]:
        """Return those variables."""
        return _emptied(super().__call__())


def _emptied(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in MAY_BE_EMPTY and value == ""}
