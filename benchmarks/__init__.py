"""What the library costs, measured beside what it is compared with; `python -m benchmarks` runs all of it."""
