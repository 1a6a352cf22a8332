"""Traffic: where visitors come from and where they are lost."""
