"""The room that tells a block from everything else: observations in, verdicts with proof out. Pure: no network, no clock."""
