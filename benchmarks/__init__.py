"""Measurements: against peers (`python -m benchmarks`) and over a long run (`python -m benchmarks.soak`)."""
