"""What can go wrong in the engine; every message names the cure and no message holds a password."""


class EngineError(Exception):
    """The root of all errors that the engine raises on purpose."""


class SourceError(EngineError):
    """A source of sound can't be opened or read."""


class InvalidUrlError(SourceError):
    """The address is not one that can be opened."""


class HostUnreachableError(SourceError):
    """The host has no address, refuses or does not answer."""


class NoAnswerError(SourceError):
    """The host takes the connection and then says nothing."""


class UnauthorizedError(SourceError):
    """The user name or the password is wrong or missing."""


class NotFoundError(SourceError):
    """The host answers and does not know the path."""


class NotAStreamError(SourceError):
    """What answers is no audio or video stream."""


class NoAudioError(SourceError):
    """The stream holds no audio track, or the track never sends."""


class StalledError(SourceError):
    """A stream that worked has stopped sending."""


class EndOfStreamError(SourceError):
    """The stream has ended: the file is over or the host hung up."""


class TooLongError(SourceError):
    """A recording is longer than the caller wants to hear."""


class StoppedError(SourceError):
    """The caller asked to stop while the source was being opened or read."""


class ModelError(EngineError):
    """A model's card or files are missing, broken or do not fit together."""


class RuntimeMissingError(EngineError):
    """No inference runtime that can run the model is installed."""
