"""What LINE's ids look like. No I/O."""

import re
from typing import Final

LINE_ID: Final = re.compile(r"[UCR][0-9a-f]{32}")  # https://developers.line.biz/en/docs/messaging-api/getting-user-ids/
USER_ID: Final = re.compile(r"U[0-9a-f]{32}")
LINE_ID_START: Final = re.compile(r"[UCR][0-9a-f]{0,32}")
