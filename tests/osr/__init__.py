"""The whole of the OSR: two versions, every shape, the modes of the simulated one."""
