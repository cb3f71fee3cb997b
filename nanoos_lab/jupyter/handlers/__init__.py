"""The addresses that the lab extension asks: one short handler each."""
