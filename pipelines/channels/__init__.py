"""How a message leaves: one module per channel; the only room that may use the network while it works."""
