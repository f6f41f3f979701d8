"""Names that the integration's modules share."""

from typing import Final

DOMAIN: Final = "audio_guard"

CONF_CAMERA: Final = "camera"
CONF_TRANSPORT: Final = "transport"

OPTION_LISTENING: Final = "listening"
OPTION_ONLY_WHILE_STREAMING: Final = "only_while_streaming"
OPTION_CLASSES_OFF: Final = "classes_off"
OPTION_THRESHOLDS: Final = "thresholds"
OPTION_CONFIRMATIONS: Final = "confirmations"
OPTION_HOLDS: Final = "holds"
OPTION_QUIET_HOURS: Final = "quiet_hours"
OPTION_GAIN: Final = "gain_db"
OPTION_CLIPS: Final = "clips"
OPTION_CLIP_DAYS: Final = "clip_days"
OPTION_CLIP_MEGABYTES: Final = "clip_megabytes"
OPTION_HISTORY: Final = "history"
OPTION_MODEL: Final = "model"
OPTION_RUNTIME: Final = "runtime"

EVENT_SOUND: Final = "audio_guard_sound"
ATTR_SCORE: Final = "score"
