"""Names that the integration's modules share."""

from typing import Final

DOMAIN: Final = "audio_guard"

CONF_CAMERA: Final = "camera"
CONF_TRANSPORT: Final = "transport"

OPTION_LISTENING: Final = "listening"
OPTION_THRESHOLDS: Final = "thresholds"

EVENT_SOUND: Final = "audio_guard_sound"
