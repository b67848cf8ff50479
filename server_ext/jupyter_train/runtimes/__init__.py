"""Ways to start an attempt on a host: one file each."""
