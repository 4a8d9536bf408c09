"""What stands between the engine and the network: courtesy, conditions, walls, the guard against inside addresses."""
