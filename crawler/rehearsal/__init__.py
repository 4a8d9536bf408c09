"""The built-in small web on loopback: outlets, a court, a censor, a mail server. Used by make run and by tests."""
