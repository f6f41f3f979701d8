"""What can go wrong with what people give to the tools."""

from audio_guard_engine.errors import EngineError


class ToolError(Exception):
    """Something that a person can mend; the message names the file and the cure."""


# What a verb prints as `error: ...` and ends with 1; anything else is a fault of the tools.
MENDABLE = (ToolError, EngineError, OSError)
