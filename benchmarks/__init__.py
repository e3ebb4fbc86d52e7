"""Benchmarks: each module prints ratios of figures measured in the same run, because machines drift."""
