"""Whether a model answers one wish after another in the same useless way. No I/O."""

from app.errors import BadAnswer, BadRequest, EaselError, HostNotAllowed

OF_THE_PERSON = {"prompt", "image", "image[]", "images", "mask"}  # what somebody sent, not how we ask


class Repeats:
    """One for each process. A fault is for the operator to fix if the next wish meets it, too."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str | None, str]] = {}

    def count(self, error: EaselError, *, model: str, request_id: str) -> bool:
        """Note a fault. Return whether another wish has met the same one since the model last drew."""
        match error:
            case HostNotAllowed():
                return True  # IMAGE_URL_HOSTS must change, whatever the wish
            case BadRequest() if error.param not in OF_THE_PERSON:
                pass
            case BadAnswer():
                pass
            case _:
                return False
        before, self._last[model] = self._last.get(model), (error.code, request_id)
        return before is not None and before[0] == error.code and before[1] != request_id

    def drew(self, model: str) -> None:
        """Forget a model's last fault: it has drawn, so that was about one wish."""
        self._last.pop(model, None)
