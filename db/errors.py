"""The root of the errors that this project raises on purpose. Standard library only."""


class MfmError(Exception):
    """Something a person can act on; the message is one line and names what it is about."""
